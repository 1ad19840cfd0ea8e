package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class PaintedRegionsTest {
  @Test
  void shouldGiveAPixelToTheLatentThatMovesItMost() {
    // Given 8 pixels of two channels: each latent moves some, and both move the fourth
    double[][] reaction = new double[2][16];
    for (int pixel : new int[] {0, 1, 3}) {
      reaction[0][2 * pixel] = 4;
    }
    reaction[0][10] = 0.3; // less than a tenth of the largest reaction
    for (int pixel : new int[] {3, 6}) {
      reaction[1][2 * pixel] = 5;
      reaction[1][2 * pixel + 1] = 5;
    }
    // When
    PaintedRegions found = PaintedRegions.of(reaction, 2, PixelOwners.NONE);
    // Then
    assertThat(found.region(0)).isEqualTo(pixels(0, 1));
    assertThat(found.region(1)).isEqualTo(pixels(3, 6));
    assertThat(found.isShared(0, 1)).isFalse();
  }

  @Test
  void shouldSayWhichOthersTheSamePixelsShow() {
    // Given a position and a length that show in the same pixels, and a colour that does not
    double[][] reaction = {{0, 5, 5, 0, 0, 0}, {0, 4, 4, 0, 0, 0}, {1, 0.6, 0, 3, 3, 0}};
    // When
    PaintedRegions found = PaintedRegions.of(reaction, 1, PixelOwners.NONE);
    // Then
    assertThat(found.region(0)).isEqualTo(pixels(1, 2));
    assertThat(found.region(1)).as("no pixel is its own").isNull();
    assertThat(found.region(2)).isEqualTo(pixels(0, 3, 4));
    assertThat(found.isShared(0, 1)).isTrue();
    assertThat(found.isShared(0, 2)).isFalse();
    assertThat(found.isShared(2, 0)).isFalse();
  }

  @Test
  void shouldGiveNoPlaceToLightAndToALatentThatMovesNothing() {
    // Given
    double[][] reaction = {{1, 1, 1, 0}, {0, 0, 0, 3}, {0, 0, 0, 0}};
    // When
    PaintedRegions found = PaintedRegions.of(reaction, 1, PixelOwners.NONE);
    // Then
    assertThat(found.regions()).containsExactly(null, pixels(3), null);
    assertThat(PaintedRegions.NONE.region(0)).isNull();
  }

  private static BitSet pixels(int... all) {
    BitSet set = new BitSet();
    for (int pixel : all) {
      set.set(pixel);
    }
    return set;
  }
}
