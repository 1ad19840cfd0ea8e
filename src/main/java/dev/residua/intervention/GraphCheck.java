package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.intervention.AutocorrelatedRegression.Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tests a model's graph on a stationary period of one source: whether every direct cause still
 * moves its latent as trained, and whether a residual depends on a latent that is no cause of it.
 *
 * @param frames how many were used
 * @param edges one reading for each edge of the graph, by effect
 * @param absent one reading for each pair without an edge that the graph could have, by effect
 */
public record GraphCheck(int frames, List<EdgeReading> edges, List<AbsentEdge> absent) {
  /** Fewest frames. */
  public static final int MIN_FRAMES = 200;

  /** Most frames that are used: the last ones. */
  public static final int MAX_FRAMES = 20_000;

  /** Under which the p-values hold. */
  public static final String CONDITION =
      "the frames are of one stationary period; the errors of each latent follow an autoregression"
          + " of at most four frames, independently of the latents that do not depend on it";

  /** Size of a partial correlation from which it matters: one hundredth of the variance. */
  static final double SMALLEST_CORRELATION = 0.1;

  /**
   * Whether the residual of a latent depends on a latent that is neither a cause nor an effect of
   * it.
   *
   * @param from name of the other latent
   * @param to name of the latent
   * @param correlation partial correlation of the residual with it, given all others, in [-1, 1];
   *     NaN where it does not move on its own
   * @param pValue of no dependence, corrected by the procedure of Holm over all absent edges, in
   *     (0, 1]; NaN where {@code correlation} is
   * @param missing whether an edge, or a common cause, is missing in the graph
   */
  public record AbsentEdge(
      String from, String to, double correlation, double pValue, boolean missing) {}

  public GraphCheck {
    edges = List.copyOf(edges);
    absent = List.copyOf(absent);
  }

  /**
   * Tests the graph. The residual of each latent is regressed on the contributions of its causes
   * and on all latents that are neither cause nor effect of it, so that an edge that is missing is
   * not taken for a change of others. O(d^3 n).
   *
   * @param observed latents, shape {@code [n][d]}, oldest first
   * @param expected what the causes explain of them, shape {@code [n][d]}
   * @param sequences numbers of the frames, ascending, shape {@code [n]}
   * @throws IllegalArgumentException if shapes differ, there are too few or too many frames, or
   *     sequences do not ascend
   */
  public static GraphCheck of(
      CausalGraph graph, float[][] observed, float[][] expected, long[] sequences) {
    int n = sequences.length;
    int d = graph.size();
    if (n < MIN_FRAMES || n > MAX_FRAMES || observed.length != n || expected.length != n) {
      throw new IllegalArgumentException(
          "a test of the graph needs %d to %d frames but got %d, %d and %d"
              .formatted(MIN_FRAMES, MAX_FRAMES, observed.length, expected.length, n));
    }
    boolean[] follows = new boolean[n];
    for (int t = 1; t < n; t++) {
      if (sequences[t] <= sequences[t - 1]) {
        throw new IllegalArgumentException(
            "frame %d comes after frame %d".formatted(sequences[t], sequences[t - 1]));
      }
      follows[t] = sequences[t] == sequences[t - 1] + 1;
    }
    int[] rows = new int[n];
    double[] centres = new double[d];
    for (int t = 0; t < n; t++) {
      rows[t] = t;
      if (observed[t].length != d || expected[t].length != d) {
        throw new IllegalArgumentException(
            "frame %d has %d and %d latents, the graph %d"
                .formatted(sequences[t], observed[t].length, expected[t].length, d));
      }
      for (int i = 0; i < d; i++) {
        centres[i] += observed[t][i] / n;
      }
    }
    List<EdgeTest> edges = new ArrayList<>();
    List<EdgeTest> absent = new ArrayList<>();
    for (int to = 0; to < d; to++) {
      ResidualRegression regression =
          new ResidualRegression(graph, observed, expected, centres, to, rows, follows);
      int[] parents = graph.parents(to);
      int[] others = others(graph, to);
      double[][] columns = new double[others.length][];
      for (int k = 0; k < others.length; k++) {
        columns[k] = ResidualRegression.column(observed, others[k], rows);
      }
      Optional<Fit> fit = regression.with(columns);
      for (int a = 0; a < parents.length; a++) {
        edges.add(new EdgeTest(parents[a], to, fit, a));
      }
      for (int k = 0; k < others.length; k++) {
        absent.add(new EdgeTest(others[k], to, fit, regression.columns() + k));
      }
    }
    double[] ofEdges = Holm.corrected(edges.stream().mapToDouble(EdgeTest::pValue).toArray());
    double[] ofAbsent = Holm.corrected(absent.stream().mapToDouble(EdgeTest::pValue).toArray());
    List<EdgeReading> readings = new ArrayList<>();
    for (int k = 0; k < ofEdges.length; k++) {
      readings.add(edges.get(k).reading(graph, ofEdges[k]));
    }
    List<AbsentEdge> others = new ArrayList<>();
    for (int k = 0; k < ofAbsent.length; k++) {
      others.add(absent(graph, absent.get(k), ofAbsent[k]));
    }
    return new GraphCheck(n, readings, others);
  }

  /** Edges that differ from what the model learned. */
  public List<EdgeReading> misfits() {
    return edges.stream().filter(EdgeReading::isClaim).toList();
  }

  /** Pairs that depend on each other although the graph has no edge. */
  public List<AbsentEdge> missing() {
    return absent.stream().filter(AbsentEdge::missing).toList();
  }

  /** Latents that are neither a cause nor an effect of a latent. */
  private static int[] others(CausalGraph graph, int latent) {
    return IntStream.range(0, graph.size())
        .filter(i -> i != latent && !graph.hasEdge(i, latent) && !graph.isAncestor(latent, i))
        .toArray();
  }

  private static AbsentEdge absent(CausalGraph graph, EdgeTest test, double corrected) {
    double correlation = Double.NaN;
    if (!Double.isNaN(corrected)) {
      Fit found = test.fit().orElseThrow();
      double t = found.coefficients()[test.column()] / found.standardError(test.column());
      correlation = t / Math.sqrt(t * t + found.freedom());
    }
    return new AbsentEdge(
        graph.name(test.from()),
        graph.name(test.to()),
        correlation,
        corrected,
        corrected <= EdgeReading.LEVEL && Math.abs(correlation) >= SMALLEST_CORRELATION);
  }
}
