package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SensorMeterTest {
  private static final ImageShape GRAY = new ImageShape(8, 6, 1);

  private static byte[] picture(ImageShape shape, int seed) {
    byte[] pixels = new byte[shape.size()];
    new Random(seed).nextBytes(pixels);
    return pixels;
  }

  /** A picture whose masked part is cut away has the readings of the rest. */
  @Test
  void leavesOutWhatIsMasked() {
    ImageShape wide = new ImageShape(20, 9, 3);
    ImageShape narrow = new ImageShape(13, 9, 3);
    byte[] pixels = picture(wide, 5);
    byte[] rest = new byte[narrow.size()];
    BitSet hidden = new BitSet();
    for (int y = 0; y < 9; y++) {
      System.arraycopy(pixels, y * 20 * 3, rest, y * 13 * 3, 13 * 3);
      hidden.set(y * 20 + 13, y * 20 + 20);
    }
    SensorReadings masked = new SensorMeter(wide).measure(pixels, 0, PixelMask.of(hidden));
    SensorReadings cut = new SensorMeter(narrow).measure(rest, 0);
    assertThat(masked.luma()).isEqualTo(cut.luma());
    assertThat(masked.darkShare()).isEqualTo(cut.darkShare());
    assertThat(masked.saturatedShare()).isEqualTo(cut.saturatedShare());
    assertThat(masked.tear()).isEqualTo(cut.tear());
    assertThat(masked.sharpness()).isCloseTo(cut.sharpness(), within(1e-5f * cut.sharpness()));
  }

  @Test
  void readsNothingUnderTheMask() {
    BitSet hidden = new BitSet();
    hidden.set(10, 20);
    hidden.set(33);
    PixelMask mask = PixelMask.of(hidden);
    byte[] pixels = picture(GRAY, 6);
    byte[] gray = new byte[GRAY.size()];
    mask.fill(pixels, 0, 1, gray);
    SensorReadings first = new SensorMeter(GRAY).measure(pixels, 0, mask);
    mask.fill(pixels, 0, 1, picture(GRAY, 7));
    SensorReadings second = new SensorMeter(GRAY).measure(pixels, 0, mask);
    assertThat(second.tear()).isEqualTo(first.tear());
    assertThat(second.sharpness()).isEqualTo(first.sharpness());
    assertThat(second.luma()).isEqualTo(first.luma());
  }

  /** The definitions of {@link SensorMeter}, written down plainly. */
  private static double[] slow(byte[] pixels, ImageShape shape) {
    int w = shape.width();
    int h = shape.height();
    double[][] l = new double[h][w];
    double mean = 0;
    double dark = 0;
    double saturated = 0;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int at = (y * w + x) * shape.channels();
        l[y][x] =
            shape.channels() == 1
                ? pixels[at] & 0xFF
                : Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
        mean += l[y][x] / (w * h);
        dark += l[y][x] <= 16 ? 1.0 / (w * h) : 0;
        saturated += l[y][x] >= 239 ? 1.0 / (w * h) : 0;
      }
    }
    double variance = 0;
    double laplacian = 0;
    double tear = 0;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        variance += (l[y][x] - mean) * (l[y][x] - mean) / (w * h);
        if (y > 0 && x > 0 && y < h - 1 && x < w - 1) {
          double d = 4 * l[y][x] - l[y - 1][x] - l[y + 1][x] - l[y][x - 1] - l[y][x + 1];
          laplacian += d * d / ((w - 2) * (h - 2));
        }
      }
    }
    for (int y = 0; y + 1 < h; y++) {
      double least = Double.MAX_VALUE;
      double unmoved = 0;
      for (int s = 0; s < w; s++) {
        double difference = 0;
        for (int x = 0; x < w; x++) {
          difference += Math.abs(l[y][x] - l[y + 1][(x + s) % w]) / w;
        }
        unmoved = s == 0 ? difference : unmoved;
        least = Math.min(least, difference);
      }
      tear = Math.max(tear, unmoved - least);
    }
    return new double[] {mean, dark, saturated, laplacian / variance, tear};
  }

  @Test
  void shouldMeasureAsDefined() {
    // Given up to eight pairs of rows, so that all are looked at
    for (ImageShape shape : new ImageShape[] {GRAY, new ImageShape(7, 9, 3)}) {
      byte[] pixels = new byte[5 + shape.size()];
      System.arraycopy(picture(shape, 3), 0, pixels, 5, shape.size());
      double[] expected = slow(picture(shape, 3), shape);
      // When
      SensorReadings readings = new SensorMeter(shape).measure(pixels, 5);
      // Then to the digits of single precision
      assertThat((double) readings.luma()).isCloseTo(expected[0], within(1e-4));
      assertThat((double) readings.darkShare()).isCloseTo(expected[1], within(1e-6));
      assertThat((double) readings.saturatedShare()).isCloseTo(expected[2], within(1e-6));
      assertThat((double) readings.sharpness()).isCloseTo(expected[3], within(1e-4));
      assertThat((double) readings.tear()).isCloseTo(expected[4], within(1e-4));
    }
  }

  @Test
  void shouldFindATearButNotAnEdge() {
    // Given a bright bar on black, whole, displaced from row 12 on by 5, and ending at row 12
    ImageShape shape = new ImageShape(32, 24, 1);
    byte[] whole = new byte[shape.size()];
    byte[] torn = new byte[shape.size()];
    byte[] ending = new byte[shape.size()];
    for (int y = 0; y < 24; y++) {
      for (int x = 10; x < 13; x++) {
        whole[y * 32 + x] = (byte) 200;
        torn[y * 32 + x + (y < 12 ? 0 : 5)] = (byte) 200;
        ending[y * 32 + x] = (byte) (y < 12 ? 200 : 0);
      }
    }
    SensorMeter meter = new SensorMeter(shape);
    // When and then six pixels of 200 differ in one pair of 32 pixels
    assertThat(meter.measure(whole, 0).tear()).isZero();
    assertThat(meter.measure(ending, 0).tear()).isZero();
    assertThat(meter.measure(torn, 0).tear()).isEqualTo(6 * 200 / 32f);
  }

  @Test
  void shouldMeasureAPictureOfOneColour() {
    SensorReadings readings = new SensorMeter(GRAY).measure(new byte[GRAY.size()], 0);
    assertThat(readings.luma()).isZero();
    assertThat(readings.darkShare()).isEqualTo(1);
    assertThat(readings.sharpness()).isZero();
    assertThat(readings.tear()).isZero();
  }

  @Test
  void shouldHashEveryPixel() {
    // Given pictures that differ from the first in one bit of one byte each, 63 bytes long so that
    // the last seven are no whole word
    ImageShape shape = new ImageShape(7, 9, 1);
    SensorMeter meter = new SensorMeter(shape);
    byte[] pixels = picture(shape, 7);
    Set<Long> hashes = new HashSet<>();
    hashes.add(meter.measure(pixels, 0).hash());
    // When
    for (int i = 0; i < 8 * pixels.length; i++) {
      byte[] other = pixels.clone();
      other[i / 8] ^= (byte) (1 << (i % 8));
      hashes.add(meter.measure(other, 0).hash());
    }
    // Then
    assertThat(hashes).hasSize(1 + 8 * pixels.length);
    assertThat(meter.measure(pixels.clone(), 0).hash()).isEqualTo(meter.measure(pixels, 0).hash());
  }

  @Test
  void shouldRefuseTooFewBytes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SensorMeter(GRAY).measure(new byte[50], 3))
        .withMessageContaining("50 bytes from offset 3")
        .withMessageContaining("needs 48 bytes");
  }
}
