package dev.residua.drift;

import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameStatistics;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a picture as a whole that the drift detector takes: the logarithm of the
 * reconstruction error, the static pixels' deviation in grey levels beyond a dead band, and, if the
 * model scores small details, the logarithm of 1 plus the score of the most unusual detail. Without
 * the band, cameras without noise would alarm at single grey levels.
 */
public final class ImageStatistics {
  /** How many numbers there are without details. */
  public static final int COUNT = 2;

  /** How many numbers there are with details. */
  public static final int COUNT_WITH_DETAILS = 3;

  /** Index of the reconstruction error. */
  public static final int RECONSTRUCTION = 0;

  /** Index of the appearance. */
  public static final int APPEARANCE = 1;

  /** Index of the details, if there are any. */
  public static final int DETAILS = 2;

  private static final float WHITE = 255;
  private static final double FAR_OFF = 51.0 / WHITE;
  private static final double[] FLOOR = {0.02, 0.5, 0.05};

  private ImageStatistics() {}

  /**
   * Numbers of one frame.
   *
   * @param reconstructionError mean squared pixel error; 1 is white
   * @param appearance median deviation of the static pixels; 1 is white
   * @param band half width of the dead band in grey levels, at least 0
   * @return shape {@code [COUNT]}, finite if the arguments are
   */
  public static float[] of(float reconstructionError, float appearance, double band) {
    return new float[] {
      (float) Math.log(Math.max(0, reconstructionError) + 1e-12), beyond(appearance * WHITE, band)
    };
  }

  /** The numbers of one frame with the one of its details, if they are known. */
  public static float[] of(FrameStatistics frame, double band) {
    return withDetails(
        of(frame.reconstructionError(), frame.appearanceDeviation(), band), frame.details());
  }

  /**
   * The same numbers and the one of the details.
   *
   * @param details null for none
   */
  public static float[] withDetails(float[] numbers, @Nullable DetailStatistics details) {
    if (details == null) {
      return numbers;
    }
    float[] all = Arrays.copyOf(numbers, COUNT_WITH_DETAILS);
    all[DETAILS] = (float) Math.log1p(details.score());
    return all;
  }

  /** {@link #dithered(float, float, long)} of one frame with the number of its details. */
  public static float[] dithered(FrameStatistics frame, long seed) {
    return withDetails(
        dithered(frame.reconstructionError(), frame.appearanceDeviation(), seed), frame.details());
  }

  /**
   * Numbers without a dead band, with which a source learns its normal state. Each has noise of an
   * insignificant standard deviation, so that a constant one has a usable distribution too.
   *
   * @param seed of the frame: the same frame gives the same numbers
   */
  public static float[] dithered(float reconstructionError, float appearance, long seed) {
    float[] numbers = of(reconstructionError, appearance, 0);
    SplittableRandom random = new SplittableRandom(seed);
    for (int k = 0; k < COUNT; k++) {
      numbers[k] += (float) (FLOOR[k] * Math.sqrt(12) * (random.nextDouble() - 0.5));
    }
    return numbers;
  }

  /** Standard deviation of a number, in its unit, that does not matter. */
  public static double floor(int number) {
    return FLOOR[number];
  }

  /**
   * Upper bound of the share of pixels that are off by at least 51 grey levels, a fifth of the
   * range: each adds the square of that to the sum of the squared errors.
   *
   * @param reconstructionError mean squared pixel error; 1 is white
   * @return in [0, 1]; NaN if the error is
   */
  public static double pixelsOff(double reconstructionError) {
    return Math.min(1, reconstructionError / (FAR_OFF * FAR_OFF));
  }

  /** Part of a deviation in grey levels beyond a dead band. */
  public static float beyond(float grey, double band) {
    return (float) (Math.signum(grey) * Math.max(0, Math.abs(grey) - band));
  }
}
