package dev.residua.testing;

import dev.residua.drift.CalibrationPhase;
import dev.residua.monitor.SourceState;
import java.util.List;

/** States of sources without latents and incidents. */
public final class SourceStates {
  private SourceStates() {}

  public static SourceState of(String source, long sequence) {
    return new SourceState(
        source,
        sequence,
        Scored.time(sequence),
        "model-1",
        "ab".repeat(32),
        CalibrationPhase.ARMED,
        20,
        10_000,
        List.of(),
        List.of());
  }
}
