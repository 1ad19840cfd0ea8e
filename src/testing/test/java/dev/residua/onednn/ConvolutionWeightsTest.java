package dev.residua.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.model.NetworkLayer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConvolutionWeightsTest {
  private static final int OUT = 5;
  private static final int INPUTS = 3 * 4 * 4;

  @Test
  void shouldKeepWeightsAsWholeNumbersOfEachChannelsOwnScale() {
    // Given channels whose weights differ in size a thousandfold
    Random random = new Random(5);
    float[] given = new float[OUT * INPUTS];
    for (int at = 0; at < given.length; at++) {
      given[at] = (float) (random.nextGaussian() * Math.pow(10, at / INPUTS - 2));
    }
    // When
    ConvolutionWeights weights = ConvolutionWeights.inEightBits(layer(given));
    // Then none is off by more than half a step of its channel
    for (int out = 0; out < OUT; out++) {
      double largest = 0;
      for (int k = 0; k < INPUTS; k++) {
        largest = Math.max(largest, Math.abs(given[out * INPUTS + k]));
      }
      for (int k = 0; k < INPUTS; k++) {
        int at = out * INPUTS + k;
        assertThat(weights.values()[at]).isBetween(-127f, 127f);
        assertThat(weights.values()[at]).isEqualTo((float) Math.rint(weights.values()[at]));
        assertThat((double) weights.effective(out, at, Precision.INT8))
            .isCloseTo(given[at], within(1.0001 * largest / 254));
      }
    }
  }

  @Test
  void shouldKeepAChannelWithoutWeights() {
    // Given
    float[] given = new float[OUT * INPUTS];
    // When
    ConvolutionWeights weights = ConvolutionWeights.inEightBits(layer(given));
    // Then
    assertThat(weights.values()).containsOnly(0);
    assertThat(weights.scales()).doesNotContain(0, Float.NaN);
  }

  private static NetworkLayer.Convolution layer(float[] weights) {
    return new NetworkLayer.Convolution(3, OUT, 4, 2, 1, weights, new float[OUT], true);
  }
}
