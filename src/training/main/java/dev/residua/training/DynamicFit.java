package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.dataset.FrameTimes;
import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.training.dynamics.DynamicSearch;
import dev.residua.training.dynamics.DynamicSearchSettings;
import dev.residua.training.dynamics.RegularSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.jspecify.annotations.Nullable;

/**
 * Search of equations that use earlier frames, among the training frames of a sequence.
 *
 * @param model equations of all nodes; those without memory and delay are fitted elsewhere
 * @param graph causes at any delay, without delayed ones that would close a cycle
 */
record DynamicFit(DynamicModel model, CausalGraph graph) {
  /** Lag-one correlation of the residual of a node with causes above which it remembers. */
  private static final double REMEMBERS = 0.5;

  /** Correlation of two residuals at some delay above which one follows the other later. */
  private static final double FOLLOWS = 0.3;

  /** Readings of a latent may move by this part with another, see {@link OwnPixels#SMALL}. */
  private static final double LEAST_INFLUENCE = OwnPixels.SMALL;

  /** Rows without readings between two runs, at least the longest delay. */
  private static final int GAP = DynamicSearchSettings.DEFAULTS.maxDelaySteps() + 5;

  private static final DynamicEquation TIME_VARIABLE =
      new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1);

  /**
   * Returns true if residuals of equations within one frame show memory or delays. Roots may be
   * autocorrelated: that alone needs no other equations.
   *
   * @param residuals in the order of time, shape {@code [n][nodes]}, NaN if unknown
   */
  static boolean isShownBy(double[][] residuals, CausalGraph graph) {
    int d = graph.size();
    for (int i = 0; i < d; i++) {
      if (!graph.isRoot(i) && Math.abs(correlation(residuals, i, i, 1)) >= REMEMBERS) {
        return true;
      }
      for (int j = 0; j < d; j++) {
        for (int k = 1; i != j && k <= DynamicSearchSettings.DEFAULTS.maxDelaySteps(); k++) {
          if (Math.abs(correlation(residuals, i, j, k)) >= FOLLOWS) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Correlation of a column with another some rows later. */
  private static double correlation(double[][] rows, int from, int to, int later) {
    PearsonsCorrelation pearson = new PearsonsCorrelation();
    double[][] pairs =
        IntStream.range(later, rows.length)
            .mapToObj(t -> new double[] {rows[t - later][from], rows[t][to]})
            .filter(pair -> Double.isFinite(pair[0]) && Double.isFinite(pair[1]))
            .toArray(double[][]::new);
    if (pairs.length < RegularSequence.MIN_ROWS) {
      return 0;
    }
    double correlation =
        pearson.correlation(
            Arrays.stream(pairs).mapToDouble(pair -> pair[0]).toArray(),
            Arrays.stream(pairs).mapToDouble(pair -> pair[1]).toArray());
    return Double.isNaN(correlation) ? 0 : correlation;
  }

  /** Returns true if the frames are a sequence that the search takes. */
  static boolean isPossible(TrainingInput input) {
    return input.data.times().isSequence()
        && input.nodes.size() <= DynamicSearch.MAX_VARIABLES
        && input.nodes.stream().noneMatch(Latent::categorical);
  }

  /**
   * Searches the equations.
   *
   * @param rows nodes of the frames that were trained on, shape {@code [trained][nodes]}, NaN if
   *     missing
   * @return null if there are too few frames, or no equation uses earlier frames
   */
  static @Nullable DynamicFit of(TrainingInput input, double[][] rows, TrainingProgress progress) {
    FrameTimes times = input.data.times();
    double[][] known = new double[rows.length][];
    for (int t = 0; t < rows.length; t++) {
      known[t] = rows[t].clone();
      for (int k = 0; k < known[t].length; k++) {
        known[t][k] = input.holds[t][k] ? known[t][k] : Double.NaN;
      }
    }
    double[][] regular = regular(times, known);
    if (regular.length < RegularSequence.MIN_ROWS) {
      return null;
    }
    progress.at("searching memory and delays", 0, null);
    DynamicModel model =
        withoutTimeVariables(
            DynamicSearch.search(
                new RegularSequence(times.stepSeconds(), regular),
                input.known,
                DynamicSearchSettings.DEFAULTS
                    .withLeastInfluence(LEAST_INFLUENCE)
                    .withThreads(input.settings.threads())),
            input);
    return IntStream.range(0, model.size()).noneMatch(model::usesHistory)
        ? null
        : new DynamicFit(model, graph(model, input.nodes.stream().map(Latent::name).toList()));
  }

  /** Time variables change slowly, but not because a mechanism remembers. */
  private static DynamicModel withoutTimeVariables(DynamicModel model, TrainingInput input) {
    List<DynamicEquation> equations = new ArrayList<>(model.equations());
    input.given.forEach(node -> equations.set(node, TIME_VARIABLE));
    return new DynamicModel(model.stepSeconds(), equations);
  }

  /** Rows one step apart, with rows without readings for missing frames and between runs. */
  static double[][] regular(FrameTimes times, double[][] rows) {
    double[] seconds = times.seconds();
    double step = times.stepSeconds();
    double[] missing = new double[rows.length == 0 ? 0 : rows[0].length];
    Arrays.fill(missing, Double.NaN);
    List<double[]> regular = new ArrayList<>();
    for (FrameTimes.Run run : times.runs()) {
      int from = regular.size() + (regular.isEmpty() ? 0 : GAP);
      for (int t = run.from(); t < Math.min(run.to(), rows.length); t++) {
        int at = from + (int) Math.round((seconds[t] - seconds[run.from()]) / step);
        while (regular.size() <= at) {
          regular.add(missing);
        }
        regular.set(at, rows[t]);
      }
    }
    return regular.toArray(double[][]::new);
  }

  private static CausalGraph graph(DynamicModel model, List<String> names) {
    int d = model.size();
    boolean[][] edges = new boolean[d][d];
    for (int delayed = 0; delayed < 2; delayed++) {
      for (int to = 0; to < d; to++) {
        for (DelayedCause cause : model.equations().get(to).causes()) {
          if (cause.delaySeconds() > 0 == (delayed == 1) && !reaches(edges, to, cause.variable())) {
            edges[cause.variable()][to] = true;
          }
        }
      }
    }
    return CausalGraph.of(names, edges);
  }

  private static boolean reaches(boolean[][] edges, int from, int to) {
    return from == to
        || IntStream.range(0, edges.length)
            .anyMatch(next -> edges[from][next] && reaches(edges, next, to));
  }
}
