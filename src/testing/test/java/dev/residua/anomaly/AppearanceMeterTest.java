package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AppearanceMeterTest {
  private static final ImageShape SHAPE = new ImageShape(20, 15, 3);

  /** The median of the sorted differences. */
  private static float sorted(AppearanceReference reference, byte[] pixels, int at, BitSet masked) {
    int[] differences = new int[reference.pixels()];
    int n = 0;
    for (int i = 0; i < reference.pixels(); i++) {
      int position = reference.positions()[i];
      if (!masked.get(position / 3)) {
        differences[n++] = 16 * (pixels[at + position] & 0xff) - reference.means()[i];
      }
    }
    if (n < AppearanceReference.MIN_PIXELS) {
      return 0;
    }
    Arrays.sort(differences, 0, n);
    return (differences[(n - 1) / 2] + differences[n / 2]) / (2f * 16 * 255);
  }

  @Test
  void shouldEqualTheMedianOfSortedDifferences() {
    // Given cameras with little to much noise, and masks that change between frames
    Random random = new Random(4);
    for (double noise : new double[] {0, 0.3, 3, 40, 400}) {
      AppearanceReference.Builder builder = AppearanceReference.builder(SHAPE);
      for (int i = 0; i < 7; i++) {
        builder.add(frame(random, 120, 0.5), 5);
      }
      AppearanceReference reference = builder.build();
      AppearanceMeter meter = new AppearanceMeter(reference);
      int medians = 0;
      for (int i = 0; i < 200; i++) {
        BitSet masked = new BitSet();
        if (i % 3 > 0) {
          masked.set(0, random.nextInt(301));
        }
        byte[] pixels = frame(random, random.nextInt(256), noise);
        // When
        float deviation = meter.deviation(pixels, 5, PixelMask.of(masked));
        // Then to the last bit
        assertThat(deviation).isEqualTo(sorted(reference, pixels, 5, masked));
        medians += deviation == 0 ? 0 : 1;
      }
      assertThat(medians).isGreaterThan(150);
    }
  }

  private static byte[] frame(Random random, int level, double noise) {
    byte[] pixels = new byte[5 + SHAPE.size()];
    for (int i = 5; i < pixels.length; i++) {
      int value = level + (int) Math.round(noise * random.nextGaussian());
      pixels[i] = (byte) Math.max(0, Math.min(255, value));
    }
    return pixels;
  }
}
