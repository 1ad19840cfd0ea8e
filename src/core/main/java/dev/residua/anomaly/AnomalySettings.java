package dev.residua.anomaly;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * When a frame is called anomalous.
 *
 * @param falseAlarmRate largest share of nominal frames that each of the three channels may call
 *     anomalous, in [1e-12, 0.5]; all three together stay below three times that
 * @param causeFdr largest expected share of wrongly named latents, in (0, 1); see {@link
 *     AnomalyRule} for the condition
 * @param minGreyLevels smallest median deviation of static pixels, in grey levels of 255, that
 *     counts as a change of appearance: synthetic or noise-free cameras would otherwise report
 *     single grey levels
 * @param quietFrames normal frames that end an episode, at least 1
 */
@RecordBuilder
public record AnomalySettings(
    double falseAlarmRate, double causeFdr, double minGreyLevels, int quietFrames)
    implements AnomalySettingsBuilder.With {
  public static final AnomalySettings DEFAULTS = new AnomalySettings(2e-4, 0.025, 2, 20);

  public AnomalySettings {
    if (!(falseAlarmRate >= ScoreTail.SMALLEST && falseAlarmRate <= 0.5)) {
      throw new IllegalArgumentException(
          "anomaly false-alarm rate must be in [%s, 0.5] but was %s"
              .formatted(ScoreTail.SMALLEST, falseAlarmRate));
    }
    if (!(causeFdr > 0 && causeFdr < 1)) {
      throw new IllegalArgumentException("causeFdr must be in (0, 1) but was " + causeFdr);
    }
    if (!(minGreyLevels >= 0 && minGreyLevels <= 255)) {
      throw new IllegalArgumentException(
          "minGreyLevels must be in [0, 255] but was " + minGreyLevels);
    }
    if (quietFrames < 1) {
      throw new IllegalArgumentException("quietFrames must be at least 1 but was " + quietFrames);
    }
  }
}
