package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PictureVariationTest {
  private static final ImageShape SHAPE = new ImageShape(12, 10, 3);
  private static final int COUNT = 4_000;

  private static byte[] picture(int value) {
    byte[] pixels = new byte[SHAPE.size()];
    Arrays.fill(pixels, (byte) value);
    return pixels;
  }

  @Test
  void shouldChangeNothingWithoutStrength() {
    // Given
    byte[] pixels = new byte[SHAPE.size()];
    new Random(1).nextBytes(pixels);
    // When, Then
    assertThat(new PictureVariation(0).apply(SHAPE, pixels, new Random(2))).isEqualTo(pixels);
  }

  /**
   * Oracle: of a gray of 100, light gives a standard deviation of 15, its colour of 5, the offset
   * of 6: sqrt(15^2 + 5^2 + 6^2) = 16.9; that of two channels differs by sqrt(2) 5 = 7.1. The
   * standard error of a deviation from 4,000 pictures is 1.1 % of it.
   */
  @Test
  void shouldVaryLightAndItsColourAsStated() {
    // Given
    Random random = new Random(3);
    byte[] gray = picture(100);
    double[] squares = new double[2];
    // When
    for (int i = 0; i < COUNT; i++) {
      byte[] varied = new PictureVariation(1).apply(SHAPE, gray, random);
      double[] means = new double[3];
      for (int k = 0; k < varied.length; k++) {
        means[k % 3] += (varied[k] & 0xff) / (SHAPE.size() / 3.0);
      }
      squares[0] += Math.pow(means[0] - 100, 2) / COUNT;
      squares[1] += Math.pow(means[0] - means[1], 2) / COUNT;
    }
    // Then
    assertThat(Math.sqrt(squares[0])).isCloseTo(16.9, within(0.8));
    assertThat(Math.sqrt(squares[1])).isCloseTo(7.1, within(0.4));
  }

  @Test
  void shouldMoveByAPixelAtMost() {
    // Given one bright pixel, which a blur spreads by one more
    byte[] dot = picture(0);
    int at = (5 * 12 + 6) * 3;
    Arrays.fill(dot, at, at + 3, (byte) 255);
    Random random = new Random(4);
    boolean[] seen = new boolean[9];
    // When
    for (int i = 0; i < 300; i++) {
      byte[] varied = new PictureVariation(1).apply(SHAPE, dot, random);
      int brightest = 0;
      for (int pixel = 1; pixel < 120; pixel++) {
        if ((varied[pixel * 3] & 0xff) > (varied[brightest * 3] & 0xff)) {
          brightest = pixel;
        }
      }
      int dx = brightest % 12 - 6;
      int dy = brightest / 12 - 5;
      // Then
      assertThat(Math.abs(dx)).isLessThanOrEqualTo(1);
      assertThat(Math.abs(dy)).isLessThanOrEqualTo(1);
      seen[(dy + 1) * 3 + dx + 1] = true;
    }
    assertThat(seen).doesNotContain(false);
  }
}
