package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlocksTest {
  @Test
  void shouldPutEveryPixelWhereItsBlockSays() {
    // Given
    ImageShape image = new ImageShape(12, 8, 3);
    byte[] pixels = new byte[5 + image.size()];
    new Random(1).nextBytes(pixels);
    float[] mean = new float[image.size()];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = i / 1000f;
    }
    float[] blocks = new float[7 + image.size()];
    // When
    Blocks.put(image, pixels, 5, mean, blocks, 7);
    // Then
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 12; x++) {
        for (int c = 0; c < 3; c++) {
          int from = (y * 12 + x) * 3 + c;
          int to = ((y / 4 * 3 + x / 4) * 16 + y % 4 * 4 + x % 4) * 3 + c;
          float expected = (pixels[5 + from] & 0xff) / 255f - mean[from];
          assertThat(blocks[7 + to]).isCloseTo(expected, within(1e-6f));
        }
      }
    }
  }
}
