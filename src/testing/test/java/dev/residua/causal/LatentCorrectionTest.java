package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LatentCorrectionTest {
  @Test
  void shouldAddKernelsAndLeaveOtherLatents() {
    // Given 13 centres, a correction of latent 0 and only a bias for latent 1
    Random random = new Random(2);
    float[][] centres = new float[2][13];
    float[] weights = new float[13];
    for (int c = 0; c < 13; c++) {
      centres[0][c] = (float) random.nextGaussian();
      centres[1][c] = (float) random.nextGaussian();
      weights[c] = (float) random.nextGaussian();
    }
    LatentCorrection correction =
        new LatentCorrection(
            centres,
            new float[] {0.1f, 0.25f},
            new float[] {-0.5f, 0},
            new float[][] {weights, {}});
    float[] code = {0.3f, -1.2f, 2, 0.5f};
    // When
    float[] corrected = correction.apply(code, 2);
    // Then
    for (int n = 0; n < 2; n++) {
      double sum = code[2 * n] + 0.1;
      for (int c = 0; c < 13; c++) {
        double square =
            Math.pow(code[2 * n] - centres[0][c], 2) + Math.pow(code[2 * n + 1] - centres[1][c], 2);
        sum += weights[c] * Math.exp(-0.5 * square);
      }
      assertThat((double) corrected[2 * n]).isCloseTo(sum, within(2e-6));
      assertThat(corrected[2 * n + 1]).isEqualTo(code[2 * n + 1] + 0.25f);
    }
  }

  @Test
  void shouldRefuseKernelsThatGrow() {
    assertThatThrownBy(
            () ->
                new LatentCorrection(
                    new float[1][4], new float[1], new float[] {0.5f}, new float[1][4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("correction's scale of latent 0 is 0.5, expected at most 0");
  }
}
