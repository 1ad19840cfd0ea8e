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

  /**
   * Red and green pixels in turn: JPEG stores colour at half the resolution, so pictures from a
   * file lose this contrast, like blurred ones. The standard error of a share of 600 pictures is
   * 0.02.
   */
  @Test
  void shouldCompressAThirdOfThePictures() {
    // Given
    ImageShape shape = new ImageShape(16, 16, 3);
    byte[] board = new byte[shape.size()];
    for (int p = 0; p < 256; p++) {
      board[3 * p + (p % 16 + p / 16) % 2] = (byte) 200;
    }
    Random random = new Random(5);
    int blurredOrCompressed = 0;
    // When
    for (int i = 0; i < 600; i++) {
      byte[] varied = new PictureVariation(1).apply(shape, board, random);
      double contrast = 0;
      for (int p = 0; p < 256; p++) {
        contrast += Math.abs((varied[3 * p] & 0xff) - (varied[3 * p + 1] & 0xff)) / 256.0;
      }
      blurredOrCompressed += contrast < 120 ? 1 : 0;
    }
    // Then 1 - (2/3)^2 of the pictures are blurred or compressed
    assertThat(blurredOrCompressed / 600.0).isCloseTo(5 / 9.0, within(0.09));
  }

  @Test
  void shouldMoveByAPixelAtMost() {
    // Given a bright square of 4x4 pixels around (5.5, 4.5)
    byte[] square = picture(0);
    for (int p = 0; p < 120; p++) {
      if (Math.abs(p % 12 - 5.5) < 2 && Math.abs(p / 12 - 4.5) < 2) {
        Arrays.fill(square, p * 3, p * 3 + 3, (byte) 255);
      }
    }
    Random random = new Random(4);
    boolean[] seen = new boolean[9];
    // When
    for (int i = 0; i < 300; i++) {
      byte[] varied = new PictureVariation(1).apply(SHAPE, square, random);
      double bright = 0;
      double x = 0;
      double y = 0;
      for (int p = 0; p < 120; p++) {
        if ((varied[p * 3 + 1] & 0xff) > 100) {
          bright++;
          x += p % 12 - 5.5;
          y += p / 12 - 4.5;
        }
      }
      int dx = (int) Math.round(x / bright);
      int dy = (int) Math.round(y / bright);
      // Then
      assertThat(Math.abs(dx)).isLessThanOrEqualTo(1);
      assertThat(Math.abs(dy)).isLessThanOrEqualTo(1);
      seen[(dy + 1) * 3 + dx + 1] = true;
    }
    assertThat(seen).doesNotContain(false);
  }
}
