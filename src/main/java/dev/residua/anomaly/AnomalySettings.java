package dev.residua.anomaly;

/**
 * When a frame is called anomalous.
 *
 * @param falseAlarmRate largest share of nominal frames that each of the three channels may call
 *     anomalous, in (0, 0.5]; all three together stay below three times that
 * @param causeLevel largest p-value of a latent that is named as a further cause, in (0, 1); the
 *     most unusual latent is always named
 * @param minGreyLevels smallest median deviation of static pixels, in grey levels of 255, that
 *     counts as a change of appearance: synthetic or noise-free cameras would otherwise report
 *     single grey levels
 * @param quietFrames normal frames that end an episode, at least 1
 * @param warmUpFrames first frames of a source that are not judged, at least 0
 */
public record AnomalySettings(
    double falseAlarmRate,
    double causeLevel,
    double minGreyLevels,
    int quietFrames,
    int warmUpFrames) {
  public static final AnomalySettings DEFAULTS = new AnomalySettings(2e-4, 0.005, 2, 20, 0);

  public AnomalySettings {
    if (!(falseAlarmRate > 0 && falseAlarmRate <= 0.5)) {
      throw new IllegalArgumentException(
          "anomaly false-alarm rate must be in (0, 0.5] but was " + falseAlarmRate);
    }
    if (!(causeLevel > 0 && causeLevel < 1)) {
      throw new IllegalArgumentException("causeLevel must be in (0, 1) but was " + causeLevel);
    }
    if (!(minGreyLevels >= 0 && minGreyLevels <= 255)) {
      throw new IllegalArgumentException(
          "minGreyLevels must be in [0, 255] but was " + minGreyLevels);
    }
    if (quietFrames < 1) {
      throw new IllegalArgumentException("quietFrames must be at least 1 but was " + quietFrames);
    }
    if (warmUpFrames < 0) {
      throw new IllegalArgumentException("warmUpFrames must be at least 0 but was " + warmUpFrames);
    }
  }

  public AnomalySettings withFalseAlarmRate(double rate) {
    return new AnomalySettings(rate, causeLevel, minGreyLevels, quietFrames, warmUpFrames);
  }

  /**
   * These settings with the smallest false-alarm rate that a calibration can resolve, where theirs
   * is smaller.
   */
  public AnomalySettings raisedTo(AnomalyCalibration calibration) {
    return withFalseAlarmRate(Math.max(falseAlarmRate, calibration.resolution()));
  }
}
