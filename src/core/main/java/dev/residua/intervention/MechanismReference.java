package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Distribution of the tests of a {@link Diagnosis} in windows of quiet frames: of each test and
 * latent the median and the spread of both tails at several window lengths, the range of every
 * latent, and the support of its causes. Belongs to one model. Immutable, safe for use by several
 * threads.
 *
 * <p>Tables come from windows of consecutive nominal frames, so dependence between neighbouring
 * frames widens them as it widens the windows to be evaluated.
 */
public final class MechanismReference {
  /** Min frames that a reference can be made from. */
  public static final int MIN_FRAMES = 4 * MechanismWindow.LENGTH;

  /** Min frames of a window that can be evaluated. */
  public static final int MIN_WINDOW = 8;

  private static final int MAGIC = 0x52455349; // "RESI"
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 3 * Integer.BYTES;
  private static final int[] LENGTHS = {MIN_WINDOW, 12, 16, 24, 32, 48, 64, 96, 128};
  private static final MechanismTest[] TESTS = MechanismTest.values();
  private static final double INNER = 0.8413447; // one normal standard deviation above the median
  private static final double OUTER = 0.99;
  private static final double OUTER_NORMAL = 2.3263479;

  /** Share of nominal values outside the range of a latent, on each side, or outside a support. */
  private static final double OUTSIDE = 0.001;

  /** A residual is off if it is this much larger than 99.9 % of the normal ones. */
  private static final double OFF = 1.2;

  private static final double SMALLEST_SCALE = 0.02;

  // The residual of a root hardly has a tail: a small excess must not count as a large one.
  private static final double SMALLEST_SCALE_LARGEST = 0.25;

  private static final double SMALLEST_DEVIATION = 1e-6;
  private static final double RIDGE = 1e-3;

  // Everything in double while in use, in float as bytes: calibrate rounds once, so that a
  // reference equals the one that is read back.
  private final int d;
  private final boolean[][] edges; // [from][to]
  private final double[] centre; // of the latents, [d]
  private final double[] deviation;
  private final double[] lowest; // range of the latents, [d]
  private final double[] highest;
  private final double[] off; // size of a residual that is off, [d]
  private final double[][] support; // [d][p p + 1]: inverse covariance of the causes, limit
  private final double[][] tables; // [tests d][3 lengths]: medians, lower scales, upper scales
  private final double[][] stillness; // [d][lengths]
  private final double[][] unmixing; // [d][d]

  private MechanismReference(
      boolean[][] edges,
      double[][] latents,
      double[][] support,
      double[][] tables,
      double[][] stillness,
      double[][] unmixing) {
    this.d = edges.length;
    this.edges = edges;
    this.centre = latents[0];
    this.deviation = latents[1];
    this.lowest = latents[2];
    this.highest = latents[3];
    this.off = latents[4];
    this.support = support;
    this.tables = tables;
    this.stillness = stillness;
    this.unmixing = unmixing;
  }

  /**
   * Calibrates without a leakage matrix.
   *
   * @see #calibrate(CausalGraph, float[][], float[][], float[][], double[][])
   */
  public static MechanismReference calibrate(
      CausalGraph graph, float[][] observed, float[][] expected, float[][] standardized) {
    double[][] identity = new double[graph.size()][graph.size()];
    for (int i = 0; i < identity.length; i++) {
      identity[i][i] = 1;
    }
    return calibrate(graph, observed, expected, standardized, identity);
  }

  /**
   * Calibrates on nominal frames in the order of time. Of each test the median over windows is
   * kept, and as scale of each tail the larger of the distances of the 84 % quantile and, over
   * 2.33, of the 99 % quantile: tails wider than normal widen the scale. O(n d p^2) for each of
   * nine lengths.
   *
   * @param observed latents, shape {@code [n][d]}, {@code n >=} {@link #MIN_FRAMES}
   * @param expected prediction from the causes, shape {@code [n][d]}
   * @param standardized residuals in robust standard deviations, shape {@code [n][d]}
   * @param leakage shift of the standardised residual of latent {@code i} for a shift of the noise
   *     of latent {@code j} by one standard deviation, shape {@code [d][d]}; residuals are
   *     multiplied by its inverse before they are looked at
   * @throws IllegalArgumentException if shapes differ, there are too few frames, a value is not
   *     finite or the matrix has no inverse
   */
  public static MechanismReference calibrate(
      CausalGraph graph,
      float[][] observed,
      float[][] expected,
      float[][] standardized,
      double[][] leakage) {
    int d = graph.size();
    int n = observed.length;
    if (n < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "mechanisms need at least %d nominal frames but got %d".formatted(MIN_FRAMES, n));
    }
    check("observed", observed, n, d);
    check("expected", expected, n, d);
    check("standardized", standardized, n, d);
    double[][] unmixing = rounded(Matrices.inverse(leakage, d));
    float[][] residuals = unmixed(standardized, unmixing);
    double[][] latents = new double[5][d];
    for (int i = 0; i < d; i++) {
      double[] sorted = new double[n];
      double[] sizes = new double[n];
      double sum = 0;
      for (int t = 0; t < n; t++) {
        sorted[t] = observed[t][i];
        sizes[t] = Math.abs(residuals[t][i]);
        sum += observed[t][i];
      }
      Arrays.sort(sorted);
      Arrays.sort(sizes);
      latents[0][i] = sum / n;
      latents[1][i] =
          Math.max(SMALLEST_DEVIATION, Math.sqrt(WindowStatistics.variance(observed, i, 0, n)));
      latents[2][i] = quantile(sorted, OUTSIDE);
      latents[3][i] = quantile(sorted, 1 - OUTSIDE);
      latents[4][i] = OFF * quantile(sizes, 1 - OUTSIDE);
    }
    latents = rounded(latents);
    double[][] support = new double[d][];
    for (int i = 0; i < d; i++) {
      support[i] = support(graph.parents(i), observed, latents[0], latents[1]);
    }
    WindowStatistics statistics =
        new WindowStatistics(graph, observed, expected, residuals, latents[0], latents[1]);
    double[][] tables = new double[TESTS.length * d][3 * LENGTHS.length];
    double[][] stillness = new double[d][LENGTHS.length];
    for (int l = 0; l < LENGTHS.length; l++) {
      int m = LENGTHS[l];
      int step = Math.max(1, m / 4);
      double[] values = new double[(n - m) / step + 1];
      for (int i = 0; i < d; i++) {
        for (int k = 0; k < values.length; k++) {
          values[k] = statistics.spread(i, k * step, m);
        }
        Arrays.sort(values);
        stillness[i][l] = quantile(values, 1 - OUTER);
        for (MechanismTest test : TESTS) {
          if (test.needsCauses() && graph.isRoot(i)) {
            continue;
          }
          for (int k = 0; k < values.length; k++) {
            values[k] = statistics.value(test, i, k * step, m);
          }
          Arrays.sort(values);
          double median = quantile(values, 0.5);
          double floor = test == MechanismTest.LARGEST ? SMALLEST_SCALE_LARGEST : SMALLEST_SCALE;
          double[] row = tables[test.ordinal() * d + i];
          row[l] = median;
          row[LENGTHS.length + l] =
              scale(
                  median - quantile(values, 1 - INNER),
                  median - quantile(values, 1 - OUTER),
                  floor);
          row[2 * LENGTHS.length + l] =
              scale(quantile(values, INNER) - median, quantile(values, OUTER) - median, floor);
        }
      }
    }
    return new MechanismReference(
        graph.edges(), latents, rounded(support), rounded(tables), rounded(stillness), unmixing);
  }

  private static double scale(double inner, double outer, double floor) {
    return Math.max(floor, Math.max(inner, outer / OUTER_NORMAL));
  }

  /** Inverse covariance of the standardised causes and the squared distance that few exceed. */
  private static double[] support(
      int[] parents, float[][] observed, double[] centre, double[] deviation) {
    int p = parents.length;
    int n = observed.length;
    double[][] covariance = new double[p][p];
    double[] u = new double[p];
    for (float[] row : observed) {
      for (int a = 0; a < p; a++) {
        u[a] = (row[parents[a]] - centre[parents[a]]) / deviation[parents[a]];
        for (int b = 0; b <= a; b++) {
          covariance[a][b] += u[a] * u[b] / n;
          covariance[b][a] = covariance[a][b];
        }
      }
    }
    for (int a = 0; a < p; a++) {
      covariance[a][a] += RIDGE;
    }
    double[] packed = new double[p * p + 1];
    double[][] inverse = Matrices.inverse(covariance, p);
    for (int a = 0; a < p; a++) {
      System.arraycopy(inverse[a], 0, packed, a * p, p);
    }
    double[] distances = new double[n];
    for (int t = 0; t < n; t++) {
      distances[t] = distance(parents, observed[t], centre, deviation, packed);
    }
    Arrays.sort(distances);
    packed[p * p] = quantile(distances, 1 - OUTSIDE);
    return packed;
  }

  private static double distance(
      int[] parents, float[] row, double[] centre, double[] deviation, double[] packed) {
    int p = parents.length;
    double sum = 0;
    for (int a = 0; a < p; a++) {
      double ua = (row[parents[a]] - centre[parents[a]]) / deviation[parents[a]];
      for (int b = 0; b < p; b++) {
        double ub = (row[parents[b]] - centre[parents[b]]) / deviation[parents[b]];
        sum += ua * packed[a * p + b] * ub;
      }
    }
    return sum;
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return d;
  }

  /** Returns true if it was made for these causes. */
  boolean fits(CausalGraph graph) {
    return Arrays.deepEquals(edges, graph.edges());
  }

  WindowStatistics statistics(
      CausalGraph graph, float[][] observed, float[][] expected, float[][] residuals) {
    return new WindowStatistics(graph, observed, expected, residuals, centre, deviation);
  }

  /** Residuals with the leakage taken out, shape {@code [n][d]}. */
  float[][] unmixed(float[][] standardized) {
    return unmixed(standardized, unmixing);
  }

  /**
   * Distance of the value of a test in a window of {@code m} frames from a quiet one, in scales of
   * the tail that it lies in.
   */
  double standardized(MechanismTest test, int latent, int m, double value) {
    double[] row = tables[test.ordinal() * d + latent];
    double median = median(test, latent, m);
    int tail = value < median ? 1 : 2;
    return (value - median) / Math.exp(between(row, tail * LENGTHS.length, m, true));
  }

  /** Median of a test over quiet windows of {@code m} frames. */
  double median(MechanismTest test, int latent, int m) {
    return between(tables[test.ordinal() * d + latent], 0, m, false);
  }

  /** The spread, over the nominal one, that one quiet window in a hundred is below. */
  double stillness(int latent, int m) {
    return between(stillness[latent], 0, m, false);
  }

  /** Returns true if a latent's value is outside the range of nearly all nominal frames. */
  boolean outOfRange(int latent, float value) {
    return value < lowest[latent] || value > highest[latent];
  }

  /**
   * Returns true if the causes of a latent are farther from nominal frames than nearly all of
   * these.
   */
  boolean outOfSupport(int[] parents, int latent, float[] observed) {
    double[] packed = support[latent];
    return distance(parents, observed, centre, deviation, packed) > packed[packed.length - 1];
  }

  /** Size from which a residual is off, in robust standard deviations. */
  double off(int latent) {
    return off[latent];
  }

  double centre(int latent) {
    return centre[latent];
  }

  double deviation(int latent) {
    return deviation[latent];
  }

  /** Linear in the logarithm of the length, of the value or of its logarithm. */
  private static double between(double[] row, int at, int m, boolean logarithm) {
    int right = 1;
    while (right < LENGTHS.length - 1 && LENGTHS[right] < m) {
      right++;
    }
    double part =
        Math.log((double) m / LENGTHS[right - 1])
            / Math.log((double) LENGTHS[right] / LENGTHS[right - 1]);
    double a = row[at + right - 1];
    double b = row[at + right];
    return logarithm ? Math.log(a) + part * (Math.log(b) - Math.log(a)) : a + part * (b - a);
  }

  private static float[][] unmixed(float[][] standardized, double[][] unmixing) {
    float[][] residuals = new float[standardized.length][unmixing.length];
    for (int t = 0; t < residuals.length; t++) {
      for (int i = 0; i < unmixing.length; i++) {
        double sum = 0;
        for (int j = 0; j < unmixing.length; j++) {
          sum += unmixing[i][j] * standardized[t][j];
        }
        residuals[t][i] = (float) sum;
      }
    }
    return residuals;
  }

  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private static double[][] rounded(double[][] values) {
    double[][] rounded = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = new double[values[i].length];
      for (int j = 0; j < values[i].length; j++) {
        rounded[i][j] = (float) values[i][j];
      }
    }
    return rounded;
  }

  private static void check(String what, float[][] rows, int n, int d) {
    if (rows.length != n) {
      throw new IllegalArgumentException(
          "%s has %d frames, observed %d".formatted(what, rows.length, n));
    }
    for (int t = 0; t < n; t++) {
      if (rows[t].length != d) {
        throw new IllegalArgumentException(
            "%s frame %d has %d latents, the graph %d".formatted(what, t, rows[t].length, d));
      }
      for (int i = 0; i < d; i++) {
        if (!Float.isFinite(rows[t][i])) {
          throw new IllegalArgumentException(
              "%s latent %d of frame %d is %s, expected a finite number"
                  .formatted(what, i, t, rows[t][i]));
        }
      }
    }
  }

  /** About 5 kB for 4 latents, big-endian, with a checksum. */
  public byte[] toBytes() {
    byte[] body = body();
    return ByteBuffer.allocate(HEADER_BYTES + body.length)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(checksum(body))
        .put(body)
        .array();
  }

  private byte[] body() {
    ByteBuffer out = ByteBuffer.allocate(bodyBytes(edges));
    out.putInt(d);
    for (boolean[] row : edges) {
      for (boolean edge : row) {
        out.put((byte) (edge ? 1 : 0));
      }
    }
    for (double[][] part :
        new double[][][] {
          {centre, deviation, lowest, highest, off}, support, tables, stillness, unmixing
        }) {
      for (double[] row : part) {
        for (double value : row) {
          out.putFloat((float) value);
        }
      }
    }
    return out.array();
  }

  private static int bodyBytes(boolean[][] edges) {
    int d = edges.length;
    int floats = 5 * d + TESTS.length * d * 3 * LENGTHS.length + d * LENGTHS.length + d * d;
    for (int i = 0; i < d; i++) {
      int p = parents(edges, i);
      floats += p * p + 1;
    }
    return Integer.BYTES + d * d + Float.BYTES * floats;
  }

  private static int parents(boolean[][] edges, int latent) {
    int p = 0;
    for (boolean[] row : edges) {
      p += row[latent] ? 1 : 0;
    }
    return p;
  }

  /**
   * Reads the output of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if it has another format, version, size or checksum
   */
  public static MechanismReference fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES + Integer.BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "%d bytes are not a mechanism reference".formatted(bytes.length));
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "mechanism reference has version %d, expected %d".formatted(version, VERSION));
    }
    int checksum = in.getInt();
    if (checksum != checksum(Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length))) {
      throw new IllegalArgumentException("mechanism reference is damaged: its checksum is wrong");
    }
    int d = in.getInt();
    if (d < 1 || d > JointAttribution.MAX_LATENTS || in.remaining() < d * d) {
      throw new IllegalArgumentException(
          "mechanism reference of %d latents has %d bytes, expected 1 to %d latents"
              .formatted(d, bytes.length, JointAttribution.MAX_LATENTS));
    }
    boolean[][] edges = new boolean[d][d];
    for (boolean[] row : edges) {
      for (int j = 0; j < d; j++) {
        row[j] = in.get() == 1;
      }
    }
    if (bytes.length != HEADER_BYTES + bodyBytes(edges)) {
      throw new IllegalArgumentException(
          "mechanism reference of %d latents has %d bytes, expected %d"
              .formatted(d, bytes.length, HEADER_BYTES + bodyBytes(edges)));
    }
    double[][] latents = read(in, 5, d);
    double[][] support = new double[d][];
    for (int i = 0; i < d; i++) {
      int p = parents(edges, i);
      support[i] = read(in, 1, p * p + 1)[0];
    }
    double[][] tables = read(in, TESTS.length * d, 3 * LENGTHS.length);
    return new MechanismReference(
        edges, latents, support, tables, read(in, d, LENGTHS.length), read(in, d, d));
  }

  private static double[][] read(ByteBuffer in, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int j = 0; j < columns; j++) {
        row[j] = in.getFloat();
        if (!Double.isFinite(row[j])) {
          throw new IllegalArgumentException(
              "mechanism reference has the value %s, expected finite numbers".formatted(row[j]));
        }
      }
    }
    return values;
  }

  private static int checksum(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    return (int) crc.getValue();
  }
}
