package dev.residua.drift;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Checks on the quiet stream itself whether the run length is the promised one: counts passages of
 * lower levels, which happen often enough to be counted and whose rate the reference knows.
 * Immutable: every reading gives the next state. O(1).
 *
 * <p>After a passage of a level its clock stands still until the statistic has been below the level
 * for {@link #PAUSE} samples, so that one excursion counts once. While an alarm is on, and that
 * long after it, all clocks stand still.
 *
 * @param pauses samples until the clock of each level continues; owned by this record
 * @param watched samples watched per level; owned by this record
 * @param passages passages per level; owned by this record
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame: copies would double the garbage
public record QuietRunLength(int[] pauses, long[] watched, int[] passages) {
  /** Samples below a level after which its clock continues. */
  public static final int PAUSE = RunLengthCurve.START;

  /** Passages without which there is no estimate. */
  public static final int ENOUGH = 10;

  private static final int MAX_LEVELS = 6;

  public QuietRunLength {
    if (pauses.length != MAX_LEVELS
        || watched.length != MAX_LEVELS
        || passages.length != MAX_LEVELS) {
      throw new IllegalArgumentException(
          "quiet run length has %d pauses, %d clocks and %d counts, expected %d of each"
              .formatted(pauses.length, watched.length, passages.length, MAX_LEVELS));
    }
  }

  /**
   * The levels that are counted.
   *
   * @param target mean run length that is promised, in samples
   * @param values of the statistic, ascending, at most 6; owned by this record
   * @param runLengths expected mean run length of each, in samples
   */
  @SuppressWarnings("ArrayRecordComponent") // made once a reference
  public record Levels(double target, float[] values, double[] runLengths) {
    private static final double SHORTEST = 500;

    public Levels {
      if (values.length < 1 || values.length > MAX_LEVELS || runLengths.length != values.length) {
        throw new IllegalArgumentException(
            "quiet run length counts 1 to %d levels but got %d values and %d run lengths"
                .formatted(MAX_LEVELS, values.length, runLengths.length));
      }
    }

    /**
     * Run lengths 500, 2,000, 8,000 and so on, up to 512,000 or the target.
     *
     * @param target run length that the alarm is set for, in the range of {@link
     *     DriftReference#threshold(double)}
     */
    public static Levels of(DriftReference reference, double target) {
      return of(length -> reference.threshold(length).value(), target);
    }

    /**
     * Levels for given thresholds.
     *
     * @param threshold value of the statistic for a mean run length
     */
    public static Levels of(DoubleUnaryOperator threshold, double target) {
      float[] values = new float[MAX_LEVELS];
      double[] runLengths = new double[MAX_LEVELS];
      int n = 0;
      for (double length = Math.min(SHORTEST, target);
          n < MAX_LEVELS && length <= target;
          length *= 4) {
        values[n] = (float) threshold.applyAsDouble(length);
        runLengths[n++] = length;
      }
      return new Levels(target, Arrays.copyOf(values, n), Arrays.copyOf(runLengths, n));
    }
  }

  /**
   * The estimate from the quiet stream.
   *
   * @param tooEarly whether too few passages were seen; the other numbers are then 0
   * @param runLength estimated mean run length at the alarm threshold, in samples: the target times
   *     the ratio of the seen to the expected run length at the highest level with enough passages
   * @param low lower end of the 95 % interval (passages as a Poisson count)
   * @param high upper end
   * @param passages seen at that level
   * @param level expected run length of that level
   */
  public record Estimate(
      boolean tooEarly, double runLength, double low, double high, int passages, double level) {
    private static final Estimate TOO_EARLY = new Estimate(true, 0, 0, 0, 0, 0);
  }

  /** Nothing seen yet. */
  public static QuietRunLength start() {
    return new QuietRunLength(new int[MAX_LEVELS], new long[MAX_LEVELS], new int[MAX_LEVELS]);
  }

  /**
   * The state after one more reading.
   *
   * @param alarmOn whether an alarm is on at this reading
   */
  public QuietRunLength next(DriftReading reading, boolean alarmOn, Levels levels) {
    int[] newPauses = pauses.clone();
    long[] newWatched = watched.clone();
    int[] newPassages = passages.clone();
    for (int i = 0; i < levels.values.length; i++) {
      boolean above = reading.statistic() >= levels.values[i];
      if (alarmOn) {
        newPauses[i] = PAUSE;
        continue;
      }
      if (pauses[i] > 0) {
        newPauses[i] = above ? PAUSE : pauses[i] - 1;
        continue;
      }
      newWatched[i]++;
      if (above) {
        newPassages[i]++;
        newPauses[i] = PAUSE;
      }
    }
    return new QuietRunLength(newPauses, newWatched, newPassages);
  }

  /**
   * Estimates the run length from all readings so far.
   *
   * @param levels those of every reading
   */
  public Estimate estimate(Levels levels) {
    for (int i = levels.values.length - 1; i >= 0; i--) {
      if (passages[i] >= ENOUGH) {
        double scale = levels.target / levels.runLengths[i] * watched[i];
        return new Estimate(
            false,
            scale / passages[i],
            scale / poissonHigh(passages[i]),
            scale / poissonLow(passages[i]),
            passages[i],
            levels.runLengths[i]);
      }
    }
    return Estimate.TOO_EARLY;
  }

  /** Lower end of the exact 95 % interval of a Poisson mean, by Wilson and Hilferty's cube root. */
  private static double poissonLow(int count) {
    return count * Math.pow(1 - 1.0 / (9 * count) - 1.96 / (3 * Math.sqrt(count)), 3);
  }

  private static double poissonHigh(int count) {
    int more = count + 1;
    return more * Math.pow(1 - 1.0 / (9 * more) + 1.96 / (3 * Math.sqrt(more)), 3);
  }
}
