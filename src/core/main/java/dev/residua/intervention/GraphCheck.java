package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.intervention.AutocorrelatedRegression.Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tests a model's graph on a stationary period of one source: whether every direct cause still
 * moves its latent as trained, and whether a residual depends on a latent that is not a cause of
 * it.
 *
 * @param frames how many were used
 * @param edges one reading for each edge of the graph, by effect
 * @param calibrated influence that each of these edges has on the calibration frames of the model,
 *     as they read it: 1 if nothing is read with error; NaN if they do not determine it
 * @param absent one reading for each pair without an edge that the graph could have, by effect
 */
public record GraphCheck(
    int frames, List<EdgeReading> edges, List<Double> calibrated, List<AbsentEdge> absent) {
  /** Min frames. */
  public static final int MIN_FRAMES = 200;

  /** Max frames that are used: the last ones. */
  public static final int MAX_FRAMES = 20_000;

  /** Under which the p-values hold. */
  public static final String CONDITION =
      "the frames are of one stationary period; the errors of each latent follow an autoregression"
          + " of at most four frames, independently of the latents that do not depend on it; latents are"
          + " read with the same error as on the calibration frames";

  /** Influence on the calibration frames below which an edge cannot be checked. */
  private static final double READABLE = 0.25;

  /** Size of a partial correlation from which it matters: one hundredth of the variance. */
  static final double SMALLEST_CORRELATION = 0.1;

  /**
   * Tests whether the residual of a latent depends on a latent that is neither a cause nor an
   * effect of it.
   *
   * @param from name of the other latent
   * @param to name of the latent
   * @param correlation partial correlation of the residual with it, given all others, less that of
   *     the calibration frames, in [-1, 1]; NaN if it does not move on its own
   * @param pValue of no dependence, corrected by the procedure of Holm over all absent edges, in
   *     (0, 1]; NaN if {@code correlation} is
   * @param missing whether an edge, or a common cause, is missing in the graph
   */
  public record AbsentEdge(
      String from, String to, double correlation, double pValue, boolean missing) {}

  public GraphCheck {
    edges = List.copyOf(edges);
    calibrated = List.copyOf(calibrated);
    absent = List.copyOf(absent);
  }

  /** The regressions of all residuals, before they are compared with anything. */
  record Tests(List<EdgeTest> edges, List<EdgeTest> absent) {}

  /** Like the other method, but for latents that are read without error. */
  public static GraphCheck of(
      CausalGraph graph, float[][] observed, float[][] expected, long[] sequences) {
    Tests tests = tests(graph, observed, expected, sequences);
    return of(
        graph,
        tests,
        sequences.length,
        new GraphReference(exact(tests.edges()), exact(tests.absent())));
  }

  private static List<GraphReference.Coefficient> exact(List<EdgeTest> tests) {
    return tests.stream()
        .map(test -> new GraphReference.Coefficient(0, 0, 0, Double.POSITIVE_INFINITY))
        .toList();
  }

  /**
   * Tests the graph. The residual of each latent is regressed on the contributions of its causes
   * and on all latents that are neither cause nor effect of it, so that an edge that is missing is
   * not taken for a change of others. Coefficients are compared with those of the calibration
   * frames. O(d^3 n).
   *
   * @param observed latents, shape {@code [n][d]}, oldest first
   * @param expected prediction from the causes, shape {@code [n][d]}
   * @param sequences numbers of the frames, ascending, shape {@code [n]}
   * @param reference of the same graph
   * @throws IllegalArgumentException if shapes differ, there are too few or too many frames, or
   *     sequences do not ascend
   */
  public static GraphCheck of(
      CausalGraph graph,
      float[][] observed,
      float[][] expected,
      long[] sequences,
      GraphReference reference) {
    return of(graph, tests(graph, observed, expected, sequences), sequences.length, reference);
  }

  /** Tests the graph, compared with the calibration frames if the model has a reference of them. */
  public static GraphCheck of(
      CausalGraph graph,
      float[][] observed,
      float[][] expected,
      long[] sequences,
      Optional<GraphReference> reference) {
    return reference
        .map(known -> of(graph, observed, expected, sequences, known))
        .orElseGet(() -> of(graph, observed, expected, sequences));
  }

  private static GraphCheck of(
      CausalGraph graph, Tests tests, int frames, GraphReference reference) {
    if (reference.edges().size() != tests.edges().size()
        || reference.absent().size() != tests.absent().size()) {
      throw new IllegalArgumentException(
          "the reference has %d edges and %d absent ones, the graph %d and %d"
              .formatted(
                  reference.edges().size(),
                  reference.absent().size(),
                  tests.edges().size(),
                  tests.absent().size()));
    }
    List<Compared> edges = new ArrayList<>();
    for (int k = 0; k < tests.edges().size(); k++) {
      edges.add(Compared.edge(tests.edges().get(k), reference.edges().get(k)));
    }
    List<Compared> absent = new ArrayList<>();
    for (int k = 0; k < tests.absent().size(); k++) {
      absent.add(Compared.absent(tests.absent().get(k), reference.absent().get(k)));
    }
    double[] ofEdges = Holm.corrected(edges.stream().mapToDouble(Compared::pValue).toArray());
    double[] ofAbsent = Holm.corrected(absent.stream().mapToDouble(Compared::pValue).toArray());
    List<EdgeReading> readings = new ArrayList<>();
    List<Double> calibrated = new ArrayList<>();
    for (int k = 0; k < ofEdges.length; k++) {
      readings.add(edges.get(k).reading(graph, ofEdges[k]));
      calibrated.add(edges.get(k).calibrated());
    }
    List<AbsentEdge> others = new ArrayList<>();
    for (int k = 0; k < ofAbsent.length; k++) {
      others.add(absent.get(k).absent(graph, ofAbsent[k]));
    }
    return new GraphCheck(frames, readings, calibrated, others);
  }

  /**
   * A coefficient compared with that of the calibration frames.
   *
   * @param calibrated influence that is expected without a change, for an edge; 0 for others
   * @param correlation partial correlation on the calibration frames
   * @param difference of the coefficient; NaN if nothing can be said
   * @param size signed difference that is compared with the tolerance
   * @param standardError of the difference
   * @param freedom degrees of freedom
   */
  private record Compared(
      EdgeTest test,
      double calibrated,
      double correlation,
      double difference,
      double size,
      double standardError,
      double freedom,
      double pValue) {
    static Compared edge(EdgeTest test, GraphReference.Coefficient then) {
      Compared unknown = unknown(test);
      GraphReference.Coefficient now = GraphReference.Coefficient.of(test);
      if (!now.known() || !then.known()) {
        return unknown;
      }
      double influence = 1 + then.value();
      return influence < READABLE ? unknown : of(test, influence, now, then);
    }

    static Compared absent(EdgeTest test, GraphReference.Coefficient then) {
      GraphReference.Coefficient now = GraphReference.Coefficient.of(test);
      return now.known() && then.known() ? of(test, 0, now, then) : unknown(test);
    }

    private static Compared unknown(EdgeTest test) {
      return new Compared(
          test, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    private static Compared of(
        EdgeTest test,
        double calibrated,
        GraphReference.Coefficient now,
        GraphReference.Coefficient then) {
      Fit fit = test.fit().orElseThrow();
      double difference = now.value() - then.value();
      double error = Math.hypot(now.standardError(), then.standardError());
      double freedom = Math.min(now.freedom(), then.freedom());
      double pValue =
          then.standardError() == 0
              ? fit.pValue(test.column(), then.value())
              : StudentTail.twoSided(difference / error, freedom);
      double size =
          then.standardError() == 0
              ? difference
              : smaller(difference, now.unfiltered() - then.unfiltered());
      return new Compared(
          test, calibrated, then.correlation(), difference, size, error, freedom, pValue);
    }

    /**
     * The smaller of two differences, 0 if they have different signs. A filter takes more of slow
     * causes than of their reading error, so that the influence also falls if only the errors of
     * the source are more autocorrelated than those of the calibration frames. Without a filter it
     * does not.
     */
    private static double smaller(double a, double b) {
      return a * b <= 0 ? 0 : Math.signum(a) * Math.min(Math.abs(a), Math.abs(b));
    }

    EdgeReading reading(CausalGraph graph, double corrected) {
      String from = graph.name(test.from());
      String to = graph.name(test.to());
      return Double.isNaN(corrected)
          ? EdgeReading.undetermined(from, to)
          : EdgeReading.of(
              from, to, calibrated, difference, size, standardError, freedom, corrected);
    }

    AbsentEdge absent(CausalGraph graph, double corrected) {
      double more = Double.NaN;
      double smallest = SMALLEST_CORRELATION + GraphReference.TOLERANCE * Math.abs(correlation);
      if (!Double.isNaN(corrected)) {
        Fit found = test.fit().orElseThrow();
        double t = size / found.standardError(test.column());
        more = t / Math.sqrt(t * t + found.freedom());
      }
      return new AbsentEdge(
          graph.name(test.from()),
          graph.name(test.to()),
          more,
          corrected,
          corrected <= EdgeReading.LEVEL && Math.abs(more) >= smallest);
    }
  }

  static Tests tests(CausalGraph graph, float[][] observed, float[][] expected, long[] sequences) {
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
    return new Tests(edges, absent);
  }

  /** Edges that differ from the learned ones. */
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
}
