package dev.residua.renewal.gate;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * Requirements on a candidate. It must pass all rules of {@link GateRule}: those up to {@link
 * GateRule#COLLAPSE} require that the candidate is not worse, then that its training found nothing,
 * the last one that it is better.
 *
 * <p>The probabilities below are those of refusing a candidate that is as good as the champion by
 * that rule; they cost little, as such a candidate is no better either. The probability of
 * replacing a champion by an equal candidate is at most six times {@code better}.
 *
 * @param refusal level of the tests of p-values and quiet alarms, in (0, 0.1]. p-values: 1 in 1,000
 *     over all latents together (Bonferroni); quiet alarms: below that, as the bound also allows
 *     for {@code runLengthSlack}
 * @param better level of each test for being better, in (0, 0.1]
 * @param calibrationTolerance Kolmogorov-Smirnov distance of p-values from uniform that is always
 *     accepted, in [0, 1): with many frames a harmless miscalibration is significant. 0.05 turns a
 *     p-value of 0.5 into 0.45 at most
 * @param minEffectiveFrames fewest independent frames, {@link
 *     Examination.Uniformity#effectiveFrames}, that the joint p-values must be worth, at least 1;
 *     fewer show nothing
 * @param independenceFloor distance correlation that is always accepted, in [0, 1]: independent
 *     normal residuals exceed 0.114 in 1 of 100 samples of 800 frames (largest of six pairs, 200
 *     simulations), those of the shipped model exceeded 0.15 in 1 of 20
 * @param independenceMargin accepted excess over the champion, in [0, 1]
 * @param reconstructionMargin relative excess of the mean error over the champion's that is
 *     accepted, at least 0. The candidate must be shown to be within it at {@code better}; with too
 *     few frames the interval of the ratio is wider than the margin and an equal model is refused
 * @param reconstructionGain relative gain that counts as better, in [0, 1): with enough frames a
 *     gain of a thousandth is significant and worth nothing
 * @param runLengthSlack factor on the expected number of false alarms before the bound, at least 1,
 *     as thresholds are estimates. The shipped model, with 4 expected, gave 3.8 on average over 20
 *     streams of 2,000 frames, recalibrated on 3,000 frames 4.4, and at most 10; the bound is 15
 * @param detectionLoss share of all faults that may be lost, net of those gained, in [0, 1). Two
 *     equal models that each miss one fault in fifty by chance differ by more than a tenth of 25 in
 *     1 of 100 cases, with one miss in twenty in 5 of 100
 * @param blindFaults number of faults at one latent that the champion detects, and the candidate
 *     none of them, for the candidate to count as blind there, at least 2. Probability by chance:
 *     the third power of its share of misses
 * @param delayRatio accepted ratio of the mean delays, at least 1
 * @param delayFrames accepted delay in addition, in frames, at least 0: for delays of three frames
 *     a ratio means little. Refused only if the sign test over the faults agrees at {@code
 *     delayLevel}
 * @param delayLevel level of that test, in (0, 0.5)
 * @param localisationLoss share of the faults that both detect whose latent may no longer be named,
 *     in [0, 1); probabilities as for {@code detectionLoss}
 * @param minShare bound for a champion that alarms without the fault in more than half of the
 *     places, so that no comparison is possible: least share of faults that the candidate must
 *     detect, and of those at a latent that it must locate, in [0, 1]
 * @param sureEdge confidence from which an edge is sure, in (0.5, 1]
 * @param graphMayChange whether sure edges and anchored latents may change: true for a candidate
 *     that was given another graph on purpose
 * @param speedRatio accepted ratio of the times per frame, median over alternating batches, at
 *     least 1. One model against itself took 0.89 to 1.07 times as long in 25 examinations on two
 *     shared cores
 * @param bytesRatio accepted ratio of the bundles' sizes, at least 1; calibrations grow with their
 *     frames
 * @param leakageFloor leakage that is always accepted, at least 0; below 1 the largest residual is
 *     at the broken mechanism. Injected faults give the shipped model, whose calibration states
 *     0.07, 0.21 to 0.45 in seven streams, up to 0.64 after a change of the world
 * @param leakageMargin accepted excess over the champion, at least 0
 * @param minSpread smallest accepted variance of a latent, as a fraction of the smaller of 1 and
 *     the champion's smallest, in (0, 1); a smaller one has collapsed
 * @param varianceLoss share of the pictures' variance that it may reconstruct less than the
 *     champion, in [0, 1]
 * @param resamples bootstrap samples of the errors' ratio, at least 100
 * @param seed of these
 */
@RecordBuilder
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
    long seed)
    implements GatePolicyBuilder.With {
  public static final GatePolicy DEFAULTS =
      GatePolicyBuilder.builder()
          .refusal(0.001)
          .better(0.01)
          .calibrationTolerance(0.05)
          .minEffectiveFrames(30)
          .independenceFloor(0.15)
          .independenceMargin(0.05)
          .reconstructionMargin(0.05)
          .reconstructionGain(0.02)
          .runLengthSlack(1.5)
          .detectionLoss(0.1)
          .blindFaults(3)
          .delayRatio(1.25)
          .delayFrames(2)
          .delayLevel(0.05)
          .localisationLoss(0.1)
          .minShare(0.5)
          .sureEdge(0.9)
          .graphMayChange(false)
          .speedRatio(1.25)
          .bytesRatio(1.5)
          .leakageFloor(0.5)
          .leakageMargin(0.2)
          .minSpread(0.05)
          .varianceLoss(0.1)
          .resamples(2_000)
          .seed(1)
          .build();

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
}
