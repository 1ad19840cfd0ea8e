package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.testing.AdditiveNoise;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelEvaluationTest {
  private static final double NAN = Double.NaN;

  /** A perfect model: latents are the factors, residuals the noises. */
  private static ModelEvaluation.Scored perfect(double[][] rows) {
    double[][] latents = new double[rows.length][];
    double[][] residuals = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      latents[i] = Arrays.copyOf(rows[i], 4);
      residuals[i] = Arrays.copyOfRange(rows[i], 4, 8);
    }
    return new ModelEvaluation.Scored(
        AdditiveNoise.graph().renamed(List.of("c1", "c2", "c3", "c4")), latents, residuals);
  }

  private static ModelEvaluation.Truth truth(double[][] rows, int known) {
    double[][] factors = new double[rows.length][];
    double[][] noises = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      factors[i] = i < known ? Arrays.copyOf(rows[i], 4) : new double[] {NAN, NAN, NAN, NAN};
      noises[i] = new double[] {NAN, NAN, rows[i][6], rows[i][7]};
    }
    return new ModelEvaluation.Truth(AdditiveNoise.NAMES, factors, noises, AdditiveNoise.graph());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  @Test
  void shouldGiveAPerfectModelItsCeiling() {
    // Given
    double[][] rows = AdditiveNoise.withNoises(600, 1);
    // When
    Map<String, Object> found = ModelEvaluation.of(perfect(rows), truth(rows, 600), 1);
    // Then
    assertThat(found).containsEntry("shd", 0).containsEntry("labelledFrames", 600);
    assertThat((double) found.get("mcc")).isCloseTo(1, within(1e-9));
    assertThat(map(found.get("matching")))
        .isEqualTo(Map.of("z1", "c1", "z2", "c2", "z3", "c3", "z4", "c4"));
    assertThat((double) map(found.get("r2Linear")).get("z4")).isCloseTo(1, within(1e-6));
    Map<String, Object> residual = map(found.get("residual"));
    assertThat((double) map(residual.get("noiseCorrelation")).get("z3")).isCloseTo(1, within(1e-9));
    assertThat(map(residual.get("noiseCorrelation"))).doesNotContainKey("z1");
    Map<String, Object> leakage = map(residual.get("leakage"));
    assertThat((double) leakage.get("dominance")).isLessThan(1e-6);
    assertThat((double) map(map(leakage.get("shiftPerNoise")).get("z3")).get("z3"))
        .isCloseTo(1, within(1e-6));
    assertThat((double) residual.get("hsicPValue")).isGreaterThan(0.01);
    assertThat(map(residual.get("distanceCorrelations"))).hasSize(6).containsKey("c1, c4");
    assertThat(map(found.get("ceiling")).get("mcc")).isEqualTo(found.get("mcc"));
    assertThat((double) map(found.get("floor")).get("r2Nonlinear")).isLessThan(0.02);
  }

  @Test
  void shouldSeeThatLatentsAreNoResiduals() {
    // Given a model without edges, whose residuals are its latents
    double[][] rows = AdditiveNoise.withNoises(600, 2);
    double[][] latents = perfect(rows).latents();
    ModelEvaluation.Scored edgeless =
        new ModelEvaluation.Scored(CausalGraph.empty(AdditiveNoise.NAMES), latents, latents);
    // When
    Map<String, Object> found = ModelEvaluation.of(edgeless, truth(rows, 600), 1);
    // Then
    assertThat(found).containsEntry("shd", 3);
    assertThat((double) found.get("mcc")).isCloseTo(1, within(1e-9));
    Map<String, Object> residual = map(found.get("residual"));
    assertThat((double) map(residual.get("leakage")).get("dominance")).isGreaterThan(0.8);
    assertThat((double) residual.get("hsicPValue")).isLessThan(0.01);
  }

  @Test
  void shouldReportTooFewKnownFactors() {
    // Given
    double[][] rows = AdditiveNoise.withNoises(200, 3);
    // When
    Map<String, Object> found = ModelEvaluation.of(perfect(rows), truth(rows, 49), 1);
    // Then
    assertThat(found).containsKey("note").doesNotContainKey("mcc");
    assertThat(found).containsEntry("labelledFrames", 49);
  }
}
