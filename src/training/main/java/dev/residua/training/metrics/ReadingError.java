package dev.residua.training.metrics;

import java.util.Arrays;

/** Error of the readings of one factor against its known values. */
public sealed interface ReadingError {
  /** Number of frames in which the factor is known. */
  int frames();

  /**
   * Error of a factor that is a number.
   *
   * @param frames in which it is known, at least 1
   * @param refused frames among them whose reading does not count
   * @param meanAbsolute mean absolute error of the others, in the unit of the factor, at least 0;
   *     NaN if all are refused
   * @param range largest less smallest known value, in the same unit, at least 0
   */
  record OfNumber(int frames, int refused, double meanAbsolute, double range)
      implements ReadingError {
    public OfNumber {
      checkCounts(frames, refused);
      checkMean("mean absolute error", meanAbsolute, Double.MAX_VALUE, frames == refused);
      if (!(range >= 0 && range <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException("range must be finite and at least 0 but was " + range);
      }
    }

    /** Mean absolute error over the range; NaN if the factor has one value or all are refused. */
    public double shareOfRange() {
      return range == 0 ? Double.NaN : meanAbsolute / range;
    }
  }

  /**
   * Error of a factor that is a category.
   *
   * @param frames in which it is known, at least 1
   * @param refused frames among them whose reading does not count
   * @param right share of the others that are read right, in [0, 1]; NaN if all are refused
   */
  record OfCategory(int frames, int refused, double right) implements ReadingError {
    public OfCategory {
      checkCounts(frames, refused);
      checkMean("share of right readings", right, 1, frames == refused);
    }
  }

  /**
   * A factor that is not read in its unit, because the model has no scale for it.
   *
   * @param frames in which it is known, at least 1
   */
  record NotRead(int frames) implements ReadingError {
    public NotRead {
      checkCounts(frames, 0);
    }
  }

  /**
   * Compares readings with known values. O(n).
   *
   * @param known values of the factor, NaN if unknown
   * @param read readings of the same frames, in the unit of the factor
   * @param refused whether the reading of a frame does not count; true for one that is NaN
   * @throws IllegalArgumentException if lengths differ, no value is known, or a reading that counts
   *     is not finite
   */
  static OfNumber ofNumber(double[] known, double[] read, boolean[] refused) {
    if (read.length != known.length || refused.length != known.length) {
      throw new IllegalArgumentException(
          "%d known values, %d readings and %d refusals differ in number"
              .formatted(known.length, read.length, refused.length));
    }
    int frames = 0;
    int left = 0;
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < known.length; i++) {
      if (Double.isNaN(known[i])) {
        continue;
      }
      frames++;
      least = Math.min(least, known[i]);
      most = Math.max(most, known[i]);
      if (!refused[i]) {
        left++;
        sum += Math.abs(known[i] - read[i]);
      }
    }
    return new OfNumber(frames, frames - left, sum / left, most - least);
  }

  /**
   * Compares numbers of categories; otherwise like {@link #ofNumber}.
   *
   * @param known numbers of the categories, NaN if unknown
   */
  static OfCategory ofCategory(double[] known, double[] read, boolean[] refused) {
    double[] none = new double[known.length];
    double[] wrong = new double[read.length];
    Arrays.setAll(none, i -> Double.isNaN(known[i]) ? Double.NaN : 0);
    Arrays.setAll(wrong, i -> i < known.length && read[i] == known[i] ? 0 : 1);
    OfNumber missed = ofNumber(none, wrong, refused);
    return new OfCategory(missed.frames(), missed.refused(), 1 - missed.meanAbsolute());
  }

  private static void checkCounts(int frames, int refused) {
    if (frames < 1 || refused < 0 || refused > frames) {
      throw new IllegalArgumentException(
          "readings need at least 1 frame and 0 to all of them refused but have %d and %d"
              .formatted(frames, refused));
    }
  }

  private static void checkMean(String name, double mean, double most, boolean allRefused) {
    if (allRefused ? !Double.isNaN(mean) : !(mean >= 0 && mean <= most)) {
      throw new IllegalArgumentException(
          "%s must be in [0, %s], or NaN if all frames are refused, but was %s"
              .formatted(name, most, mean));
    }
  }
}
