package dev.residua.anomaly;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides from a frame's statistics. The channels are evaluated in this order and the first that
 * fires names the kind:
 *
 * <ol>
 *   <li>appearance: when the picture as a whole changed, residuals mean nothing and no latent is
 *       named;
 *   <li>residuals: the joint p-value decides, and the latents that stand out are the causes;
 *   <li>reconstruction alone, if the frame was sampled for it. It comes last because a broken
 *       mechanism raises it too.
 * </ol>
 *
 * <p>Each channel calls at most the set rate of nominal frames anomalous, if those are exchangeable
 * with the calibration frames. A rate below the calibration's resolution is met by the fitted tails
 * of {@link AnomalyCalibration#tailPValue}, and is then an estimate.
 *
 * <p>Causes are the latents that e-BH selects at level {@link AnomalySettings#causeFdr} from their
 * conformal p-values, see {@link EValues#forSelection} and {@link EValues#select}: over all frames,
 * one in which none is named counting as no error, the expected share of wrongly named latents is
 * at most that level. The condition is that each latent whose mechanism is unchanged has a residual
 * that is exchangeable with its calibration; latents may depend on one another in any way. A
 * residual is taken given the observed causes, so a broken cause does not make its effects false
 * discoveries. If the joint p-value fires and no latent is selected, the most unusual one is named,
 * outside of the level. An encoder that mixes latents breaks the condition: with the model that
 * ships, a shock of six standard deviations of noise on the shadow's length names its position too
 * in a quarter of the reported frames (49 of 199), one on the position names another latent in 11
 * of 135.
 *
 * <p>Immutable.
 */
public final class AnomalyRule {
  private static final float WHITE = 255;

  private static final String CONDITION =
      "the frame is exchangeable with the calibration frames of the model";

  private final AnomalySettings settings;
  private final AnomalyCalibration calibration;
  private final boolean decidesByTail;

  private AnomalyRule(AnomalySettings settings, AnomalyCalibration calibration) {
    this.settings = settings;
    this.calibration = calibration;
    this.decidesByTail = (float) settings.falseAlarmRate() < (float) calibration.resolution();
  }

  /** A rule for frames that this calibration evaluates. */
  public static AnomalyRule of(AnomalySettings settings, AnomalyCalibration calibration) {
    return new AnomalyRule(settings, calibration);
  }

  public AnomalySettings settings() {
    return settings;
  }

  public AnomalyCalibration calibration() {
    return calibration;
  }

  /** Returns true if the false-alarm rate is below the resolution, so that fitted tails decide. */
  public boolean decidesByTail() {
    return decidesByTail;
  }

  /** Minus log10 of the p-value that decided, at least 0. */
  public double statistic(Verdict.Anomalous anomaly) {
    return -Math.log10(decidesByTail ? anomaly.tailPValue() : anomaly.pValue());
  }

  /** Value of {@link #statistic} from which a frame is anomalous. */
  public double threshold() {
    return -Math.log10(settings.falseAlarmRate());
  }

  /** Assumption under which the false-alarm rate is valid. */
  public String condition() {
    return decidesByTail
        ? CONDITION
            + "; the false-alarm rate is below the resolution %.2g of the calibration, so a generalised Pareto tail fitted to its largest scores decides: an estimate, not a guarantee"
                .formatted(calibration.resolution())
        : CONDITION;
  }

  /** Returns true if the picture as a whole changed, so that its residuals name no mechanism. */
  public boolean appearanceChanged(FrameStatistics statistics) {
    return fires(AnomalyKind.APPEARANCE, statistics.appearancePValue(), statistics)
        && Math.abs(statistics.appearanceDeviation()) * WHITE >= settings.minGreyLevels();
  }

  /** Evaluates a frame. O(d log d + log n). */
  public Verdict decide(FrameStatistics statistics) {
    if (appearanceChanged(statistics)) {
      return anomalous(
          AnomalyKind.APPEARANCE, statistics.appearancePValue(), List.of(), statistics);
    }
    if (fires(AnomalyKind.RESIDUAL, statistics.jointPValue(), statistics)) {
      return anomalous(
          AnomalyKind.RESIDUAL, statistics.jointPValue(), causes(statistics), statistics);
    }
    if (statistics.reconstruction() == Reconstruction.SAMPLED
        && fires(AnomalyKind.OFF_MANIFOLD, statistics.reconstructionPValue(), statistics)) {
      return anomalous(
          AnomalyKind.OFF_MANIFOLD, statistics.reconstructionPValue(), List.of(), statistics);
    }
    return new Verdict.Normal(statistics);
  }

  private boolean fires(AnomalyKind channel, float pValue, FrameStatistics statistics) {
    return decidesByTail
        ? tailPValue(channel, statistics) <= settings.falseAlarmRate()
        : pValue <= (float) settings.falseAlarmRate();
  }

  private Verdict.Anomalous anomalous(
      AnomalyKind kind, float pValue, List<Cause> causes, FrameStatistics statistics) {
    return new Verdict.Anomalous(kind, pValue, tailPValue(kind, statistics), causes, statistics);
  }

  private double tailPValue(AnomalyKind channel, FrameStatistics statistics) {
    return calibration.tailPValue(channel, calibration.score(channel, statistics));
  }

  private List<Cause> causes(FrameStatistics statistics) {
    int d = statistics.pValues().length;
    double[] evidence = new double[d];
    List<Cause> ranked = new ArrayList<>();
    for (int i = 0; i < d; i++) {
      if (Float.isNaN(statistics.pValues()[i])) {
        continue; // a variable is missing, so nothing is known of it
      }
      evidence[i] = EValues.forSelection(statistics.pValues()[i], d, settings.causeFdr());
      ranked.add(new Cause(i, statistics.standardized()[i], statistics.pValues()[i], 1));
    }
    // Ranks end at the resolution of the calibration; beyond it the size decides.
    ranked.sort(
        Comparator.comparingDouble(Cause::pValue)
            .thenComparing(
                Comparator.<Cause>comparingDouble(c -> Math.abs(c.standardized())).reversed()));
    boolean[] selected = EValues.select(evidence, settings.causeFdr());
    List<Cause> named = new ArrayList<>();
    double sum = 0;
    for (Cause cause : ranked) {
      if (named.isEmpty() || selected[cause.latent()]) {
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
