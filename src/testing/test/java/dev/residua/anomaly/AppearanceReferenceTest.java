package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AppearanceReferenceTest {
  private static final ImageShape SHAPE = new ImageShape(40, 20, 1);

  /** A gray wall with camera noise; on the right third something moves. */
  private static byte[] frame(Random random, int level) {
    byte[] pixels = new byte[SHAPE.size()];
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 40; x++) {
        int value = level + (int) Math.round(2 * random.nextGaussian());
        if (x >= 27) {
          value = random.nextInt(256);
        }
        pixels[40 * y + x] = (byte) Math.max(0, Math.min(255, value));
      }
    }
    return pixels;
  }

  private static AppearanceReference reference() {
    Random random = new Random(1);
    AppearanceReference.Builder builder = AppearanceReference.builder(SHAPE);
    for (int i = 0; i < 200; i++) {
      builder.add(frame(random, 120), 0);
    }
    return builder.build();
  }

  @Test
  void shouldSeeTheWholePictureDarkenAndNothingElse() {
    // Given
    AppearanceReference reference = reference();
    Random random = new Random(2);
    // When
    float same = reference.deviation(frame(random, 120), 0);
    float darker = reference.deviation(frame(random, 108), 0);
    // Then
    assertThat(reference.usable()).isTrue();
    assertThat(reference.pixels()).isEqualTo(27 * 20);
    assertThat(255.0 * same).isCloseTo(0, within(0.6));
    assertThat(255.0 * darker).isCloseTo(-12, within(0.6));
  }

  @Test
  void shouldEqualTheMedianOfSortedDifferences() {
    // Given
    AppearanceReference reference =
        AppearanceReference.builder(SHAPE)
            .add(frame(new Random(7), 100), 0)
            .add(frame(new Random(7), 100), 0)
            .build();
    byte[] before = frame(new Random(7), 100);
    byte[] after = new byte[SHAPE.size() + 5];
    int[] differences = new int[SHAPE.size()];
    Random random = new Random(8);
    for (int i = 0; i < SHAPE.size(); i++) {
      int value = random.nextInt(256);
      after[5 + i] = (byte) value;
      differences[i] = value - (before[i] & 0xff);
    }
    java.util.Arrays.sort(differences);
    // When
    float deviation = reference.deviation(after, 5);
    // Then
    int n = SHAPE.size();
    assertThat(reference.pixels()).isEqualTo(n);
    assertThat((double) deviation)
        .isCloseTo((differences[n / 2 - 1] + differences[n / 2]) / 2.0 / 255, within(1e-6));
  }

  @Test
  void shouldSayThatItIsNotUsableWhereEverythingMoves() {
    // Given
    Random random = new Random(1);
    AppearanceReference.Builder builder = AppearanceReference.builder(SHAPE);
    byte[] pixels = new byte[SHAPE.size()];
    for (int i = 0; i < 50; i++) {
      random.nextBytes(pixels);
      builder.add(pixels, 0);
    }
    // When
    AppearanceReference reference = builder.build();
    // Then
    assertThat(reference.usable()).isFalse();
    assertThat(reference.deviation(pixels, 0)).isZero();
    assertThat(AppearanceReference.fromBytes(reference.toBytes()).usable()).isFalse();
  }

  @Test
  void shouldReadBackWhatItWroteAndRefuseDamage() {
    // Given
    AppearanceReference reference = reference();
    byte[] bytes = reference.toBytes();
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 1] ^= 1;
    // When
    AppearanceReference copy = AppearanceReference.fromBytes(bytes);
    // Then
    byte[] pixels = frame(new Random(3), 111);
    assertThat(copy.deviation(pixels, 0)).isEqualTo(reference.deviation(pixels, 0));
    assertThat(copy.shape()).isEqualTo(SHAPE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AppearanceReference.fromBytes(flipped))
        .withMessageContaining("checksum");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reference.deviation(new byte[10], 0))
        .withMessageContaining("10 bytes");
  }
}
