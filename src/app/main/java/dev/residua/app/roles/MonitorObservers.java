package dev.residua.app.roles;

import dev.residua.streams.MonitorListener;
import dev.residua.streams.RefusalListener;
import dev.residua.telemetry.Tracing;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Observers of the monitoring role.
 *
 * @param results notified of results
 * @param refused notified of scores that become dead letters
 * @param tracing continues traces
 * @param beforeStart may add listeners
 */
public record MonitorObservers(
    MonitorListener results,
    RefusalListener refused,
    Tracing tracing,
    Consumer<KafkaStreams> beforeStart) {
  /** No observers but this one. */
  public static MonitorObservers only(Consumer<KafkaStreams> beforeStart) {
    return new MonitorObservers(MonitorListener.NONE, reason -> {}, Tracing.OFF, beforeStart);
  }
}
