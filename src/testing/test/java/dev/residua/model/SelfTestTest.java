package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  private static final ImageShape IMAGE = new ImageShape(3, 2, 1);

  @Test
  void shouldReadWhatItWrote() {
    // Given
    byte[] bytes = SelfTest.record(new Sums(1), pixels(), 2).toBytes();
    // When
    byte[] again = SelfTest.fromBytes(bytes).toBytes();
    // Then
    assertThat(again).isEqualTo(bytes);
  }

  @Test
  void shouldRefuseDamagedBytes() {
    // Given
    byte[] bytes = SelfTest.record(new Sums(1), pixels(), 2).toBytes();
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

  /** Latent 0 is the sum of the pixels times a gain, expected is its half. */
  private record Sums(float gain) implements FrameScorer {
    @Override
    public ImageShape imageShape() {
      return IMAGE;
    }

    @Override
    public int latents() {
      return 1;
    }

    @Override
    public LatentBatch score(byte[] pixels, int frames) {
      float[] z = new float[frames];
      float[] half = new float[frames];
      for (int n = 0; n < frames; n++) {
        for (int i = 0; i < IMAGE.size(); i++) {
          z[n] += gain * (pixels[n * IMAGE.size() + i] & 0xff);
        }
        half[n] = z[n] / 2;
      }
      return new LatentBatch(frames, 1, z, half, half.clone(), new float[frames]);
    }

    @Override
    public void close() {}
  }
}
