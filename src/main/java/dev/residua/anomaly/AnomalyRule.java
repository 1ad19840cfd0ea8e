package dev.residua.anomaly;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides from a frame's statistics. The channels are asked in this order and the first that fires
 * names the kind:
 *
 * <ol>
 *   <li>appearance: when the picture as a whole changed, residuals mean nothing and no latent is
 *       named;
 *   <li>residuals: the joint p-value decides, the latents with small p-values are the causes;
 *   <li>reconstruction alone. It comes last because a broken mechanism raises it too.
 * </ol>
 *
 * <p>Each channel calls at most the set rate of nominal frames anomalous, where those are
 * exchangeable with the calibration frames. Immutable.
 */
public final class AnomalyRule {
  private static final float WHITE = 255;

  private final AnomalySettings settings;

  private AnomalyRule(AnomalySettings settings) {
    this.settings = settings;
  }

  /**
   * A rule for frames that this calibration judges.
   *
   * @throws IllegalArgumentException if the false-alarm rate is below what the calibration can
   *     resolve: the rule would never fire
   */
  public static AnomalyRule of(AnomalySettings settings, AnomalyCalibration calibration) {
    if ((float) settings.falseAlarmRate() < (float) calibration.resolution()) {
      throw new IllegalArgumentException(
          "anomaly false-alarm rate %s is below the resolution %.2e of a calibration on %d frames: calibrate on at least %d frames or set a rate of at least the resolution"
              .formatted(
                  settings.falseAlarmRate(),
                  calibration.resolution(),
                  calibration.size(),
                  (long)
                      Math.ceil(
                          (1 / settings.falseAlarmRate() - 1)
                              * AnomalyCalibration.TAIL_EVERY
                              / (AnomalyCalibration.TAIL_EVERY - 1))));
    }
    return new AnomalyRule(settings);
  }

  public AnomalySettings settings() {
    return settings;
  }

  /**
   * Judges a frame, unless its source is still warming up.
   *
   * @param framesSeen frames of the source before this one
   */
  public Verdict decide(FrameStatistics statistics, long framesSeen) {
    return framesSeen < settings.warmUpFrames()
        ? new Verdict.WarmingUp(framesSeen, settings.warmUpFrames())
        : decide(statistics);
  }

  /** Whether the picture as a whole changed, so that its residuals name no mechanism. */
  public boolean appearanceChanged(FrameStatistics statistics) {
    return statistics.appearancePValue() <= (float) settings.falseAlarmRate()
        && Math.abs(statistics.appearanceDeviation()) * WHITE >= settings.minGreyLevels();
  }

  /** Judges a frame. O(d log d). */
  public Verdict decide(FrameStatistics statistics) {
    float rate = (float) settings.falseAlarmRate();
    if (appearanceChanged(statistics)) {
      return new Verdict.Anomalous(
          AnomalyKind.APPEARANCE, statistics.appearancePValue(), List.of(), statistics);
    }
    if (statistics.jointPValue() <= rate) {
      return new Verdict.Anomalous(
          AnomalyKind.RESIDUAL, statistics.jointPValue(), causes(statistics), statistics);
    }
    if (statistics.reconstructionPValue() <= rate) {
      return new Verdict.Anomalous(
          AnomalyKind.OFF_MANIFOLD, statistics.reconstructionPValue(), List.of(), statistics);
    }
    return new Verdict.Normal(statistics);
  }

  private List<Cause> causes(FrameStatistics statistics) {
    List<Cause> ranked = new ArrayList<>();
    for (int i = 0; i < statistics.pValues().length; i++) {
      ranked.add(new Cause(i, statistics.standardized()[i], statistics.pValues()[i], 1));
    }
    // Ranks end at the resolution of the calibration; beyond it the size decides.
    ranked.sort(
        Comparator.comparingDouble(Cause::pValue)
            .thenComparing(
                Comparator.<Cause>comparingDouble(c -> Math.abs(c.standardized())).reversed()));
    List<Cause> named = new ArrayList<>();
    double sum = 0;
    for (Cause cause : ranked) {
      if (named.isEmpty() || cause.pValue() <= settings.causeLevel()) {
        named.add(cause);
        sum += weight(cause);
      }
    }
    for (int k = 0; k < named.size(); k++) {
      Cause cause = named.get(k);
      named.set(
          k, new Cause(cause.latent(), cause.standardized(), cause.pValue(), weight(cause) / sum));
    }
    return named;
  }

  private static double weight(Cause cause) {
    double e = Math.min(1e6, Math.abs((double) cause.standardized()));
    return Double.isNaN(e) ? 1e12 : Math.max(1e-12, e * e);
  }
}
