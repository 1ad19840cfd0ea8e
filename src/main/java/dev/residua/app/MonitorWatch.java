package dev.residua.app;

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
record MonitorWatch(
    MonitorListener judged,
    RefusalListener refused,
    Tracing tracing,
    Consumer<KafkaStreams> beforeStart) {
  /** Nobody but this. */
  static MonitorWatch only(Consumer<KafkaStreams> beforeStart) {
    return new MonitorWatch(MonitorListener.NONE, reason -> {}, Tracing.OFF, beforeStart);
  }
}
