package dev.residua.commissioning;

import dev.residua.anomaly.GeneralizedPareto;
import dev.residua.drift.Normal;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The law of standardised innovations, one per latent, and the map from an innovation to a normal
 * score: empirical inside, generalised Pareto beyond 5 % on either side, where light tails count as
 * exponential ones. One source does not have enough frames to know its tails, so its law is a
 * mixture of the model's and its own.
 *
 * <p>Keeps at most {@value #MAX_POINTS} quantiles per latent, 16 kB. Immutable.
 */
public final class InnovationLaw {
  /** Quantiles kept per latent. */
  static final int MAX_POINTS = 4_096;

  /** Fewest innovations per latent that determine a law. */
  public static final int MIN_SAMPLES = 200;

  /** Scores are cut here: one frame in a billion, beyond what any tail was fitted to. */
  static final double MAX_SCORE = 6;

  /** A law counts for no more innovations than these, so that it can still follow its scene. */
  private static final long MAX_WEIGHT = 1_000_000;

  /** Innovations that the shared law counts for in the law of one source. */
  private static final long PRIOR = 50;

  /** Quantiles kept per latent of one source. */
  private static final int SOURCE_POINTS = 1_024;

  private static final double TAIL = 0.05;
  private static final int KNOTS = 129;
  private static final int MAX_LATENTS = 62;
  private static final CheckedBytes FORMAT =
      new CheckedBytes(0x52455349, 1, "law of innovations"); // "RESI"

  private final Part[] parts;

  private InnovationLaw(Part[] parts) {
    this.parts = parts;
  }

  /** The law of one latent. */
  private static final class Part {
    final long weight; // innovations behind it
    final float[] points; // ascending, at equal steps of probability
    private final Tail upper;
    private final Tail lower; // of the mirrored values
    private final double[] knots = new double[KNOTS]; // innovations, ascending
    private final double[] scores = new double[KNOTS];

    Part(long weight, float[] points) {
      this.weight = weight;
      this.points = points;
      int m = points.length;
      double[] sorted = new double[m];
      double[] mirrored = new double[m];
      for (int i = 0; i < m; i++) {
        sorted[i] = points[i];
        mirrored[m - 1 - i] = -points[i];
      }
      int tail = (int) Math.round(TAIL * m);
      this.upper = Tail.of(sorted, tail);
      this.lower = Tail.of(mirrored, tail);
      double end = -Normal.quantile((double) tail / m);
      for (int i = 0; i < KNOTS; i++) {
        scores[i] = end * (2.0 * i / (KNOTS - 1) - 1);
        knots[i] = quantile(sorted, Normal.cdf(scores[i]));
      }
      knots[0] = -lower.start();
      knots[KNOTS - 1] = upper.start();
    }

    double score(double x) {
      if (x >= knots[KNOTS - 1]) {
        return Math.min(MAX_SCORE, -Normal.quantile(upper.exceedance(x)));
      }
      if (x <= knots[0]) {
        return Math.max(-MAX_SCORE, Normal.quantile(lower.exceedance(-x)));
      }
      int above = Arrays.binarySearch(knots, x);
      above = above < 0 ? -above - 1 : above;
      above = Math.max(1, above);
      double width = knots[above] - knots[above - 1];
      double part = width > 0 ? (x - knots[above - 1]) / width : 0.5;
      return scores[above - 1] + part * (scores[above] - scores[above - 1]);
    }
  }

  /**
   * The largest values.
   *
   * @param start largest value that does not belong to them
   * @param share of all values
   */
  private record Tail(double start, double share, GeneralizedPareto law) {
    static Tail of(double[] sorted, int count) {
      int from = sorted.length - count;
      double start = sorted[from - 1];
      double[] excesses = new double[count];
      for (int i = 0; i < count; i++) {
        excesses[i] = sorted[from + i] - start;
      }
      double least = 1e-6 * (1 + Math.abs(start));
      return new Tail(
          start, (double) count / sorted.length, GeneralizedPareto.fit(excesses, 0, least));
    }

    double exceedance(double value) {
      return share * law.survival(value - start);
    }
  }

  /** Quantile by linear interpolation between values at {@code (i + 1/2) / n}. */
  private static double quantile(double[] sorted, double p) {
    double position = Math.max(0, Math.min(sorted.length - 1.0, p * sorted.length - 0.5));
    int below = Math.min(sorted.length - 2, (int) position);
    return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
  }

  /**
   * The law of the innovations of the model's calibration sequences.
   *
   * @param innovations standardised and finite, shape {@code [d][n]}, n may differ and is at least
   *     {@link #MIN_SAMPLES}
   */
  public static InnovationLaw of(double[][] innovations) {
    Part[] parts = new Part[innovations.length];
    for (int k = 0; k < parts.length; k++) {
      if (innovations[k].length < MIN_SAMPLES) {
        throw new IllegalArgumentException(
            "a law needs at least %d innovations but latent %d has %d"
                .formatted(MIN_SAMPLES, k, innovations[k].length));
      }
      parts[k] = part(innovations[k].length, innovations[k]);
    }
    return new InnovationLaw(parts);
  }

  private static Part part(long weight, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    if (!Double.isFinite(sorted[0]) || !Double.isFinite(sorted[sorted.length - 1])) {
      throw new IllegalArgumentException("innovations must be finite");
    }
    float[] points = new float[Math.min(MAX_POINTS, sorted.length)];
    for (int i = 0; i < points.length; i++) {
      points[i] = (float) quantile(sorted, (i + 0.5) / points.length);
    }
    return new Part(Math.min(MAX_WEIGHT, weight), points);
  }

  /**
   * The law of one source: this law, which counts for at most {@value #PRIOR} innovations, together
   * with those of the source. Keeps at most {@value #SOURCE_POINTS} quantiles per latent.
   *
   * @param innovations as in {@link #of}; a latent may have fewer
   */
  public InnovationLaw ofSource(double[][] innovations) {
    if (innovations.length != parts.length) {
      throw new IllegalArgumentException(
          "innovations have %d latents, the law %d".formatted(innovations.length, parts.length));
    }
    Part[] own = new Part[parts.length];
    for (int k = 0; k < parts.length; k++) {
      own[k] = merge(parts[k], Math.min(PRIOR, parts[k].weight), innovations[k]);
    }
    return new InnovationLaw(own);
  }

  /** Quantiles of the mixture of both, by their joint distribution function. */
  private static Part merge(Part part, long partWeight, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int m = part.points.length;
    int n = sorted.length;
    double each = (double) partWeight / m;
    double total = partWeight + (double) n;
    double[] merged = new double[m + n];
    double[] at = new double[m + n]; // probability below the middle of each
    double below = 0;
    for (int i = 0, j = 0; i + j < m + n; ) {
      boolean old = j == n || (i < m && part.points[i] <= sorted[j]);
      double weight = old ? each : 1;
      merged[i + j] = old ? part.points[i] : sorted[j];
      at[i + j] = (below + weight / 2) / total;
      below += weight;
      if (old) {
        i++;
      } else {
        j++;
      }
    }
    float[] points = new float[Math.min(SOURCE_POINTS, m + n)];
    int next = 0;
    for (int i = 0; i < points.length; i++) {
      double p = (i + 0.5) / points.length;
      while (next < m + n && at[next] < p) {
        next++;
      }
      double value;
      if (next == 0 || next == m + n) {
        value = merged[Math.min(next, m + n - 1)];
      } else {
        double step = at[next] - at[next - 1];
        value = merged[next - 1] + (p - at[next - 1]) / step * (merged[next] - merged[next - 1]);
      }
      points[i] = (float) value;
    }
    Arrays.sort(points); // interpolation rounds
    return new Part(Math.min(MAX_WEIGHT, partWeight + n), points);
  }

  public int latents() {
    return parts.length;
  }

  /** Innovations behind the law of a latent, at most a million. */
  public long weight(int latent) {
    return parts[latent].weight;
  }

  /**
   * The standard normal value that is exceeded as often as an innovation.
   *
   * @return in [-6, 6]
   */
  public double normalScore(int latent, double innovation) {
    return parts[latent].score(innovation);
  }

  /** At most 16 kB per latent, big-endian. */
  public byte[] toBytes() {
    int size = Integer.BYTES;
    for (Part part : parts) {
      size += Long.BYTES + Integer.BYTES + Float.BYTES * part.points.length;
    }
    ByteBuffer body = ByteBuffer.allocate(size).putInt(parts.length);
    for (Part part : parts) {
      body.putLong(part.weight).putInt(part.points.length);
      for (float point : part.points) {
        body.putFloat(point);
      }
    }
    return FORMAT.write(body.array());
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, or damaged
   */
  public static InnovationLaw fromBytes(byte[] bytes) {
    return FORMAT.read(bytes, InnovationLaw::read);
  }

  private static InnovationLaw read(ByteBuffer in) {
    int latents = in.getInt();
    if (latents < 1 || latents > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "law of innovations has %d latents, expected 1 to %d".formatted(latents, MAX_LATENTS));
    }
    Part[] parts = new Part[latents];
    for (int k = 0; k < latents; k++) {
      long weight = in.getLong();
      int count = in.getInt();
      if (weight < 1 || count < MIN_SAMPLES || count > MAX_POINTS) {
        throw new IllegalArgumentException(
            "law of innovations has %d points of weight %d, expected %d to %d of weight 1 and more"
                .formatted(count, weight, MIN_SAMPLES, MAX_POINTS));
      }
      float[] points = new float[count];
      for (int i = 0; i < count; i++) {
        points[i] = in.getFloat();
        if (!Float.isFinite(points[i]) || (i > 0 && points[i] < points[i - 1])) {
          throw new IllegalArgumentException(
              "law of innovations has %s as point %d, expected ascending finite numbers"
                  .formatted(points[i], i));
        }
      }
      parts[k] = new Part(weight, points);
    }
    return new InnovationLaw(parts);
  }
}
