package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SineCosineTest {
  @Test
  void shouldStayWithinAMillionthOfTheLibraryFunctions() {
    // Given
    int n = 160_001;
    float[] turns = new float[n];
    for (int i = 0; i < n; i++) {
      turns[i] = -8 + i * 1e-4f;
    }
    float[] angles = turns.clone();
    float[] cosines = new float[n];
    float[] sines = new float[n];
    double worst = 0;
    // When
    SineCosine.of(angles, cosines, sines);
    // Then
    for (int i = 0; i < n; i++) {
      worst = Math.max(worst, Math.abs(cosines[i] - Math.cos(2 * Math.PI * turns[i])));
      worst = Math.max(worst, Math.abs(sines[i] - Math.sin(2 * Math.PI * turns[i])));
    }
    assertThat(worst).isBetween(1e-9, 1e-6);
  }
}
