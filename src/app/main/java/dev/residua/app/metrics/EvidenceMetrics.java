package dev.residua.app.metrics;

import dev.residua.evidence.EvidenceListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts the outcomes of drawing the evidence of incidents. */
public final class EvidenceMetrics implements EvidenceListener {
  private final Counter[] results;
  private final Runnable heartbeat;

  /**
   * @param heartbeat called after every step of the loop
   */
  public EvidenceMetrics(MeterRegistry meters, Runnable heartbeat) {
    this.results =
        Meters.counters(
            meters,
            "residua.evidence",
            "Incidents whose evidence was to be stored, by result",
            "result",
            Result.values());
    this.heartbeat = heartbeat;
  }

  @Override
  public void progressed() {
    heartbeat.run();
  }

  @Override
  public void done(Result result) {
    results[result.ordinal()].increment();
  }
}
