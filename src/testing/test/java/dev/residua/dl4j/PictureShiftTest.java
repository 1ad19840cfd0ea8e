package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PictureShiftTest {
  private static final ImageShape IMAGE = new ImageShape(4, 3, 1);

  @Test
  void shouldMoveAPictureAndRepeatItsEdges() {
    // Given
    byte[] pixels = {
      1, 2, 3, 4,
      5, 6, 7, 8,
      9, 10, 11, 12
    };
    // When
    new PictureShift(1, -1).apply(IMAGE, pixels);
    // Then
    assertThat(pixels).containsExactly(5, 5, 6, 7, 9, 9, 10, 11, 9, 9, 10, 11);
  }

  @Test
  void shouldMoveAllChannelsOfAPixel() {
    // Given
    byte[] pixels = {1, 2, 3, 4, 5, 6};
    // When
    new PictureShift(-1, 0).apply(new ImageShape(2, 1, 3), pixels);
    // Then
    assertThat(pixels).containsExactly(4, 5, 6, 4, 5, 6);
  }

  /** The oracle is a picture that is 1 at masked pixels. */
  @Test
  void shouldMaskWhereTheMaskedPixelsAre() {
    // Given
    Random random = new Random(3);
    for (int i = 0; i < 50; i++) {
      BitSet masked = new BitSet();
      for (int pixel = 0; pixel < 12; pixel++) {
        masked.set(pixel, random.nextInt(3) == 0);
      }
      PixelMask mask = PixelMask.of(masked);
      byte[] picture = mask.toBytes(12);
      PictureShift shift = PictureShift.draw(2, random);
      // When
      shift.apply(IMAGE, picture);
      // Then
      assertThat(shift.of(mask, IMAGE)).isEqualTo(PixelMask.fromBytes(picture));
    }
  }

  @Test
  void shouldDrawEveryShift() {
    // Given
    Random random = new Random(5);
    Set<PictureShift> drawn = new HashSet<>();
    // When
    for (int i = 0; i < 2_000; i++) {
      drawn.add(PictureShift.draw(2, random));
    }
    // Then one of 25 is missed with a probability of 25 (24/25)^2000 < 1e-33
    assertThat(drawn).hasSize(25);
  }
}
