package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PixelOwnersTest {
  private static final int SIDE = 24;
  private static final int BAR = 8;
  private static final int FRAMES = 100;

  /** Two bars whose heights have a correlation of .998, and between them one for their sum. */
  private static final class Bars implements TrainingData {
    private final double[][] heights = new double[FRAMES][2];

    Bars(long seed) {
      Random random = new Random(seed);
      for (double[] frame : heights) {
        frame[0] = random.nextGaussian();
        frame[1] = frame[0] + 0.06 * random.nextGaussian();
      }
    }

    @Override
    public String name() {
      return "bars";
    }

    @Override
    public String sha256() {
      return "0".repeat(64);
    }

    @Override
    public ImageShape shape() {
      return new ImageShape(SIDE, SIDE, 1);
    }

    @Override
    public int size() {
      return FRAMES;
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          double height =
              x < BAR
                  ? heights[index][0]
                  : x >= SIDE - BAR
                      ? heights[index][1]
                      : 12 * (heights[index][1] - heights[index][0]);
          double covered = SIDE / 2.0 + 4 * height - y;
          into[offset + y * SIDE + x] = (byte) (220 * Math.max(0, Math.min(1, covered)));
        }
      }
    }

    @Override
    public List<String> factorNames() {
      return List.of("cause", "effect");
    }

    @Override
    public double[] factors(int index) {
      return heights[index];
    }
  }

  private static PixelOwners owners(int frames, String... latents) {
    return PixelOwners.of(new Bars(3), IntStream.range(0, frames).toArray(), List.of(latents));
  }

  @Test
  void shouldDistinguishACauseFromAnEffectThatFollowsItClosely() {
    // When
    int[] owners = owners(70, "cause", "effect").factors();
    // Then
    for (int y = 0; y < SIDE; y++) {
      assertThat(owners[y * SIDE]).as("row %d of the cause", y).isIn(-1, 0);
      assertThat(owners[y * SIDE + SIDE - 1]).as("row %d of the effect", y).isIn(-1, 1);
      assertThat(owners[y * SIDE + SIDE / 2]).as("row %d of the difference", y).isEqualTo(-1);
    }
    assertThat(Arrays.stream(owners).filter(k -> k == 0)).hasSizeGreaterThan(60);
    assertThat(Arrays.stream(owners).filter(k -> k == 1)).hasSizeGreaterThan(60);
  }

  @Test
  void shouldClaimNothingWithFewLabelsOrOtherLatents() {
    assertThat(owners(PixelOwners.MIN_FRAMES - 1, "cause", "effect")).isSameAs(PixelOwners.NONE);
    assertThat(owners(70, "cause", "effect", "z2")).isSameAs(PixelOwners.NONE);
    assertThat(PixelOwners.NONE.excludes(5, 0)).isFalse();
  }

  @Test
  void shouldExcludeOtherLatentsFromAPixelThatOneExplains() {
    // Given
    PixelOwners owners = new PixelOwners(new int[] {1, -1, 0}).arranged(pixel -> 2 - pixel);
    // Then
    assertThat(owners.factors()).containsExactly(0, -1, 1);
    assertThat(owners.excludes(0, 0)).isFalse();
    assertThat(owners.excludes(0, 1)).isTrue();
    assertThat(owners.excludes(1, 0)).isFalse();
  }

  @Test
  void shouldRemoveTheReactionsToOtherLatents() {
    // Given a decoder that paints both bars with both latents
    double[][] reaction = {{1, 1, 1, 1}, {1.1, 1.1, 1.1, 1.1}};
    // When
    PaintedRegions regions =
        PaintedRegions.of(reaction, 1, new PixelOwners(new int[] {0, 0, 1, 1}));
    // Then
    assertThat(regions.region(0).stream()).containsExactly(0, 1);
    assertThat(regions.region(1).stream()).containsExactly(2, 3);
    assertThat(regions.isShared(0, 1)).isFalse();
  }
}
