package dev.residua.intervention;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.zip.CRC32C;

/**
 * Splits how unusual a frame is over its residuals, by Shapley values. With a score {@code g} of
 * residuals, reference frames {@code x_k}, {@code k = 1..n}, and a frame {@code e}, the game is
 *
 * <pre>{@code v(S) = log((#{k : g(e on S, x_k elsewhere) >= g(e)} + 0.5) / (n + 0.5))}</pre>
 *
 * <p>so {@code v(all) = 0}, {@code -v(none)} is the frame's information score in nats, and the
 * contributions sum to it exactly. A residual that is not in {@code S} is taken from one reference
 * frame together, so residuals may depend on one another. Immutable, safe for use by several
 * threads.
 *
 * <p>Exact up to {@value #EXACT_LATENTS} latents: {@code 2^d} subsets, O(2^d n d). Beyond, the mean
 * over random orders of the latents, whose contributions sum exactly as well; the error of each
 * falls with the root of their number.
 *
 * <p>Source: K. Budhathoki, L. Minorics, P. Bloebaum, D. Janzing, Causal structure-based root cause
 * analysis of outliers, ICML 2022 (arXiv 1912.02724), with the residuals in place of noises
 * upstream of one target.
 */
public final class JointAttribution {
  /** Max latents for which all subsets are visited. */
  public static final int EXACT_LATENTS = 6;

  static final int MAX_LATENTS = 62;
  private static final int MAGIC = 0x52455347; // "RESG"
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 5 * Integer.BYTES;
  private static final int ORDERS = 200;

  /** Standard deviations beyond which a residual is no more unusual. */
  private static final float FAR = 20;

  private final float[][] reference; // [n][d]
  private final ToDoubleFunction<float[]> score;
  private final int orders;
  private final long seed;

  /**
   * Score of a frame and the contribution of each latent.
   *
   * @param score {@code -log} of the share of reference frames at least as unusual, in nats, at
   *     least 0
   * @param contributions shape {@code [d]}, in nats; below 0 for a latent that makes the frame more
   *     usual
   */
  @SuppressWarnings("ArrayRecordComponent") // made for the caller, who owns it
  public record Attribution(double score, double[] contributions) {}

  /**
   * @param reference residuals of nominal frames, shape {@code [n][d]}, {@code n >= 1}, {@code d}
   *     in 1 to 62
   * @param score of the residuals of one frame, larger is more unusual, must not keep the array
   * @param orders random orders beyond {@link #EXACT_LATENTS} latents, at least 1
   * @param seed of those orders
   */
  public JointAttribution(
      float[][] reference, ToDoubleFunction<float[]> score, int orders, long seed) {
    if (reference.length < 1 || orders < 1) {
      throw new IllegalArgumentException(
          "attribution needs at least 1 reference frame and 1 order but got %d and %d"
              .formatted(reference.length, orders));
    }
    int d = reference[0].length;
    if (d < 1 || d > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "attribution is for 1 to %d latents but got %d".formatted(MAX_LATENTS, d));
    }
    this.reference = new float[reference.length][];
    for (int k = 0; k < reference.length; k++) {
      if (reference[k].length != d) {
        throw new IllegalArgumentException(
            "reference frame %d has %d latents, the first has %d"
                .formatted(k, reference[k].length, d));
      }
      this.reference[k] = reference[k].clone();
    }
    this.score = score;
    this.orders = orders;
    this.seed = seed;
  }

  /**
   * Attributes the sum of the squared residuals, each cut at 20 standard deviations.
   *
   * @param reference standardised residuals of nominal frames, shape {@code [n][d]}
   */
  public static JointAttribution ofEnergy(float[][] reference) {
    return new JointAttribution(reference, JointAttribution::energy, ORDERS, 1);
  }

  private static double energy(float[] residuals) {
    double sum = 0;
    for (float residual : residuals) {
      double e = Math.min(FAR, Math.abs(residual));
      sum += e * e;
    }
    return sum;
  }

  /** The reference: {@code 4 n d + 20} bytes. */
  public byte[] toBytes() {
    int d = reference[0].length;
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + Float.BYTES * reference.length * d);
    out.putInt(MAGIC).putInt(VERSION).putInt(reference.length).putInt(d).putInt(0);
    FloatBuffer values = out.asFloatBuffer();
    for (float[] row : reference) {
      values.put(row);
    }
    return out.putInt(HEADER_BYTES - Integer.BYTES, checksum(out.array())).array();
  }

  /**
   * Reads the output of {@link #toBytes}, for attributing energy.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static JointAttribution energyFromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not a reference for attribution".formatted(bytes.length));
    }
    int version = in.getInt();
    int n = in.getInt();
    int d = in.getInt();
    int checksum = in.getInt();
    if (version != VERSION || n < 1 || d < 1 || d > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "reference for attribution has version %d, %d frames and %d latents, expected version %d"
              .formatted(version, n, d, VERSION));
    }
    if (bytes.length != HEADER_BYTES + (long) Float.BYTES * n * d || checksum != checksum(bytes)) {
      throw new IllegalArgumentException(
          "reference for attribution of %d bytes is damaged".formatted(bytes.length));
    }
    float[][] rows = new float[n][d];
    for (float[] row : rows) {
      for (int i = 0; i < d; i++) {
        row[i] = in.getFloat();
        if (!Float.isFinite(row[i])) {
          throw new IllegalArgumentException(
              "reference for attribution has %s for latent %d, expected finite numbers"
                  .formatted(row[i], i));
        }
      }
    }
    return ofEnergy(rows);
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return (int) crc.getValue();
  }

  /** Number of latents. */
  public int latents() {
    return reference[0].length;
  }

  /**
   * Attributes one frame.
   *
   * @param residuals shape {@code [d]}
   */
  public Attribution of(float[] residuals) {
    int d = reference[0].length;
    if (residuals.length != d) {
      throw new IllegalArgumentException(
          "frame has %d latents, the reference %d".formatted(residuals.length, d));
    }
    double own = score.applyAsDouble(residuals.clone());
    double information = -value(0, residuals, own);
    return new Attribution(
        information, d <= EXACT_LATENTS ? exact(residuals, own) : sampled(residuals, own));
  }

  private double[] exact(float[] residuals, double own) {
    int d = residuals.length;
    double[] values = new double[1 << d];
    for (int subset = 0; subset < values.length; subset++) {
      values[subset] = value(subset, residuals, own);
    }
    double[] weights = new double[d]; // 1 / (d C(d - 1, size))
    double choose = 1;
    for (int size = 0; size < d; size++) {
      weights[size] = 1 / (d * choose);
      choose = choose * (d - 1 - size) / (size + 1);
    }
    double[] contributions = new double[d];
    for (int i = 0; i < d; i++) {
      for (int subset = 0; subset < values.length; subset++) {
        if ((subset >> i & 1) == 0) {
          contributions[i] +=
              weights[Integer.bitCount(subset)] * (values[subset | 1 << i] - values[subset]);
        }
      }
    }
    return contributions;
  }

  private double[] sampled(float[] residuals, double own) {
    int d = residuals.length;
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, Double> known = new HashMap<>();
    double[] contributions = new double[d];
    int[] order = new int[d];
    for (int i = 0; i < d; i++) {
      order[i] = i;
    }
    for (int round = 0; round < orders; round++) {
      for (int i = d - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swap = order[i];
        order[i] = order[j];
        order[j] = swap;
      }
      long subset = 0;
      double before = known.computeIfAbsent(subset, s -> value(s, residuals, own));
      for (int latent : order) {
        subset |= 1L << latent;
        double after = known.computeIfAbsent(subset, s -> value(s, residuals, own));
        contributions[latent] += (after - before) / orders;
        before = after;
      }
    }
    return contributions;
  }

  private double value(long subset, float[] residuals, double own) {
    int d = residuals.length;
    int reached = 0;
    float[] mixed = new float[d];
    for (float[] frame : reference) {
      for (int i = 0; i < d; i++) {
        mixed[i] = (subset >> i & 1) != 0 ? residuals[i] : frame[i];
      }
      reached += score.applyAsDouble(mixed) >= own ? 1 : 0;
    }
    return Math.log((reached + 0.5) / (reference.length + 0.5));
  }
}
