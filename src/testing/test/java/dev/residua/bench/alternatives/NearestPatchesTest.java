package dev.residua.bench.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearestPatchesTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  /** Even values, so that the mean of two pictures is exact. */
  private static byte[] picture(long seed) {
    Random random = new Random(seed);
    byte[] picture = new byte[SHAPE.size()];
    for (int p = 0; p < picture.length; p++) {
      picture[p] = (byte) (2 * random.nextInt(100));
    }
    return picture;
  }

  private static final List<byte[]> NORMAL = List.of(picture(1), picture(2), picture(3));

  private static double distance(byte[] a, int ay, int ax, byte[] b, int by, int bx) {
    double sum = 0;
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        double difference = (a[(ay + y) * 16 + ax + x] & 0xFF) - (b[(by + y) * 16 + bx + x] & 0xFF);
        sum += difference * difference;
      }
    }
    return Math.sqrt(sum);
  }

  @Test
  void shouldGiveTheLargestDistanceToTheNearestNormalPatch() {
    // Given 27 normal patches, all of which fit into the memory
    NearestPatches patches = new NearestPatches(SHAPE, NORMAL, 7);
    byte[] mean = new byte[SHAPE.size()];
    for (int p = 0; p < mean.length; p++) {
      mean[p] = (byte) (((NORMAL.get(0)[p] & 0xFF) + (NORMAL.get(1)[p] & 0xFF)) / 2);
    }
    float[] number = new float[1];

    // When
    patches.read(mean, number);

    // Then, by a search of all of them: means of patches lie in the span of the features
    double farthest = 0;
    for (int y = 0; y <= 8; y += 4) {
      for (int x = 0; x <= 8; x += 4) {
        double nearest = Double.POSITIVE_INFINITY;
        for (byte[] normal : NORMAL) {
          for (int v = 0; v <= 8; v += 4) {
            for (int u = 0; u <= 8; u += 4) {
              nearest = Math.min(nearest, distance(mean, y, x, normal, v, u));
            }
          }
        }
        farthest = Math.max(farthest, nearest);
      }
    }
    assertThat(Math.exp(number[0])).isCloseTo(farthest, within(0.01 * farthest));
  }

  @Test
  void shouldFindNothingUnusualInANormalPicture() {
    // Given
    NearestPatches patches = new NearestPatches(SHAPE, NORMAL, 7);
    float[] number = new float[1];

    // When
    patches.read(NORMAL.get(2), number);

    // Then: distances within are tens of grey levels
    assertThat(Math.exp(number[0])).isLessThan(0.1);
  }
}
