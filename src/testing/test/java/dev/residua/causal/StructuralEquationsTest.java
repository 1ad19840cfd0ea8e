package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StructuralEquationsTest {
  private static final int D = 3;

  @Test
  void shouldEvaluateLinesAndCosinesAsInDoublePrecision() {
    // Given 37 cosines, the first 20 of latent 1 and the others of latent 2
    int features = 37;
    Random random = new Random(4);
    float[] intercepts = gaussians(random, D);
    float[] linear = gaussians(random, D * D);
    float[] frequencies = gaussians(random, D * features);
    float[] phases = gaussians(random, features);
    float[] weights = new float[features * D];
    for (int m = 0; m < features; m++) {
      weights[m * D + (m < 20 ? 1 : 2)] = (float) random.nextGaussian();
    }
    float[] z = gaussians(random, 50 * D);
    // When
    float[] expected =
        new StructuralEquations(intercepts, linear, frequencies, phases, weights).expected(z, 50);
    // Then
    for (int n = 0; n < 50; n++) {
      for (int i = 0; i < D; i++) {
        double sum = intercepts[i];
        for (int j = 0; j < D; j++) {
          sum += (double) linear[j * D + i] * z[n * D + j];
        }
        for (int m = 0; m < features; m++) {
          double angle = phases[m];
          for (int j = 0; j < D; j++) {
            angle += (double) frequencies[j * features + m] * z[n * D + j];
          }
          sum += weights[m * D + i] * Math.cos(angle);
        }
        assertThat((double) expected[n * D + i]).isCloseTo(sum, within(2e-5));
      }
    }
  }

  @Test
  void shouldDoWithoutCosines() {
    // Given
    StructuralEquations line =
        new StructuralEquations(
            new float[] {1, 2}, new float[] {0, 3, 0, 0}, new float[0], new float[0], new float[0]);
    // When
    float[] expected = line.expected(new float[] {10, 20}, 1);
    // Then latent 1 is 2 + 3 times latent 0
    assertThat(expected).containsExactly(1, 32);
  }

  @Test
  void shouldSayWhichShapesDoNotFit() {
    assertThatThrownBy(
            () ->
                new StructuralEquations(
                    new float[2], new float[3], new float[0], new float[0], new float[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "equations of 2 latents with 0 cosines have 3 slopes, 0 frequencies and 0 weights");
  }

  private static float[] gaussians(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
