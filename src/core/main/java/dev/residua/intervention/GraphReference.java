package dev.residua.intervention;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.StructuralEquations;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Results of a check of the graph on the model's own calibration frames, for which the graph is
 * right. Latents are read with error, so that the influence of a cause is below 1 even there, and a
 * latent may seem to depend on a cause of its cause. A {@link GraphCheck} of other frames is
 * compared with this.
 *
 * @param edges one for each edge of the graph, by effect
 * @param absent one for each pair without an edge that the graph could have, by effect
 */
public record GraphReference(List<Coefficient> edges, List<Coefficient> absent) {
  /**
   * Part of the effect of the reading error on the calibration frames by which it may differ
   * elsewhere, as it depends on how far and how slowly the causes move.
   */
  static final double TOLERANCE = 0.5;

  public GraphReference {
    edges = List.copyOf(edges);
    absent = List.copyOf(absent);
  }

  /**
   * Coefficient of a regression of a residual; NaN if the frames do not determine it.
   *
   * @param value 0 if nothing was read with error
   * @param unfiltered the value by ordinary least squares, which autocorrelated errors do not bias
   * @param standardError of the value
   * @param freedom degrees of freedom
   */
  public record Coefficient(double value, double unfiltered, double standardError, double freedom) {
    static final Coefficient UNKNOWN =
        new Coefficient(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    static Coefficient of(EdgeTest test) {
      return test.fit()
          .filter(fit -> Double.isFinite(fit.coefficients()[test.column()]))
          .map(
              fit ->
                  new Coefficient(
                      fit.coefficients()[test.column()],
                      fit.unfiltered()[test.column()],
                      fit.standardError(test.column()),
                      Math.min(fit.freedom(), fit.robustFreedom()[test.column()])))
          .orElse(UNKNOWN);
    }

    boolean known() {
      return Double.isFinite(value);
    }

    /** Partial correlation of the residual with the column. */
    double correlation() {
      double t = value == 0 ? 0 : value / standardError;
      return t == 0 ? 0 : t / Math.sqrt(t * t + freedom);
    }
  }

  /**
   * Reads the calibration frames. Arguments as for {@link GraphCheck#of}.
   *
   * @throws IllegalArgumentException if there are too few frames
   */
  public static GraphReference of(
      CausalGraph graph, float[][] observed, float[][] expected, long[] sequences) {
    GraphCheck.Tests tests = GraphCheck.tests(graph, observed, expected, sequences);
    return new GraphReference(
        tests.edges().stream().map(Coefficient::of).toList(),
        tests.absent().stream().map(Coefficient::of).toList());
  }

  /**
   * Reads the last calibration frames of a model.
   *
   * @param latents of the model
   * @return empty if the model has categorical latents or too few calibration frames
   */
  public static Optional<GraphReference> of(
      CausalGraph graph,
      StructuralEquations equations,
      List<Latent> latents,
      AnomalyCalibration calibration) {
    int size = calibration.size();
    if (latents.stream().anyMatch(Latent::categorical) || size < GraphCheck.MIN_FRAMES) {
      return Optional.empty();
    }
    float[][] residuals =
        IntStream.range(Math.max(0, size - GraphCheck.MAX_FRAMES), size)
            .mapToObj(calibration::residuals)
            .toArray(float[][]::new);
    return Optional.of(ofResiduals(graph, equations, residuals));
  }

  /**
   * Reads calibration frames of which the residuals are known. Latents follow from these by the
   * equations, causes first.
   *
   * @param residuals in the order of time, in the units of the latents, shape {@code [n][d]}
   */
  public static GraphReference ofResiduals(
      CausalGraph graph, StructuralEquations equations, float[][] residuals) {
    int n = residuals.length;
    int d = graph.size();
    float[] latents = new float[n * d];
    for (int depth = 0; depth < d; depth++) { // each pass completes the effects of complete causes
      float[] expected = equations.expected(latents, n);
      for (int i = 0; i < latents.length; i++) {
        latents[i] = expected[i] + residuals[i / d][i % d];
      }
    }
    float[][] observed = new float[n][];
    float[][] expected = new float[n][d];
    for (int t = 0; t < n; t++) {
      observed[t] = Arrays.copyOfRange(latents, t * d, (t + 1) * d);
      for (int i = 0; i < d; i++) {
        expected[t][i] = observed[t][i] - residuals[t][i];
      }
    }
    return of(graph, observed, expected, LongStream.range(0, n).toArray());
  }
}
