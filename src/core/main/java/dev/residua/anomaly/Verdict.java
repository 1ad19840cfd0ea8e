package dev.residua.anomaly;

import dev.residua.causal.FrameStatistics;
import java.util.List;

/** The result for one frame. */
public sealed interface Verdict {
  /** Nothing unusual at the false-alarm rate that was asked for. */
  record Normal(FrameStatistics statistics) implements Verdict {}

  /**
   * Unusual.
   *
   * @param kind the channel that found it; see {@link AnomalyRule} for which comes first
   * @param pValue conformal p-value of that channel, in (0, 1]
   * @param tailPValue p-value of that channel under its fitted tail, in (0, 1]; see {@link
   *     AnomalyCalibration#tailPValue}
   * @param causes most unusual latent first; empty unless {@code kind} is {@link
   *     AnomalyKind#RESIDUAL}, never empty then
   */
  record Anomalous(
      AnomalyKind kind,
      float pValue,
      double tailPValue,
      List<Cause> causes,
      FrameStatistics statistics)
      implements Verdict {
    public Anomalous {
      causes = List.copyOf(causes);
      if (kind.isSensorFault()) {
        throw new IllegalArgumentException(
            "a verdict is on the scene, %s is a fault of the sensor".formatted(kind));
      }
      if ((kind == AnomalyKind.RESIDUAL) == causes.isEmpty()) {
        throw new IllegalArgumentException(
            "an anomaly of kind %s has %d causes".formatted(kind, causes.size()));
      }
    }
  }
}
