package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FloatFunctionsTest {
  @Test
  void shouldGiveCosinesOfAllAngles() {
    // Given angles from -8 to 8 turns
    float[] turns = new float[160_001];
    double[] expected = new double[turns.length];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = -8 + i * 1e-4f;
      expected[i] = Math.cos(2 * Math.PI * turns[i]);
    }
    // When
    FloatFunctions.cosine(turns);
    // Then
    for (int i = 0; i < turns.length; i++) {
      assertThat((double) turns[i]).isCloseTo(expected[i], within(4e-7));
    }
  }

  @Test
  void shouldGiveExponentialsToTheLastDigits() {
    // Given
    float[] x = new float[6_400];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 0.02f;
    }
    float[] into = new float[x.length];
    // When
    FloatFunctions.exp(x, -0.5f, into);
    // Then
    for (int i = 0; i < x.length; i++) {
      double expected = Math.exp(-0.5 * x[i]);
      assertThat((double) into[i])
          .isCloseTo(expected, within((x[i] <= 64 ? 1.2e-7 : 5e-7) * expected));
    }
  }

  @Test
  void shouldEndFarFromAllCentres() {
    // Given
    float[] far = {1e9f, Float.POSITIVE_INFINITY};
    float[] into = new float[2];
    // When
    FloatFunctions.exp(far, -1, into);
    // Then
    assertThat(into[0]).isBetween(0f, 1e-27f);
    assertThat(into[1]).isBetween(0f, 1e-27f);
  }

  @Test
  void shouldSumEveryProduct() {
    // Given 19 weights, which is two blocks of eight and a rest
    float[] weights = new float[19];
    float[] values = new float[21];
    double expected = 0;
    for (int i = 0; i < 19; i++) {
      weights[i] = i + 1;
      values[i + 2] = 1f / (i + 3);
      expected += (i + 1.0) / (i + 3);
    }
    // When
    float dot = FloatFunctions.dot(weights, values, 2);
    // Then
    assertThat((double) dot).isCloseTo(expected, within(1e-5));
  }
}
