package dev.residua.renewal.selection;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;

/**
 * Which frames of a stream a training uses.
 *
 * @param trainingFrames most frames that the network is trained on, at least 1; fewer if many look
 *     alike
 * @param timeBucket period within which frames of a source count as of the same time, above zero
 * @param calibrationFrames most calibration frames of all sources together, at least {@code
 *     minStretchFrames}. With too many sources for these and the held-out frames, some are drawn
 * @param heldOutFrames most held-out frames of all sources together, to examine the new model with,
 *     at least {@code minStretchFrames}
 * @param minStretchFrames shortest run of consecutive frames that shows their dependence, at least
 *     2
 * @param separationFrames frames left out between calibration and held-out frames, at least 0:
 *     enough that frames on both sides are independent
 * @param maxGap longest time between two consecutive frames, above zero
 * @param duplicateGreyLevels largest difference of a cell of two thumbnails below which the later
 *     frame counts as a copy, in grey levels, at least 0; 0 keeps all. See {@link Thumbnail}
 * @param duplicateWindow longest time between two compared frames, at least zero
 * @param seed of every draw
 */
@RecordBuilder
public record SelectionSettings(
    int trainingFrames,
    Duration timeBucket,
    int calibrationFrames,
    int heldOutFrames,
    int minStretchFrames,
    int separationFrames,
    Duration maxGap,
    double duplicateGreyLevels,
    Duration duplicateWindow,
    long seed)
    implements SelectionSettingsBuilder.With {
  public static final SelectionSettings DEFAULTS =
      new SelectionSettings(
          8_000,
          Duration.ofMinutes(10),
          4_096,
          2_048,
          64,
          64,
          Duration.ofSeconds(5),
          0.5,
          Duration.ofMinutes(10),
          1);

  public SelectionSettings {
    atLeast("trainingFrames", trainingFrames, 1);
    atLeast("minStretchFrames", minStretchFrames, 2);
    atLeast("calibrationFrames", calibrationFrames, minStretchFrames);
    atLeast("heldOutFrames", heldOutFrames, minStretchFrames);
    atLeast("separationFrames", separationFrames, 0);
    above("timeBucket", timeBucket);
    above("maxGap", maxGap);
    if (!(duplicateGreyLevels >= 0 && duplicateGreyLevels <= 255)) {
      throw new IllegalArgumentException(
          "duplicateGreyLevels must be from 0 to 255 but was " + duplicateGreyLevels);
    }
    if (duplicateWindow.isNegative()) {
      throw new IllegalArgumentException(
          "duplicateWindow must be at least zero but was " + duplicateWindow);
    }
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d but was %d".formatted(name, least, value));
    }
  }

  private static void above(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("%s must be above zero but was %s".formatted(name, value));
    }
  }
}
