package dev.residua.app.metrics;

import dev.residua.app.kafka.FrameWriter;
import dev.residua.dashboard.FrameInbox;
import dev.residua.dashboard.FrameInbox.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts the frames of HTTP requests by their outcome. For any thread. */
public final class FrameInboxMetrics implements FrameInbox.Listener {
  private final Counter[] outcomes;

  public FrameInboxMetrics(MeterRegistry meters, FrameWriter writer) {
    this.outcomes =
        Meters.counters(
            meters,
            "residua.posted.frames",
            "Frames of HTTP requests, by outcome; a refused request counts as one frame",
            "outcome",
            Outcome.values());
    Meters.gauge(
        meters,
        "residua.posted.bytes",
        "Bytes of the HTTP requests with frames that are not answered yet",
        writer::reservedBytes);
  }

  @Override
  public void ended(Outcome outcome) {
    outcomes[outcome.ordinal()].increment();
  }
}
