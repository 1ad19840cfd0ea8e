package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.testing.TestEngine;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  private static final ImageShape IMAGE = new ImageShape(3, 2, 1);

  @Test
  void shouldReadWhatItWrote() {
    // Given
    byte[] bytes = SelfTest.record(sums(1), pixels(), 2).toBytes();
    // When
    byte[] again = SelfTest.fromBytes(bytes).toBytes();
    // Then
    assertThat(again).isEqualTo(bytes);
  }

  @Test
  void shouldRefuseDamagedBytes() {
    // Given
    byte[] bytes = SelfTest.record(sums(1), pixels(), 2).toBytes();
    byte[] foreign = bytes.clone();
    foreign[1]++;
    byte[] negative = bytes.clone();
    negative[8] = -1;
    // When
    // Then
    assertThatThrownBy(() -> SelfTest.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 frames of 6 bytes");
    assertThatThrownBy(() -> SelfTest.fromBytes(foreign)).hasMessageContaining("mark");
    assertThatThrownBy(() -> SelfTest.fromBytes(negative))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SelfTest.fromBytes(new byte[2])).hasMessageContaining("cut off");
  }

  private static byte[] pixels() {
    return new byte[] {1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, (byte) 200};
  }

  /** The latent is the sum of the pixels times a gain, and half of itself is expected of it. */
  private static ResidualScorer sums(float gain) {
    return new TestEngine(
            IMAGE,
            1,
            (pixels, offset, code) -> {
              code[0] = 0;
              for (int i = 0; i < IMAGE.size(); i++) {
                code[0] += gain * (pixels[offset + i] & 0xff);
              }
              return 0;
            })
        .scorer(
            new StructuralEquations(
                new float[1], new float[] {0.5f}, new float[0], new float[0], new float[0]));
  }
}
