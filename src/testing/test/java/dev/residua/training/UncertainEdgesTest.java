package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CausalGraph;
import dev.residua.training.graph.GraphConstraints;
import dev.residua.training.metrics.PairDependence;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UncertainEdgesTest {
  private static final List<String> NAMES = List.of("ball_size", "water_height", "shade");

  private static CausalGraph graph(double confidence, int... edge) {
    boolean[][] edges = new boolean[3][3];
    double[][] shares = new double[3][3];
    if (edge.length == 2) {
      edges[edge[0]][edge[1]] = true;
      shares[edge[0]][edge[1]] = confidence;
    }
    return new CausalGraph(NAMES, edges, shares);
  }

  /** Equations of rows in which the second latent follows the first. */
  private static GraphFit fit(CausalGraph graph, SearchedGraph.Alternative... alternatives) {
    Random random = new Random(1);
    double[][] z = new double[200][3];
    for (double[] row : z) {
      row[0] = random.nextGaussian();
      row[1] = row[0] + 0.5 * random.nextGaussian();
      row[2] = random.nextGaussian();
    }
    return new GraphFit(
        new SearchedGraph(graph, List.of(alternatives)),
        Mechanisms.fit(
            graph, z, new MechanismSettings(8, new double[] {1}, new double[] {1e-3}, 200, 1)));
  }

  private static PairDependence dependence(double ofFirstPair) {
    return new PairDependence(
        List.of(
            new PairDependence.Pair(0, 1, ofFirstPair < 0.0005 ? 0.3 : 0.1, ofFirstPair),
            new PairDependence.Pair(0, 2, 0.05, 0.7)));
  }

  private static List<String> doubts(GraphFit fit, double pValue) {
    return UncertainEdges.of(GraphConstraints.none(NAMES), fit, dependence(pValue));
  }

  @Test
  void shouldAskForAnArrowOnlyWhereThereIsNone() {
    assertThat(doubts(fit(graph(1, 0, 1)), 1)).isEmpty();
    assertThat(doubts(fit(graph(1, 1, 2)), 0.001))
        .contains(
            "ball_size and water_height still depend (p = 0.001): is there an arrow between them?");
    assertThat(doubts(fit(graph(1, 0, 1)), 0.001))
        .containsExactly(
            "ball_size and water_height still depend (p = 0.001), although an edge joins them: a cause of both may be missing, or the latents mix factors");
  }

  @Test
  void shouldAskForADirectionOnlyWithinTheNoise() {
    // Given
    CausalGraph found = graph(0.5, 0, 1);
    SearchedGraph.Alternative near = new SearchedGraph.Alternative(graph(0.5, 1, 0), 0.01, 0.006);
    SearchedGraph.Alternative far = new SearchedGraph.Alternative(graph(0.5, 1, 0), 0.01, 0.004);
    // When
    List<String> undecided = doubts(fit(found, near), 1);
    List<String> decided = doubts(fit(found, far), 1);
    // Then
    assertThat(undecided)
        .containsExactly(
            "data do not decide between ball_size -> water_height and water_height -> ball_size: state it with --graph if you know");
    assertThat(decided)
        .containsExactly(
            "the edge ball_size -> water_height is uncertain: it was found in 50 % of the half-samples; require or forbid it with --graph if you know");
    assertThat(near.changes(found))
        .isEqualTo("water_height -> ball_size instead of ball_size -> water_height");
    assertThat(new SearchedGraph.Alternative(graph(0, 1, 2), 0, 0).changes(found))
        .isEqualTo("without ball_size -> water_height, with water_height -> shade");
  }

  @Test
  void shouldRecogniseAllItsSentences() {
    // Given
    SearchedGraph.Alternative near = new SearchedGraph.Alternative(graph(0.5, 1, 0), 0.01, 0.006);
    List<String> all =
        List.of(
            doubts(fit(graph(1)), 0.001).get(0),
            doubts(fit(graph(1)), 0.001).get(1),
            doubts(fit(graph(0.5, 0, 1), near), 1).get(0),
            doubts(fit(graph(0.5, 0, 1)), 1).get(0),
            doubts(fit(graph(1, 2, 0)), 1).get(0),
            doubts(fit(graph(1, 0, 1)), 0.001).get(0),
            doubts(fit(graph(1, 0, 1)), 0.0002).get(0));
    // Then
    assertThat(all.get(6))
        .isEqualTo(
            "residuals depend on one another (distance correlation 0.30, independent ones have less than 0.12): one broken mechanism may show in several");
    assertThat(all).doesNotHaveDuplicates().allMatch(UncertainEdges::isOne);
    assertThat(UncertainEdges.isOne("only 47 labelled frames were used")).isFalse();
  }
}
