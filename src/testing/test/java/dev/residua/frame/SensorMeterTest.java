package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    double usual = 0;
    for (int y = 0; y + 1 < h; y++) {
      for (int x = 0; x < w; x++) {
        usual += Math.abs(l[y][x] - l[y + 1][x]) / w / (h - 1);
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
      tear = Math.max(tear, unmoved - least - Math.max(0, least - usual));
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

  /** Readings by plain loops over one pixel after the other, in exact integers. */
  private static SensorReadings plain(byte[] pixels, ImageShape shape, long hash) {
    int w = shape.width();
    int h = shape.height();
    int[][] l = new int[h][w];
    long sum = 0;
    long squares = 0;
    int dark = 0;
    int saturated = 0;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int at = (y * w + x) * shape.channels();
        l[y][x] =
            shape.channels() == 1
                ? pixels[at] & 0xFF
                : Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
        sum += l[y][x];
        squares += (long) l[y][x] * l[y][x];
        dark += l[y][x] <= 16 ? 1 : 0;
        saturated += l[y][x] >= 239 ? 1 : 0;
      }
    }
    int n = w * h;
    long laplacians = 0;
    for (int y = 1; y < h - 1; y++) {
      for (int x = 1; x < w - 1; x++) {
        long d = 4 * l[y][x] - l[y - 1][x] - l[y + 1][x] - l[y][x - 1] - l[y][x + 1];
        laplacians += d * d;
      }
    }
    long spread = n * squares - sum * sum;
    double laplacian = w < 3 || h < 3 ? 0 : laplacians / ((double) (w - 2) * (h - 2));
    List<int[]> pairs = new ArrayList<>(); // difference, row
    for (int y = 0; y + 1 < h; y++) {
      pairs.add(new int[] {difference(l[y], l[y + 1], 0), y});
    }
    pairs.sort(Comparator.comparingInt(pair -> -pair[0])); // stable: the first of equal ones
    long all = pairs.stream().mapToLong(pair -> pair[0]).sum();
    long tear = 0; // times the number of pairs
    for (int[] pair : pairs.subList(0, Math.min(SensorMeter.PAIRS, pairs.size()))) {
      for (int s = 1; s < w; s++) {
        long moved = difference(l[pair[1]], l[pair[1] + 1], s);
        long beyond = Math.max(0, moved * pairs.size() - all);
        tear = Math.max(tear, (pair[0] - moved) * pairs.size() - beyond);
      }
    }
    return new SensorReadings(
        (float) ((double) sum / n),
        (float) dark / n,
        (float) saturated / n,
        spread == 0 ? 0 : (float) (laplacian / ((double) spread / n / n)),
        (float) ((double) tear / Math.max(1, pairs.size()) / w),
        hash);
  }

  private static int difference(int[] upper, int[] lower, int rotation) {
    int sum = 0;
    for (int x = 0; x < upper.length; x++) {
      sum += Math.abs(upper[x] - lower[(x + rotation) % upper.length]);
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 3",
    "1, 1, 1",
    "1, 1, 3",
    "2, 1, 3",
    "1, 9, 3",
    "9, 1, 1",
    "2, 40, 1",
    "40, 2, 3",
    "3, 3, 3",
    "600, 5, 3",
    "3, 700, 1",
    "30, 71, 3",
    "17, 31, 1"
  })
  void shouldEqualPlainLoops(int width, int height, int channels) {
    // Given noise, a smooth picture, one with both ends of the range, and one of one colour
    ImageShape shape = new ImageShape(width, height, channels);
    SensorMeter meter = new SensorMeter(shape);
    Random random = new Random(width * 31L + height);
    for (int kind = 0; kind < 8; kind++) {
      byte[] pixels = new byte[3 + shape.size()];
      for (int i = 3; i < pixels.length; i++) {
        int value =
            switch (kind % 4) {
              case 0 -> random.nextInt(256);
              case 1 -> (int) (128 + 100 * Math.sin(i / 50.0) + 3 * random.nextGaussian());
              case 2 -> random.nextBoolean() ? random.nextInt(20) : 236 + random.nextInt(20);
              default -> 77;
            };
        pixels[i] = (byte) value;
      }
      // When
      SensorReadings readings = meter.measure(pixels, 3);
      // Then to the last bit
      byte[] picture = Arrays.copyOfRange(pixels, 3, pixels.length);
      assertThat(readings).isEqualTo(plain(picture, shape, readings.hash()));
    }
  }

  /** The largest squares of a picture so large that their sums in one lane exceed an int. */
  @Test
  void shouldAddUpALargePicture() {
    // Given a chessboard of black and white
    ImageShape shape = new ImageShape(512, 4_200, 1);
    byte[] pixels = new byte[shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((i % 512 + i / 512) % 2 == 0 ? 0 : 255);
    }
    // When
    SensorReadings readings = new SensorMeter(shape).measure(pixels, 0);
    // Then every second difference is 4 * 255 and the variance is (255 / 2)^2
    assertThat(readings.sharpness()).isEqualTo(64);
    assertThat(readings.luma()).isEqualTo(127.5f);
    assertThat(readings.darkShare()).isEqualTo(0.5f);
    assertThat(readings.saturatedShare()).isEqualTo(0.5f);
    assertThat(readings.tear()).isEqualTo(255);
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

  /**
   * A tank next to a gauge: the surface and the end of the hand are edges in the same row. Rotated
   * by half of the width, the dark tank lies over the dark hand, and most of it over light.
   */
  @Test
  void shouldNotTakeObjectsThatLookAlikeForATear() {
    // Given
    ImageShape shape = new ImageShape(32, 24, 1);
    byte[] pixels = new byte[shape.size()];
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 32; x++) {
        boolean tank = x < 14 && y >= 12;
        boolean hand = x >= 20 && x < 23 && y >= 6 && y < 12;
        pixels[y * 32 + x] = (byte) (tank || hand ? 60 : 200);
      }
    }
    byte[] torn = pixels.clone();
    for (int y = 15; y < 24; y++) {
      for (int x = 0; x < 32; x++) {
        torn[y * 32 + x] = pixels[y * 32 + (x + 28) % 32];
      }
    }
    SensorMeter meter = new SensorMeter(shape);
    // When, Then
    assertThat(meter.measure(pixels, 0).tear()).isZero();
    assertThat(meter.measure(torn, 0).tear()).isEqualTo(8 * 140 / 32f);
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
    // the last 31 are not a whole block of words
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
