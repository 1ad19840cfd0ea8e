package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.training.graph.GraphConstraints;
import dev.residua.training.metrics.PairDependence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Lists reasons to distrust the graph of a model, in sentences. */
public final class UncertainEdges {
  private static final double LOW_CONFIDENCE = 0.7;
  private static final double LITTLE_EXPLAINED = 0.05;

  /** Matches the sentences of this class, and no others of a training. */
  private static final Pattern SENTENCES =
      Pattern.compile(
          "the search found no edges.*|data do not decide between .*|the edge .* is uncertain.*|.* its residual is hardly more than its value|.* still depend \\(p = .*|residuals depend on one another .*");

  private UncertainEdges() {}

  /**
   * Returns true if a warning of a training is about its graph, so that it is obsolete with another
   * graph.
   */
  static boolean isOne(String warning) {
    return SENTENCES.matcher(warning).matches();
  }

  /**
   * Doubts about a graph. The user is asked only if the data cannot decide.
   *
   * @param known constraints of the search
   * @param dependence of the residuals, in the order of the graph
   */
  static List<String> of(GraphConstraints known, GraphFit fit, PairDependence dependence) {
    CausalGraph graph = fit.graph();
    List<String> doubts = new ArrayList<>();
    if (!known.complete()) {
      if (graph.edgeList().isEmpty()) {
        doubts.add(
            "the search found no edges: every latent is evaluated as if it had no causes; specify known edges with --graph");
      }
      Set<CausalGraph.Edge> undecided = new HashSet<>(fit.searched().undecided());
      for (CausalGraph.Edge edge : graph.edgeList()) {
        String from = graph.name(edge.from());
        String to = graph.name(edge.to());
        if (undecided.contains(edge)) {
          doubts.add(
              "data do not decide between %s -> %s and %s -> %s: state it with --graph if you know"
                  .formatted(from, to, to, from));
        } else if (edge.confidence() < LOW_CONFIDENCE) {
          doubts.add(
              words(
                  "the edge %s -> %s is uncertain: it was found in %.0f %% of the half-samples; require or forbid it with --graph if you know",
                  from, to, 100 * edge.confidence()));
        }
      }
    }
    for (int i = 0; i < graph.size(); i++) {
      double explained = fit.explainedVariance(i);
      if (!graph.isRoot(i) && explained < LITTLE_EXPLAINED) {
        doubts.add(
            words(
                "%s explain %.1f %% of %s: its residual is hardly more than its value",
                graph.parentNames(i), 100 * explained, graph.name(i)));
      }
    }
    if (dependence.largest() > RunSelection.MAX_DISTANCE_CORRELATION) {
      doubts.add(
          words(
              "residuals depend on one another (distance correlation %.2f, independent ones have less than %.2f): one broken mechanism may show in several",
              dependence.largest(), RunSelection.MAX_DISTANCE_CORRELATION));
    }
    for (PairDependence.Pair pair : dependence.dependent()) {
      String one = graph.name(pair.a());
      String other = graph.name(pair.b());
      String depend = words("%s and %s still depend (p = %.3f)", one, other, pair.pValue());
      boolean joined = graph.hasEdge(pair.a(), pair.b()) || graph.hasEdge(pair.b(), pair.a());
      doubts.add(
          joined
              ? depend
                  + ", although an edge joins them: a cause of both may be missing, or the latents mix factors"
              : depend + ": is there an arrow between them?");
    }
    return doubts;
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
