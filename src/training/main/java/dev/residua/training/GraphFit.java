package dev.residua.training;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.Normal;
import dev.residua.dataset.FrameTimes;
import dev.residua.dynamics.DynamicModel;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Graph over latents and variables, with the fitted structural equations and distributions.
 *
 * @param equations between the columns of the nodes
 * @param columns of the nodes
 * @param distributions of the categorical nodes
 * @param dynamics equations of the nodes, of which those apply that use earlier frames; null if
 *     none does
 */
record GraphFit(
    SearchedGraph searched,
    Mechanisms equations,
    NodeColumns columns,
    List<CategoricalDistribution> distributions,
    List<Integer> given,
    @Nullable DynamicModel dynamics) {
  GraphFit(SearchedGraph searched, Mechanisms equations) {
    this(
        searched, equations, NodeColumns.real(searched.graph().size()), List.of(), List.of(), null);
  }

  CausalGraph graph() {
    return searched.graph();
  }

  /**
   * Share of the variance of a node that its causes in the same frame explain; NaN for a
   * categorical one, or if its equation uses earlier frames.
   */
  double explainedVariance(int node) {
    return columns.isCategorical(node) || (dynamics != null && dynamics.usesHistory(node))
        ? Double.NaN
        : equations.explainedVariance(columns.first(node));
  }

  /** Residuals of rows of shape {@code [n][nodes]}, in the same shape. */
  double[][] residuals(double[][] rows) {
    double[][] residuals = ofEquations(rows);
    for (int node : given) {
      for (int r = 0; r < rows.length; r++) {
        residuals[r][node] = Normal.quantile(FrameDraw.uniform(0, r, node));
      }
    }
    return residuals;
  }

  private double[][] ofEquations(double[][] rows) {
    if (!columns.anyCategorical()) {
      return equations.residuals(rows);
    }
    double[][] wide = equations.residuals(wide(columns, rows));
    double[][] residuals = new double[rows.length][];
    for (int r = 0; r < rows.length; r++) {
      residuals[r] = narrow(wide[r]);
      float[] nodes = new float[rows[r].length];
      for (int i = 0; i < nodes.length; i++) {
        nodes[i] = (float) rows[r][i];
      }
      for (CategoricalDistribution distribution : distributions) {
        residuals[r][distribution.node()] =
            CategoricalDistribution.deviate(
                distribution.probabilities(nodes, 0),
                (int) nodes[distribution.node()],
                FrameDraw.uniform(0, r, distribution.node()));
      }
    }
    return residuals;
  }

  /**
   * Residuals of rows that are a sequence if equations use earlier frames; rows of which some are
   * not known are left out.
   *
   * @param frames of the rows, as indices into the times
   */
  double[][] residuals(double[][] rows, FrameTimes times, int[] frames) {
    double[][] residuals = residuals(rows);
    if (dynamics == null) {
      return residuals;
    }
    float[] completed = floats(residuals);
    KnownScores.complete(
        dynamics, times.of(frames), floats(rows), new float[completed.length], completed);
    return Arrays.stream(FrameScores.rows(completed, rows.length, dynamics.size()))
        .filter(row -> Arrays.stream(row).allMatch(Double::isFinite))
        .toArray(double[][]::new);
  }

  private static float[] floats(double[][] rows) {
    float[] floats = new float[rows.length == 0 ? 0 : rows.length * rows[0].length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return floats;
  }

  private double[] narrow(double[] wide) {
    double[] row = new double[columns.latents()];
    Arrays.setAll(row, i -> wide[columns.first(i)]);
    return row;
  }

  /**
   * Searches the graph unless it is known completely, and fits equations and distributions. If the
   * residuals of a sequence show memory or delays, it searches those too; if there are any, they
   * decide the graph.
   *
   * @param all latents, then variables, of the frames that were trained on, shape {@code
   *     [trained][nodes]}; frames with a missing variable are left out
   */
  static GraphFit of(
      TrainingInput input,
      double[][] all,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      TrainingProgress progress)
      throws TrainingFailedException {
    long seed = input.settings.seed();
    int[] complete =
        IntStream.range(0, all.length).filter(i -> input.data.hasVariables(i)).toArray();
    double[][] z = Arrays.stream(complete).mapToObj(i -> all[i]).toArray(double[][]::new);
    boolean[][] holds =
        Arrays.stream(complete).mapToObj(i -> input.holds[i]).toArray(boolean[][]::new);
    progress.at("searching the graph", 0, null);
    try {
      SearchedGraph searched =
          input.known.complete()
              ? SearchedGraph.given(input.known.graph())
              : ExactDagSearch.search(z, holds, input.known, search.withSeed(seed));
      GraphFit fit = fitted(input, searched, z, holds, mechanisms, null, progress);
      if (!DynamicFit.isPossible(input) || !DynamicFit.isShownBy(fit.residuals(all), fit.graph())) {
        return fit;
      }
      DynamicFit dynamic = DynamicFit.of(input, all, progress);
      return dynamic == null
          ? fit
          : fitted(
              input,
              SearchedGraph.given(dynamic.graph()),
              z,
              holds,
              mechanisms,
              dynamic.model(),
              progress);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the graph cannot be searched: " + e.getMessage(), e);
    }
  }

  private static GraphFit fitted(
      TrainingInput input,
      SearchedGraph searched,
      double[][] z,
      boolean[][] holds,
      MechanismSettings mechanisms,
      @Nullable DynamicModel dynamics,
      TrainingProgress progress)
      throws TrainingFailedException {
    progress.at("fitting mechanisms", 0, null);
    NodeColumns columns = NodeColumns.of(input.nodes);
    CausalGraph graph = searched.graph();
    try {
      return new GraphFit(
          searched,
          Mechanisms.fit(
              wide(columns, graph),
              wide(columns, z),
              wide(columns, holds),
              mechanisms.withSeed(input.settings.seed())),
          columns,
          CategoricalFit.of(graph, columns, z, holds),
          input.given,
          dynamics);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new TrainingFailedException("mechanisms cannot be fitted: " + e.getMessage(), e);
    }
  }

  /** The graph over columns: all those of a cause cause a node that is a real number. */
  private static CausalGraph wide(NodeColumns columns, CausalGraph graph) {
    if (!columns.anyCategorical()) {
      return graph;
    }
    int[] node = nodes(columns);
    boolean[][] edges = new boolean[node.length][node.length];
    for (int a = 0; a < node.length; a++) {
      for (int b = 0; b < node.length; b++) {
        edges[a][b] = !columns.isCategorical(node[b]) && graph.hasEdge(node[a], node[b]);
      }
    }
    return CausalGraph.of(
        IntStream.range(0, node.length).mapToObj(Integer::toString).toList(), edges);
  }

  private static int[] nodes(NodeColumns columns) {
    return IntStream.range(0, columns.latents())
        .flatMap(i -> IntStream.generate(() -> i).limit(columns.count(i)))
        .toArray();
  }

  private static double[][] wide(NodeColumns columns, double[][] rows) {
    if (!columns.anyCategorical()) {
      return rows;
    }
    int[] node = nodes(columns);
    double[][] wide = new double[rows.length][node.length];
    for (int r = 0; r < rows.length; r++) {
      for (int a = 0; a < node.length; a++) {
        double value = rows[r][node[a]];
        int category = a - columns.first(node[a]);
        wide[r][a] = !columns.isCategorical(node[a]) ? value : value == category ? 1 : 0;
      }
    }
    return wide;
  }

  private static boolean[][] wide(NodeColumns columns, boolean[][] holds) {
    if (!columns.anyCategorical()) {
      return holds;
    }
    int[] node = nodes(columns);
    boolean[][] wide = new boolean[holds.length][node.length];
    for (int r = 0; r < holds.length; r++) {
      for (int a = 0; a < node.length; a++) {
        wide[r][a] = holds[r][node[a]];
      }
    }
    return wide;
  }
}
