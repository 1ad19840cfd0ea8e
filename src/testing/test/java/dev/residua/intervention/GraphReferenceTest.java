package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.StructuralEquations;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GraphReferenceTest {
  private static final CausalGraph GRAPH =
      CausalGraph.of(List.of("lamp", "tracker"), new boolean[][] {{false, true}, new boolean[2]});
  private static final List<Latent> LATENTS =
      List.of(new Latent(0, "lamp", true), new Latent(1, "tracker", true));

  /** A tracker that equals the lamp. */
  private static final StructuralEquations EQUATIONS =
      new StructuralEquations(
          new float[2], new float[] {0, 1, 0, 0}, new float[0], new float[0], new float[0]);

  /** Residuals of a tracker that follows the lamp by the given influence. */
  private static float[][] residuals(int frames, double influence) {
    Random random = new Random(1);
    float[][] residuals = new float[frames][];
    for (int t = 0; t < frames; t++) {
      double lamp = random.nextGaussian();
      double tracker = (influence - 1) * lamp + 0.1 * random.nextGaussian();
      residuals[t] = new float[] {(float) lamp, (float) tracker};
    }
    return residuals;
  }

  private static AnomalyCalibration calibration(float[][] residuals) {
    float[] flat = new float[2 * residuals.length];
    for (int t = 0; t < residuals.length; t++) {
      System.arraycopy(residuals[t], 0, flat, 2 * t, 2);
    }
    return AnomalyCalibration.fit(
        flat, 2, new float[residuals.length], new float[residuals.length]);
  }

  @Test
  void shouldReadTheLastCalibrationFrames() {
    // Given more frames than are used, of which the first ones differ
    float[][] last = residuals(GraphCheck.MAX_FRAMES, 0.7);
    float[][] all = Arrays.copyOf(residuals(1_000, 0.2), 1_000 + last.length);
    System.arraycopy(last, 0, all, 1_000, last.length);
    // When
    Optional<GraphReference> found = GraphReference.of(GRAPH, EQUATIONS, LATENTS, calibration(all));
    // Then
    assertThat(found).contains(GraphReference.ofResiduals(GRAPH, EQUATIONS, last));
    assertThat(found.orElseThrow().edges().get(0).value()).isBetween(-0.31, -0.29);
  }

  @Test
  void shouldReadNothingOffFewFramesOrCategories() {
    AnomalyCalibration few = calibration(residuals(GraphCheck.MIN_FRAMES - 1, 1));
    AnomalyCalibration enough = calibration(residuals(GraphCheck.MIN_FRAMES, 1));
    List<Latent> categorical =
        List.of(LATENTS.get(0), new Latent(1, "tracker", true, null, List.of("left", "right")));
    assertThat(GraphReference.of(GRAPH, EQUATIONS, LATENTS, few)).isEmpty();
    assertThat(GraphReference.of(GRAPH, EQUATIONS, LATENTS, enough)).isPresent();
    assertThat(GraphReference.of(GRAPH, EQUATIONS, categorical, enough)).isEmpty();
  }
}
