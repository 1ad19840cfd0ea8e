package dev.residua.bench.experiment;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Evaluates windows of independent frames by the largest of their standardised statistics, {@code
 * max_k |T_k - m_k| / s_k}, with means, deviations and threshold from windows of nominal frames. It
 * is the reference of the experiments, not the detector of the service: windows are drawn at random
 * from a pool of frames, so autocorrelation has no effect on it.
 *
 * <p>False alarms: the threshold is the empirical {@code 1 - level} quantile over the nominal
 * windows, of which half give the means and deviations and half the threshold; windows overlap when
 * the pool is small, so the rate on fresh frames differs from the level by more than the binomial
 * error.
 */
final class WindowMonitor {
  private final Channel channel;
  private final int[] owners;
  private final double[] mean;
  private final double[] deviation;
  private final double threshold;

  /**
   * Results over many windows.
   *
   * @param detected share of windows above the threshold
   * @param localised share of those whose largest statistic belongs to the right node; NaN if no
   *     node is right or nothing was detected
   */
  record Rates(double detected, double localised) {}

  private WindowMonitor(
      Channel channel, double[] mean, double[] deviation, double[] maxima, double level) {
    this.channel = channel;
    this.owners = channel.owners();
    this.mean = mean;
    this.deviation = deviation;
    Arrays.sort(maxima);
    this.threshold = maxima[(int) Math.min(maxima.length - 1.0, (1 - level) * maxima.length)];
  }

  /**
   * Learns what is normal.
   *
   * @param nominal pool of nominal frames, at least twice the window
   * @param frames length of a window, at least 4
   * @param windows how many to draw, at least 200
   * @param level share of nominal windows that may alarm, in (0, 1)
   */
  static WindowMonitor fit(
      Channel channel, Channel.Rows nominal, int frames, int windows, double level, long seed) {
    if (nominal.size() < 2 * frames || frames < 4 || windows < 200) {
      throw new IllegalArgumentException(
          "%d nominal frames do not give %d windows of %d: at least %d frames, 200 windows and 4 frames a window are needed"
              .formatted(nominal.size(), windows, frames, 2 * frames));
    }
    SplittableRandom random = new SplittableRandom(seed);
    int k = channel.owners().length;
    int half = windows / 2;
    double[] mean = new double[k];
    double[] squares = new double[k];
    for (int w = 1; w <= half; w++) {
      double[] t = channel.statistics(draw(nominal, frames, random));
      for (int j = 0; j < k; j++) {
        double before = t[j] - mean[j];
        mean[j] += before / w;
        squares[j] += before * (t[j] - mean[j]);
      }
    }
    double[] deviation = new double[k];
    for (int j = 0; j < k; j++) {
      deviation[j] = Math.sqrt(squares[j] / (half - 1)) + 1e-12;
    }
    double[] maxima = new double[windows - half];
    for (int w = 0; w < maxima.length; w++) {
      double[] t = channel.statistics(draw(nominal, frames, random));
      maxima[w] = Math.abs(t[0] - mean[0]) / deviation[0];
      for (int j = 1; j < k; j++) {
        maxima[w] = Math.max(maxima[w], Math.abs(t[j] - mean[j]) / deviation[j]);
      }
    }
    return new WindowMonitor(channel, mean, deviation, maxima, level);
  }

  /**
   * Evaluates windows drawn from a pool.
   *
   * @param node the node that something was done to, or -1 for none
   */
  Rates evaluate(Channel.Rows pool, int frames, int windows, int node, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int detected = 0;
    int localised = 0;
    for (int w = 0; w < windows; w++) {
      double[] t = channel.statistics(draw(pool, frames, random));
      double most = -1;
      int owner = -1;
      for (int j = 0; j < t.length; j++) {
        double z = Math.abs(t[j] - mean[j]) / deviation[j];
        if (z > most) {
          most = z;
          owner = owners[j];
        }
      }
      if (most > threshold) {
        detected++;
        if (owner == node) {
          localised++;
        }
      }
    }
    return new Rates(
        (double) detected / windows,
        node < 0 || detected == 0 ? Double.NaN : (double) localised / detected);
  }

  /** Distinct frames of the pool, in random order. */
  private static Channel.Rows draw(Channel.Rows pool, int frames, SplittableRandom random) {
    int[] index = new int[frames];
    // Windows are small against the pool, so that drawing again on a collision is cheap.
    for (int i = 0; i < frames; i++) {
      boolean fresh;
      do {
        index[i] = random.nextInt(pool.size());
        fresh = true;
        for (int j = 0; j < i; j++) {
          fresh &= index[j] != index[i];
        }
      } while (!fresh);
    }
    return pool.select(index);
  }
}
