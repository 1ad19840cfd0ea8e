package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.intervention.AutocorrelatedRegression.Fit;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Which direct causes still move one latent, from a window of frames. */
final class EdgeReadings {
  private EdgeReadings() {}

  /**
   * Returns a reading for each direct cause, in the order of the graph; empty for a root.
   *
   * @param centres nominal means of the latents, shape {@code [d]}
   * @param rows frames to use, ascending
   */
  static List<EdgeReading> of(
      CausalGraph graph,
      float[][] observed,
      float[][] expected,
      double[] centres,
      int latent,
      int[] rows) {
    int[] parents = graph.parents(latent);
    Optional<Fit> fit =
        parents.length == 0 || rows.length < AutocorrelatedRegression.MIN_FREEDOM
            ? Optional.empty()
            : new ResidualRegression(
                    graph,
                    observed,
                    expected,
                    centres,
                    latent,
                    rows,
                    ResidualRegression.following(rows))
                .edges();
    List<EdgeTest> tests =
        IntStream.range(0, parents.length)
            .mapToObj(a -> new EdgeTest(parents[a], latent, fit, a))
            .toList();
    double[] corrected = Holm.corrected(tests.stream().mapToDouble(EdgeTest::pValue).toArray());
    return IntStream.range(0, parents.length)
        .mapToObj(a -> tests.get(a).reading(graph, corrected[a]))
        .toList();
  }
}
