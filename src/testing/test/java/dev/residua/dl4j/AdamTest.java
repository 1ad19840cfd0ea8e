package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AdamTest {
  @Test
  void shouldMoveAsPyTorchDoes() {
    // Given values between two that must not move
    float[] values = {7, 0.5f, -1, 2, 7};
    float[][] gradients = {
      {1, 0.1f, -2, 3e-9f, 1}, {1, 0.3f, 1, -2e-9f, 1}, {1, -0.2f, 0.5f, 1e-9f, 1}
    };
    Adam adam = new Adam(5);
    // When
    for (int step = 0; step < gradients.length; step++) {
      adam.update(values, gradients[step], 1, 4, 1e-2, step);
    }
    // Then as torch.optim.Adam(lr=1e-2) of PyTorch 2.6 in double precision, epsilon included
    assertThat(values[0]).isEqualTo(7);
    assertThat(values[1]).isCloseTo(0.47824315f, within(1e-6f));
    assertThat(values[2]).isCloseTo(-0.98672274f, within(1e-6f));
    assertThat(values[3]).isCloseTo(1.9969041f, within(1e-6f));
    assertThat(values[4]).isEqualTo(7);
  }

  @Test
  void shouldWarmUpStayAndFall() {
    // Given
    LearningRate rate = new LearningRate(2, 1_000);
    // When
    // Then 5 % linear, flat to 30 %, cosine to 2 %
    assertThat(rate.at(0)).isCloseTo(2 * 0.001 / 0.05, within(1e-12));
    assertThat(rate.at(49)).isCloseTo(2, within(1e-12));
    assertThat(rate.at(298)).isEqualTo(2);
    assertThat(rate.at(649)).isCloseTo(2 * (0.02 + 0.98 / 2), within(1e-12));
    assertThat(rate.at(999)).isCloseTo(0.04, within(1e-12));
  }
}
