package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PaintedRegionsTest {
  @Test
  void shouldGiveAPixelToTheLatentThatMovesItMost() {
    // Given 8 pixels of two channels: each latent moves some, and both move the fourth
    double[][] reaction = new double[2][16];
    for (int pixel : new int[] {0, 1, 3}) {
      reaction[0][2 * pixel] = 4;
    }
    reaction[0][10] = 0.5; // less than a quarter of the largest reaction
    for (int pixel : new int[] {3, 6}) {
      reaction[1][2 * pixel] = 5;
      reaction[1][2 * pixel + 1] = 5;
    }
    // When
    List<@Nullable BitSet> regions = PaintedRegions.of(reaction, 2);
    // Then
    assertThat(regions.get(0)).isEqualTo(pixels(0, 1));
    assertThat(regions.get(1)).isEqualTo(pixels(3, 6));
  }

  @Test
  void shouldShareThePixelsThatTwoLatentsMoveAlike() {
    // Given
    double[][] reaction = {{4, 0, 5, 0}, {0, 4, 4, 0}};
    // When
    List<@Nullable BitSet> regions = PaintedRegions.of(reaction, 1);
    // Then
    assertThat(regions).containsExactly(pixels(0, 2), pixels(1, 2));
  }

  @Test
  void shouldGiveNoPlaceToLightAndToALatentThatMovesNothing() {
    // Given
    double[][] reaction = {{1, 1, 1, 0}, {0, 0, 0, 3}, {0, 0, 0, 0}};
    // When
    List<@Nullable BitSet> regions = PaintedRegions.of(reaction, 1);
    // Then
    assertThat(regions).containsExactly(null, pixels(3), null);
  }

  private static BitSet pixels(int... all) {
    BitSet set = new BitSet();
    for (int pixel : all) {
      set.set(pixel);
    }
    return set;
  }
}
