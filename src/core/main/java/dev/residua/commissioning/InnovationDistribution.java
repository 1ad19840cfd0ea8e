package dev.residua.commissioning;

import dev.residua.causal.Normal;
import dev.residua.frame.CheckedBytes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Distribution of standardised innovations, one per latent, and the map from an innovation to a
 * normal score. Inside the learned range the score follows the rank, so scores have the same
 * distribution under any distribution of the innovations. Beyond the range, which {@code n}
 * innovations leave with probability {@code 1 / (n + 1)} on each side, nothing is known of the
 * tail. Scores stay there as they are at the end of the range, so that no distribution has more of
 * them than another; from twice the distance on they grow slowly, for an innovation so large is a
 * change in every distribution that has a kurtosis.
 *
 * <p>Keeps {@value #POINTS} quantiles per latent, 1 kB. Immutable.
 */
public final class InnovationDistribution {
  /** Min innovations per latent that determine a distribution. */
  public static final int MIN_SAMPLES = 200;

  /** Scores are cut here: one frame in a billion. */
  static final double MAX_SCORE = 6;

  /** A distribution counts for no more innovations than these. */
  private static final long MAX_WEIGHT = 1_000_000;

  /** Distance from the median, in that of the largest innovation, up to which scores are equal. */
  private static final double FAR = 2;

  /** Index of the tail beyond: twice the distance has a probability 32 times smaller. */
  private static final double TAIL_INDEX = 5;

  /** Quantiles kept per latent, an odd number. */
  private static final int POINTS = 257;

  private static final int MAX_LATENTS = 62;
  private static final CheckedBytes FORMAT =
      new CheckedBytes(0x52455349, 2, "distribution of innovations"); // "RESI"

  private final Part[] parts;

  private InnovationDistribution(Part[] parts) {
    this.parts = parts;
  }

  private static final class Part {
    final long weight; // innovations behind it
    final float[] points; // ascending, at equal steps of the normal score
    private final double end; // score of the last point

    Part(long weight, float[] points) {
      this.weight = weight;
      this.points = points;
      this.end = end(weight);
    }

    /** The score of the largest of {@code weight} innovations. */
    static double end(long weight) {
      return -Normal.quantile(1.0 / (weight + 1));
    }

    static double score(double end, int point) {
      return end * (2.0 * point / (POINTS - 1) - 1);
    }

    double score(double x) {
      double largest = points[POINTS - 1];
      if (x > largest) {
        return beyond(x, largest);
      }
      if (x < points[0]) {
        return -beyond(x, points[0]);
      }
      int first = from(x);
      int last = first;
      while (last < POINTS - 1 && points[last + 1] <= x) {
        last++;
      }
      double left = score(end, first);
      if (last > first || last == POINTS - 1) {
        return (left + score(end, last)) / 2; // equal values have their mean score
      }
      double part = (x - points[first]) / ((double) points[first + 1] - points[first]);
      return left + part * (score(end, first + 1) - left);
    }

    /** See {@link InnovationDistribution#rank}. */
    double rank(double x, double among) {
      float value = (float) x; // as the points are, so that ties are ties
      if (value > points[POINTS - 1] || value < points[0]) {
        return value < points[0] ? 0 : 1;
      }
      int first = from(value);
      int last = first;
      while (last < POINTS - 1 && points[last + 1] == value) {
        last++;
      }
      if (points[first] != value) {
        return Normal.cdf(score(value));
      }
      double low = Normal.cdf(score(end, first));
      return low + among * (Normal.cdf(score(end, last)) - low);
    }

    /** The last point below {@code x}, or the first of those that equal it. */
    private int from(double x) {
      if (points[0] == x) {
        return 0;
      }
      int low = 0;
      int high = POINTS - 1;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (points[middle] < x) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low < POINTS - 1 && points[low + 1] == x ? low + 1 : low;
    }

    /** The innovation at a probability, within the range of the points. */
    double value(double p) {
      double at = (Math.max(-end, Math.min(end, Normal.quantile(p))) / end + 1) / 2 * (POINTS - 1);
      int below = Math.min(POINTS - 2, (int) at);
      return points[below] + (at - below) * ((double) points[below + 1] - points[below]);
    }

    private double beyond(double x, double edge) {
      double median = points[POINTS / 2];
      double width = Math.max(Math.abs(edge - median), 1e-6 * (1 + Math.abs(median)));
      double times = Math.max(1, Math.abs(x - median) / (FAR * width));
      double p = Math.pow(times, -TAIL_INDEX) / (weight + 1);
      return p > 0 ? Math.min(MAX_SCORE, -Normal.quantile(p)) : MAX_SCORE;
    }
  }

  /** Value {@code i} of {@code n} ascending ones has the probability {@code i / (n + 1)}. */
  private static double quantile(double[] sorted, double p) {
    int n = sorted.length;
    double position = Math.max(0, Math.min(n - 1.0, p * (n + 1) - 1));
    int below = Math.min(n - 2, (int) position);
    return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
  }

  /**
   * Returns the distribution of innovations.
   *
   * @param innovations standardised and finite, shape {@code [d][n]}, n may differ and is at least
   *     {@link #MIN_SAMPLES}
   */
  public static InnovationDistribution of(double[][] innovations) {
    Part[] parts = new Part[innovations.length];
    for (int k = 0; k < parts.length; k++) {
      if (innovations[k].length < MIN_SAMPLES) {
        throw new IllegalArgumentException(
            "a distribution needs at least %d innovations but latent %d has %d"
                .formatted(MIN_SAMPLES, k, innovations[k].length));
      }
      parts[k] = part(innovations[k]);
    }
    return new InnovationDistribution(parts);
  }

  private static Part part(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    if (!Double.isFinite(sorted[0]) || !Double.isFinite(sorted[sorted.length - 1])) {
      throw new IllegalArgumentException("innovations must be finite");
    }
    long weight = Math.min(MAX_WEIGHT, sorted.length);
    double end = Part.end(weight);
    float[] points = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      points[i] = (float) quantile(sorted, Normal.cdf(Part.score(end, i)));
    }
    return new Part(weight, points);
  }

  /**
   * Returns the distribution of the innovations of one source. A latent with fewer than {@link
   * #MIN_SAMPLES} is filled up with quantiles of this distribution.
   *
   * @param innovations as in {@link #of}; a latent may have fewer
   */
  public InnovationDistribution ofSource(double[][] innovations) {
    if (innovations.length != parts.length) {
      throw new IllegalArgumentException(
          "innovations have %d latents, the distribution %d"
              .formatted(innovations.length, parts.length));
    }
    Part[] own = new Part[parts.length];
    for (int k = 0; k < parts.length; k++) {
      int n = innovations[k].length;
      int missing = Math.max(0, MIN_SAMPLES - n);
      double[] values = Arrays.copyOf(innovations[k], n + missing);
      for (int i = 0; i < missing; i++) {
        values[n + i] = parts[k].value((i + 0.5) / missing);
      }
      own[k] = part(values);
    }
    return new InnovationDistribution(own);
  }

  public int latents() {
    return parts.length;
  }

  /** Innovations behind the distribution of a latent, at most a million. */
  public long weight(int latent) {
    return parts[latent].weight;
  }

  /**
   * Returns the standard normal value that is exceeded as often as an innovation.
   *
   * @return in [-6, 6]
   */
  public double normalScore(int latent, double innovation) {
    return parts[latent].score(innovation);
  }

  /**
   * Returns the part of the innovations learned from that an innovation exceeds: uniform, up to the
   * finite number of points, for innovations of this distribution.
   *
   * @param among rank among learned innovations that equal it, in [0, 1)
   * @return in [0, 1]
   */
  public double rank(int latent, double innovation, double among) {
    return parts[latent].rank(innovation, among);
  }

  /** Some 1 kB per latent, big-endian. */
  public byte[] toBytes() {
    int each = Long.BYTES + Float.BYTES * POINTS;
    ByteBuffer body = ByteBuffer.allocate(Integer.BYTES + parts.length * each);
    body.putInt(parts.length);
    for (Part part : parts) {
      body.putLong(part.weight);
      for (float point : part.points) {
        body.putFloat(point);
      }
    }
    return FORMAT.write(body.array());
  }

  /**
   * Reads the output of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, or damaged
   */
  public static InnovationDistribution fromBytes(byte[] bytes) {
    return FORMAT.read(bytes, InnovationDistribution::read);
  }

  private static InnovationDistribution read(ByteBuffer in) {
    int latents = in.getInt();
    if (latents < 1 || latents > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "distribution of innovations has %d latents, expected 1 to %d"
              .formatted(latents, MAX_LATENTS));
    }
    Part[] parts = new Part[latents];
    for (int k = 0; k < latents; k++) {
      long weight = in.getLong();
      if (weight < MIN_SAMPLES || weight > MAX_WEIGHT) {
        throw new IllegalArgumentException(
            "distribution of innovations has a weight of %d, expected %d to %d"
                .formatted(weight, MIN_SAMPLES, MAX_WEIGHT));
      }
      float[] points = new float[POINTS];
      for (int i = 0; i < POINTS; i++) {
        points[i] = in.getFloat();
        if (!Float.isFinite(points[i]) || (i > 0 && points[i] < points[i - 1])) {
          throw new IllegalArgumentException(
              "distribution of innovations has %s as point %d, expected ascending finite numbers"
                  .formatted(points[i], i));
        }
      }
      parts[k] = new Part(weight, points);
    }
    return new InnovationDistribution(parts);
  }
}
