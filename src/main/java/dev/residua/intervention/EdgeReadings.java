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
   * One reading for each direct cause, in the order of the graph; empty for a root.
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
    double[] corrected =
        Holm.corrected(
            IntStream.range(0, parents.length)
                .mapToDouble(a -> fit.map(f -> f.pValue(a, 0)).orElse(Double.NaN))
                .toArray());
    return IntStream.range(0, parents.length)
        .mapToObj(
            a -> {
              String from = graph.name(parents[a]);
              String to = graph.name(latent);
              return Double.isNaN(corrected[a])
                  ? EdgeReading.undetermined(from, to)
                  : EdgeReading.of(from, to, fit.orElseThrow(), a, corrected[a]);
            })
        .toList();
  }
}
