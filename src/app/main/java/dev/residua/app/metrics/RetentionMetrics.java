package dev.residua.app.metrics;

import dev.residua.app.kafka.SourceRetention;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts records that are deleted past the retention of their source. */
public final class RetentionMetrics implements SourceRetention.Listener {
  private final MeterRegistry meters;
  private final Runnable heartbeat;
  private final Counter failures;
  private final AtomicInteger remaining = new AtomicInteger();

  /**
   * @param heartbeat called when the loop made progress
   */
  public RetentionMetrics(MeterRegistry meters, Runnable heartbeat) {
    this.meters = meters;
    this.heartbeat = heartbeat;
    this.failures =
        Meters.counter(
            meters,
            "residua.retention.failures",
            "Attempts to delete records past the retention of their source that failed");
    Meters.gauge(
        meters,
        "residua.retention.remaining",
        "Partitions in which records remain past the retention of their source",
        remaining::get);
  }

  @Override
  public void progressed() {
    heartbeat.run();
  }

  @Override
  public void deleted(String topic, long offsets) {
    Counter.builder("residua.retention.deleted")
        .description("Records deleted past the retention of their source")
        .tag("topic", topic)
        .register(meters)
        .increment(offsets);
  }

  @Override
  public void failed() {
    failures.increment();
  }

  @Override
  public void remaining(int partitions) {
    remaining.set(partitions);
  }
}
