package dev.residua.app.roles;

import dev.residua.streams.MonitorListener;
import dev.residua.streams.RefusalListener;
import dev.residua.telemetry.Tracing;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Who watches the monitoring role.
 *
 * @param judged told what is found
 * @param refused told of scores that become dead letters
 * @param tracing carries traces on
 * @param beforeStart may add listeners
 */
public record MonitorObservers(
    MonitorListener judged,
    RefusalListener refused,
    Tracing tracing,
    Consumer<KafkaStreams> beforeStart) {
  /** Nobody but this. */
  public static MonitorObservers only(Consumer<KafkaStreams> beforeStart) {
    return new MonitorObservers(MonitorListener.NONE, reason -> {}, Tracing.OFF, beforeStart);
  }
}
