package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.intervention.AutocorrelatedRegression.Fit;
import java.util.Optional;

/**
 * Test of one coefficient of a regression of the residual of a latent.
 *
 * @param from latent that the column belongs to
 * @param to latent whose residual it is
 * @param fit empty if the frames do not allow one
 * @param column of the regression
 */
record EdgeTest(int from, int to, Optional<Fit> fit, int column) {
  /** P-value of a coefficient of 0; NaN if the frames do not determine it. */
  double pValue() {
    return fit.map(f -> f.pValue(column, 0)).orElse(Double.NaN);
  }

  /**
   * Reads it as the change of an edge's influence.
   *
   * @param corrected the p-value, corrected for the other edges
   */
  EdgeReading reading(CausalGraph graph, double corrected) {
    String cause = graph.name(from);
    String latent = graph.name(to);
    return Double.isNaN(corrected)
        ? EdgeReading.undetermined(cause, latent)
        : EdgeReading.of(cause, latent, fit.orElseThrow(), column, corrected);
  }
}
