package dev.residua.drift;

import java.util.Arrays;

/**
 * Mean run length as a function of the threshold, estimated from the running maxima of simulated
 * quiet streams. Start-up is counted as it happened; after {@link #START} samples the hazard is
 * taken as constant: {@code E T = mean(min(T, START)) + P(T > START) / hazard}, the censored
 * maximum-likelihood estimate for an exponential tail. Its error is that of the simulation and the
 * spread of the hazard between replicates of the reference, which is taken to grow in proportion to
 * the logarithm of the run length.
 *
 * @param levels thresholds, ascending
 * @param logRunLength logarithm of the mean run length at each
 * @param error standard error of the logarithm: simulation and reference
 * @param slope of the logarithm, beyond the last level
 * @param slopeEvents alarms behind the slope
 */
@SuppressWarnings("ArrayRecordComponent") // made once per reference
public record RunLengthCurve(
    float[] levels, float[] logRunLength, float[] error, float slope, float slopeEvents) {
  /** Samples after which every window is filled and the hazard has settled. */
  static final int START = 2 * DriftSettings.MAX_SCALE;

  /** Alarms that a level needs for its run length to count as simulated. */
  private static final int ENOUGH = 50;

  /** Alarms from which the tail's slope is fitted. */
  private static final int TAIL = 800;

  private static final int POINTS = 128;

  /** Relative variances of the hazard between worlds that are distinguished. */
  private static final double MIN_VARIANCE = 1e-3;

  private static final double MAX_VARIANCE = 2;
  private static final int HAZARD_STEPS = 20;

  /** Consecutive simulated streams that share a replicate of the reference. */
  public static final int STREAMS_PER_WORLD = 4;

  /**
   * Estimates the curve.
   *
   * @param times of the records of each stream: samples seen when the running maximum rose, from 1
   * @param maxima the running maximum from then on, ascending
   * @param length of every stream
   */
  public static RunLengthCurve estimate(int[][] times, float[][] maxima, int length) {
    return estimate(times, maxima, length, false);
  }

  /**
   * Estimates the curve of a fleet, in which the streams of each world are a source with a hazard
   * of its own: frames over alarms of all sources together, watching sources further after an
   * alarm. First passages alone underweight a source with a large hazard, because it alarms early.
   */
  public static RunLengthCurve estimateOfFleet(int[][] times, float[][] maxima, int length) {
    return estimate(times, maxima, length, true);
  }

  private static RunLengthCurve estimate(
      int[][] times, float[][] maxima, int length, boolean fleet) {
    int start = fleet ? 2 * START : START;
    float highest = 0;
    for (float[] stream : maxima) {
      if (stream.length > 0) {
        highest = Math.max(highest, stream[stream.length - 1]);
      }
    }
    float step = highest / (4 * POINTS);
    float[] levels = new float[4 * POINTS];
    double[] logs = new double[levels.length];
    double[] errors = new double[levels.length];
    double[] events = new double[levels.length];
    double[] spread = new double[2]; // weighted sum of squared relative spreads, weights
    int worlds = (times.length + STREAMS_PER_WORLD - 1) / STREAMS_PER_WORLD;
    double[] worldExposure = new double[worlds];
    int[] worldLate = new int[worlds];
    int used = 0;
    for (int k = 0; k < levels.length; k++) {
      float level = step * (k + 1);
      double early = 0;
      double exposure = 0;
      int survivors = 0;
      int late = 0;
      Arrays.fill(worldExposure, 0);
      Arrays.fill(worldLate, 0);
      for (int s = 0; s < times.length; s++) {
        int passage = passage(times[s], maxima[s], level, length);
        boolean censored = passage > length;
        early += Math.min(Math.min(passage, length), start);
        if (passage > start) {
          survivors++;
          exposure += Math.min(passage, length) - start;
          late += censored ? 0 : 1;
          worldExposure[s / STREAMS_PER_WORLD] += Math.min(passage, length) - start;
          worldLate[s / STREAMS_PER_WORLD] += censored ? 0 : 1;
        }
      }
      // At low levels most streams end early and few late alarms are needed.
      if (late < ENOUGH && survivors > 0.3 * times.length) {
        break;
      }
      double survival = (double) survivors / times.length;
      double before = early / times.length;
      double hazard =
          fleet ? meanHazard(worldExposure, worldLate, late / exposure) : late / exposure;
      double tail = late == 0 ? 0 : survival / hazard;
      double runLength = before + tail;
      double tailError =
          late == 0 ? 0 : Math.sqrt(1.0 / late + (1 - survival) / (survival * times.length));
      // While most streams end before the start, the spread of the times themselves is the error.
      double startError = 1 / Math.sqrt(times.length);
      if (late > worlds / 2 && survival > 0.5) {
        addSpread(worldExposure, worldLate, late / exposure, Math.log(runLength), spread);
      }
      levels[used] = level;
      logs[used] = Math.log(runLength);
      errors[used] = (tail * tailError + before * startError * (1 - survival)) / runLength;
      events[used] = late;
      used++;
    }
    if (used < 8) {
      throw new IllegalArgumentException(
          "simulated streams rarely rise above the bulk: the reference is too short or too regular to calibrate thresholds");
    }
    double relative = spread[1] > 0 ? Math.sqrt(Math.max(0, spread[0] / spread[1])) : 0;
    for (int i = 0; i < used; i++) {
      errors[i] = Math.hypot(errors[i], relative * logs[i]);
    }
    double[] line = tailLine(levels, logs, events, used);
    // Thin to POINTS levels, keeping the last.
    int kept = Math.min(POINTS, used);
    float[] outLevels = new float[kept];
    float[] outLogs = new float[kept];
    float[] outErrors = new float[kept];
    double floor = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < kept; i++) {
      int from = (int) ((long) (i + 1) * used / kept) - 1;
      floor = Math.max(floor, logs[from]); // a mean cannot fall as the level rises
      outLevels[i] = levels[from];
      outLogs[i] = (float) floor;
      outErrors[i] = (float) errors[from];
    }
    return new RunLengthCurve(outLevels, outLogs, outErrors, (float) line[0], (float) line[1]);
  }

  /**
   * Adds the evidence of one level on the spread of the hazard between worlds, relative to the
   * logarithm of the run length: alarms of a world are counts with mean {@code hazard * exposure}
   * if all worlds are the same, and have {@code (spread * mean)^2} more variance if they are not.
   */
  private static void addSpread(
      double[] exposure, int[] late, double hazard, double logRunLength, double[] sums) {
    for (int w = 0; w < exposure.length; w++) {
      double mean = hazard * exposure[w];
      double excess = (late[w] - mean) * (late[w] - mean) - late[w];
      sums[0] += excess;
      sums[1] += mean * mean * logRunLength * logRunLength;
    }
  }

  /**
   * Mean hazard of worlds whose hazards follow a gamma distribution, by expectation and
   * maximisation from the common hazard; its relative variance is that of the counts beyond chance.
   */
  private static double meanHazard(double[] exposure, int[] late, double common) {
    double excess = 0;
    double squares = 0;
    for (int w = 0; w < exposure.length; w++) {
      double mean = common * exposure[w];
      excess += (late[w] - mean) * (late[w] - mean) - late[w];
      squares += mean * mean;
    }
    double variance = squares > 0 ? Math.min(MAX_VARIANCE, excess / squares) : 0;
    if (!(variance > MIN_VARIANCE)) {
      return common;
    }
    double hazard = common;
    for (int step = 0; step < HAZARD_STEPS; step++) {
      double sum = 0;
      for (int w = 0; w < exposure.length; w++) {
        sum += (late[w] + 1 / variance) / (exposure[w] + 1 / (variance * hazard));
      }
      hazard = sum / exposure.length;
    }
    return hazard;
  }

  /** First sample at which the running maximum reaches the level, or more than the length. */
  private static int passage(int[] times, float[] maxima, float level, int length) {
    int at = Arrays.binarySearch(maxima, level);
    if (at < 0) {
      at = -at - 1;
    }
    return at < times.length ? times[at] : length + 1;
  }

  /** Slope of the logarithm over the levels with few alarms left, and how many alarms those are. */
  private static double[] tailLine(float[] levels, double[] logs, double[] events, int used) {
    int first = used - 1;
    while (first > 0 && events[first - 1] <= TAIL && used - first < used - 1) {
      first--;
    }
    first = Math.min(first, Math.max(0, used - 8));
    double meanX = 0;
    double meanY = 0;
    int n = used - first;
    for (int i = first; i < used; i++) {
      meanX += levels[i] / n;
      meanY += logs[i] / n;
    }
    double xx = 0;
    double xy = 0;
    for (int i = first; i < used; i++) {
      xx += (levels[i] - meanX) * (levels[i] - meanX);
      xy += (levels[i] - meanX) * (logs[i] - meanY);
    }
    return new double[] {Math.max(0.05, xy / xx), Math.max(ENOUGH, events[first])};
  }

  double smallest() {
    return Math.exp(logRunLength[0]);
  }

  /** The threshold for a mean run length; see {@link DriftReference#threshold}. */
  public Threshold threshold(double target) {
    double log = Math.log(target);
    int n = levels.length;
    int last = n - 1;
    if (log <= logRunLength[0]) {
      return threshold(target, levels[0], logRunLength[0], error[0], false);
    }
    if (log > logRunLength[last]) {
      double beyond = (log - logRunLength[last]) / slope;
      double growth = (log - logRunLength[last]) / Math.sqrt(slopeEvents);
      return threshold(
          target,
          (float) (levels[last] + beyond),
          log,
          Math.hypot(error[last] * log / logRunLength[last], growth),
          true);
    }
    int above = 1;
    while (logRunLength[above] < log) {
      above++;
    }
    double rise = logRunLength[above] - logRunLength[above - 1];
    double part = rise > 0 ? (log - logRunLength[above - 1]) / rise : 1;
    return threshold(
        target,
        (float) (levels[above - 1] + part * (levels[above] - levels[above - 1])),
        log,
        error[above],
        false);
  }

  /** Estimated mean run length at a level, in samples. */
  public double runLengthAt(double level) {
    int last = levels.length - 1;
    if (level >= levels[last]) {
      return Math.exp(logRunLength[last] + slope * (level - levels[last]));
    }
    if (level <= levels[0]) {
      return Math.exp(logRunLength[0]);
    }
    int above = 1;
    while (levels[above] < level) {
      above++;
    }
    double part = (level - levels[above - 1]) / (levels[above] - levels[above - 1]);
    return Math.exp(
        logRunLength[above - 1] + part * (logRunLength[above] - logRunLength[above - 1]));
  }

  private static Threshold threshold(
      double target, float value, double log, double error, boolean extrapolated) {
    double spread = 1.96 * error;
    return new Threshold(
        target, value, Math.exp(log), Math.exp(log - spread), Math.exp(log + spread), extrapolated);
  }
}
