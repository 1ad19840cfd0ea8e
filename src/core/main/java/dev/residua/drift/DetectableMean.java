package dev.residua.drift;

/**
 * Smallest lasting change of the mean of one number that the charts of means detect on average: the
 * one for which the expected value of one of them reaches the threshold. The other charts may
 * detect it earlier. Immutable.
 */
public final class DetectableMean {
  /** Memories after which a sample has no influence on a slow chart. */
  private static final int FORGOTTEN = 8;

  private final int[] scales;
  private final int[] memories;
  private final double[] levels; // standardised sums, of the windows, then of the memories

  private DetectableMean(int[] scales, int[] memories, double[] levels) {
    this.scales = scales;
    this.memories = memories;
    this.levels = levels;
  }

  /**
   * @param levels largest standardised sums that do not reach the threshold: one per window, then
   *     one per memory; not copied
   */
  static DetectableMean of(DriftSettings settings, double[] levels) {
    return new DetectableMean(settings.scales(), settings.memories(), levels);
  }

  /**
   * Part of a change that the mean of a sample shows, in standard deviations: {@code end + (start -
   * end) kept^(k - 1)} in the sample {@code k} of the change, counted from 1.
   *
   * @param kept 0 to 1
   */
  public record Response(double start, double end, double kept) {
    /** A change that all samples show alike. */
    public static Response constant(double part) {
      return new Response(part, part, 0);
    }

    double at(long sample) {
      return end + rest(sample);
    }

    /** Returns the part that is still missing at the end, which each sample multiplies by kept. */
    private double rest(long sample) {
      return (start - end) * Math.pow(kept, sample - 1);
    }
  }

  /**
   * Returns the size of the smallest change, above 0. O(longest memory).
   *
   * @param frames samples from the beginning of the change, at least 1
   */
  public double smallest(Response response, long frames) {
    double smallest = Double.POSITIVE_INFINITY;
    for (int s = 0; s < scales.length && scales[s] <= frames; s++) {
      double first = sum(response, 1, scales[s]);
      double last = sum(response, frames - scales[s] + 1, frames);
      double largest = Math.max(Math.abs(first), Math.abs(last)) / Math.sqrt(scales[s]);
      smallest = Math.min(smallest, levels[s] / largest);
    }
    for (int m = 0; m < memories.length; m++) {
      smallest =
          Math.min(smallest, levels[scales.length + m] / slow(response, frames, memories[m]));
    }
    return smallest;
  }

  private static double sum(Response response, long from, long to) {
    double sum = 0;
    double rest = response.rest(from);
    for (long k = from; k <= to; k++) {
      sum += response.end() + rest;
      rest *= response.kept();
    }
    return sum;
  }

  /** Returns the largest standardised mean of a slow chart that has run for a long time. */
  private static double slow(Response response, long frames, int memory) {
    double weight = 1.0 / memory;
    long last = Math.min(frames, (long) FORGOTTEN * memory);
    double mean = 0;
    double largest = 0;
    double rest = response.rest(1);
    for (long k = 1; k <= last; k++) {
      mean += weight * (response.end() + rest - mean);
      largest = Math.max(largest, Math.abs(mean));
      rest *= response.kept();
    }
    if (frames > last) { // what is slower than the memory is at its end by then
      largest = Math.max(largest, Math.abs(response.at(frames)));
    }
    return largest / Math.sqrt(weight / (2 - weight));
  }
}
