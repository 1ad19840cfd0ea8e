package dev.residua.renewal.gate;

/**
 * How good a candidate must be. All rules of {@link GateRule} must hold: those up to {@link
 * GateRule#COLLAPSE} say that the candidate is not worse, the last one that it is better.
 *
 * <p>Odds below are those of refusing a candidate that is as good as the champion by that rule;
 * they cost little, as such a candidate is no better either. The odds of replacing a champion by
 * one that is only as good are at most six times {@code better}, less what the other rules refuse.
 *
 * @param refusal level of the tests of p-values and quiet alarms, in (0, 0.1]. p-values: 1 in 1,000
 *     over all latents together (Bonferroni); quiet alarms: below that, as the bound also allows
 *     for {@code runLengthSlack}
 * @param better level of each test for being better, in (0, 0.1]
 * @param calibrationTolerance Kolmogorov-Smirnov distance of p-values from uniform that is let pass
 *     whatever its significance, in [0, 1): with many frames a miscalibration that harms nobody is
 *     significant. 0.05 turns a p-value of 0.5 into 0.45 at most
 * @param minEffectiveFrames fewest independent frames, {@link
 *     Examination.Uniformity#effectiveFrames}, that the joint p-values must be worth, at least 1;
 *     with fewer nothing is shown
 * @param independenceFloor distance correlation that is let pass whatever the champion's, in [0,
 *     1]: independent normal residuals pass 0.114 in 1 of 100 samples of 800 frames (largest of six
 *     pairs, 200 simulations), those of the shipped model passed 0.15 in 1 of 20
 * @param independenceMargin what the candidate may have above the champion, in [0, 1]
 * @param reconstructionMargin part by which the mean error may be above the champion's, at least 0.
 *     Not shown to be so, at {@code better}, refuses. An equal model is refused where the interval
 *     of the ratio is wider than this margin, that is with too few frames
 * @param reconstructionGain part by which it must be below to count as better, in [0, 1): a gain of
 *     a thousandth is significant with enough frames and worth nothing
 * @param runLengthSlack what the number of false alarms to expect is multiplied by before the
 *     bound, at least 1: thresholds are estimates. The shipped model, with 4 to expect, gave 3.8 on
 *     average over 20 streams of 2,000 frames, calibrated again on 3,000 frames 4.4, and at most
 *     10, where the bound is 15
 * @param detectionLoss part of all faults that may be lost, those found instead set off, in [0, 1).
 *     Two equal models that each miss one fault in fifty by chance differ by more than a tenth of
 *     25 in 1 of 100 cases, with one miss in twenty in 5 of 100
 * @param blindFaults faults at one latent that the champion finds and the candidate finds none of,
 *     from which it is blind there, at least 2. By chance: the third power of its share of misses
 * @param delayRatio what its mean delay may be multiplied by, at least 1
 * @param delayFrames frames that it may have in addition, at least 0: where both take three frames
 *     a ratio says little. Refused only where the sign test over the faults agrees at {@code
 *     delayLevel}, which bounds the odds
 * @param delayLevel level of that test, in (0, 0.5)
 * @param localisationLoss part of the faults that both find at a latent whose name may be lost, in
 *     [0, 1); odds as for {@code detectionLoss}
 * @param minShare where the champion shows nothing for more than half of the faults, as it alarms
 *     without them: least share of all faults that the candidate must alarm, and of those alarmed
 *     at a latent whose name it must get right, in [0, 1]; without it a candidate that is no better
 *     would be held against nothing
 * @param sureEdge confidence from which an edge is sure, in (0.5, 1]
 * @param graphMayChange whether sure edges and anchored latents may change: true for a candidate
 *     that was given another graph on purpose
 * @param speedRatio what the time of a frame may be multiplied by, median over batches of both in
 *     turn, at least 1. One model against itself took 0.89 to 1.07 times as long in 25 examinations
 *     on two cores that others used too
 * @param bytesRatio what the size of the bundle may be multiplied by, at least 1; calibrations grow
 *     with their frames
 * @param leakageFloor leakage that is let pass whatever the champion's, at least 0; below 1 the
 *     largest residual is at the broken mechanism. Injected faults give the shipped model, whose
 *     calibration states 0.07, 0.21 to 0.45 in seven streams, up to 0.64 where the world has moved
 * @param leakageMargin what the candidate may have above the champion, at least 0
 * @param minSpread smallest variance of a latent, as part of the smaller of 1 and the champion's
 *     smallest, in (0, 1): a latent that hardly moves where the champion's do has collapsed
 * @param varianceLoss share of the pictures' variance that it may redraw less than the champion, in
 *     [0, 1]
 * @param resamples bootstrap samples of the errors' ratio, at least 100
 * @param seed of these
 */
public record GatePolicy(
    double refusal,
    double better,
    double calibrationTolerance,
    double minEffectiveFrames,
    double independenceFloor,
    double independenceMargin,
    double reconstructionMargin,
    double reconstructionGain,
    double runLengthSlack,
    double detectionLoss,
    int blindFaults,
    double delayRatio,
    double delayFrames,
    double delayLevel,
    double localisationLoss,
    double minShare,
    double sureEdge,
    boolean graphMayChange,
    double speedRatio,
    double bytesRatio,
    double leakageFloor,
    double leakageMargin,
    double minSpread,
    double varianceLoss,
    int resamples,
    long seed) {
  public static final GatePolicy DEFAULTS =
      new GatePolicy(
          0.001, 0.01, 0.05, 30, 0.15, 0.05, 0.05, 0.02, 1.5, 0.1, 3, 1.25, 2, 0.05, 0.1, 0.5, 0.9,
          false, 1.25, 1.5, 0.5, 0.2, 0.05, 0.1, 2_000, 1);

  public GatePolicy {
    within("refusal", refusal, Double.MIN_VALUE, 0.1);
    within("better", better, Double.MIN_VALUE, 0.1);
    within("calibrationTolerance", calibrationTolerance, 0, 1);
    atLeast("minEffectiveFrames", minEffectiveFrames, 1);
    within("independenceFloor", independenceFloor, 0, 1);
    within("independenceMargin", independenceMargin, 0, 1);
    atLeast("reconstructionMargin", reconstructionMargin, 0);
    within("reconstructionGain", reconstructionGain, 0, 1);
    atLeast("runLengthSlack", runLengthSlack, 1);
    within("detectionLoss", detectionLoss, 0, 1);
    atLeast("blindFaults", blindFaults, 2);
    atLeast("delayRatio", delayRatio, 1);
    atLeast("delayFrames", delayFrames, 0);
    within("delayLevel", delayLevel, Double.MIN_VALUE, 0.5);
    within("localisationLoss", localisationLoss, 0, 1);
    within("minShare", minShare, 0, 1);
    within("sureEdge", sureEdge, Math.nextUp(0.5), 1);
    atLeast("speedRatio", speedRatio, 1);
    atLeast("bytesRatio", bytesRatio, 1);
    atLeast("leakageFloor", leakageFloor, 0);
    atLeast("leakageMargin", leakageMargin, 0);
    within("minSpread", minSpread, Double.MIN_VALUE, 1);
    within("varianceLoss", varianceLoss, 0, 1);
    atLeast("resamples", resamples, 100);
  }

  private static void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s of the gate's policy must be in [%s, %s] but was %s"
              .formatted(name, least, most, value));
    }
  }

  private static void atLeast(String name, double value, double least) {
    if (!(value >= least && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s of the gate's policy must be at least %s but was %s".formatted(name, least, value));
    }
  }

  /** The same policy for a candidate whose graph was changed on purpose, or was not. */
  public GatePolicy withGraphMayChange(boolean may) {
    return new GatePolicy(
        refusal,
        better,
        calibrationTolerance,
        minEffectiveFrames,
        independenceFloor,
        independenceMargin,
        reconstructionMargin,
        reconstructionGain,
        runLengthSlack,
        detectionLoss,
        blindFaults,
        delayRatio,
        delayFrames,
        delayLevel,
        localisationLoss,
        minShare,
        sureEdge,
        may,
        speedRatio,
        bytesRatio,
        leakageFloor,
        leakageMargin,
        minSpread,
        varianceLoss,
        resamples,
        seed);
  }
}
