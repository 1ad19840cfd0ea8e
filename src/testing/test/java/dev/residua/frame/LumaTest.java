package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LumaTest {
  @Test
  void shouldReadPicturesOfAllSizes() {
    Random random = new Random(1);
    for (int n = 0; n < 40; n++) {
      for (int channels = 1; channels <= 3; channels += 2) {
        // Given a picture at the very end of an array
        byte[] pixels = new byte[7 + n * channels];
        random.nextBytes(pixels);
        int[] expected = new int[n];
        for (int i = 0; i < n; i++) {
          int at = 7 + i * channels;
          expected[i] =
              channels == 1
                  ? pixels[at] & 0xFF
                  : Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
        }
        // When
        int[] luma = new int[n];
        Luma.read(pixels, 7, channels, luma);
        // Then
        assertThat(luma).isEqualTo(expected);
      }
    }
  }
}
