package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.DetailStatistics;
import dev.residua.detail.DetailChannel;
import dev.residua.detail.DetailModel;
import dev.residua.detail.TilePatterns;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DetailFitTest {
  private static final ImageShape SHAPE = new ImageShape(48, 32, 1);
  private static final int TRAINED = 300;
  private static final int HELD = 400;

  /** A bright bar that moves, on a gradient, with the noise of a sensor. */
  private static byte[] picture(Random random) {
    return picture(10 + 12 * random.nextDouble(), random);
  }

  private static byte[] picture(double centre, Random random) {
    byte[] picture = new byte[SHAPE.size()];
    for (int y = 0, at = 0; y < SHAPE.height(); y++) {
      for (int x = 0; x < SHAPE.width(); x++) {
        double bar = 90 / (1 + Math.exp(Math.abs(x - centre) - 4));
        double level = 60 + y + bar + 1.5 * random.nextGaussian();
        picture[at++] = (byte) Math.max(0, Math.min(255, Math.round(level)));
      }
    }
    return picture;
  }

  private static byte[][] pictures(int count, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count).mapToObj(i -> picture(random)).toArray(byte[][]::new);
  }

  private static DetailFit fit(byte[][] pictures, PixelMask mask) {
    return new DetailFit(
        SHAPE, mask, (index, into) -> System.arraycopy(pictures[index], 0, into, 0, into.length));
  }

  private static DetailChannel channel(long seed, PixelMask mask) {
    DetailFit fit = fit(pictures(TRAINED + HELD, seed), mask);
    TilePatterns patterns = fit.patterns(IntStream.range(0, TRAINED).toArray(), done -> {});
    return fit.calibrated(patterns, IntStream.range(TRAINED, TRAINED + HELD).toArray(), done -> {});
  }

  private static void defect(byte[] picture, int x, int y, int levels) {
    for (int dy = 0; dy < 2; dy++) {
      for (int dx = 0; dx < 2; dx++) {
        int at = (y + dy) * SHAPE.width() + x + dx;
        picture[at] = (byte) Math.min(255, (picture[at] & 0xFF) + levels);
      }
    }
  }

  @Test
  void shouldGiveSuperUniformPValuesToFramesWithoutDefects() {
    // Given one calibration of 300 ranked frames and 2,000 new frames. The share of p <= a that a
    // calibration of n frames gives has the distribution Beta(k, n + 1 - k) with k = floor(a (n +
    // 1)), of a
    // standard deviation of 0.0126 for a = 0.05; counting 2,000 frames adds 0.0049. Four standard
    // deviations are 0.054, and 0.073 for a = 0.1: exceeded once in 30,000 seeds
    DetailChannel channel = channel(1, PixelMask.NONE);
    byte[][] fresh = pictures(2_000, 2);
    // When
    float[] p = new float[fresh.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = channel.statistics(fresh[i], 0, PixelMask.NONE).pValue();
    }
    // Then
    assertThat(channel.calibration().size()).isEqualTo(300);
    assertThat(below(p, 0.05)).isCloseTo(0.05, within(0.054)).isPositive();
    assertThat(below(p, 0.1)).isCloseTo(0.1, within(0.073));
    assertThat(below(p, 0.5)).isCloseTo(0.5, within(0.13));
  }

  private static double below(float[] p, double level) {
    int count = 0;
    for (float one : p) {
      count += one <= level ? 1 : 0;
    }
    return (double) count / p.length;
  }

  @Test
  void shouldFindAndLocateADefectInAPartThatMovesAndInOneThatDoesNot() {
    DetailChannel channel = channel(3, PixelMask.NONE);
    Random random = new Random(4);
    // The bar is at columns 0 to 23, and reaches column 26 in other frames
    for (int[] place : new int[][] {{40, 21, 25}, {26, 9, 100}}) {
      for (int i = 0; i < 20; i++) {
        byte[] broken = picture(10 + 3 * random.nextDouble(), random);
        defect(broken, place[0], place[1], place[2]);
        DetailStatistics found = channel.statistics(broken, 0, PixelMask.NONE);
        assertThat(found.pValue())
            .as("column %d: %s", place[0], found)
            .isEqualTo((float) channel.calibration().resolution());
        assertThat(found.across() * SHAPE.width()).isCloseTo(place[0] + 1f, within(1.51f));
        assertThat(found.down() * SHAPE.height()).isCloseTo(place[1] + 1f, within(1.51f));
      }
    }
  }

  @Test
  void shouldIgnoreWhatIsMasked() {
    // Given a mask of the lower right corner, over parts of tiles
    BitSet bits = new BitSet();
    for (int y = 13; y < SHAPE.height(); y++) {
      bits.set(y * SHAPE.width() + 29, (y + 1) * SHAPE.width());
    }
    PixelMask mask = PixelMask.of(bits);
    byte[] picture = pictures(1, 5)[0];
    byte[] broken = picture.clone();
    defect(broken, 40, 21, 120);
    defect(broken, 29, 13, 120);
    // A mask of the frame alone
    DetailChannel whole = channel(6, PixelMask.NONE);
    assertThat(whole.statistics(broken, 0, mask)).isEqualTo(whole.statistics(picture, 0, mask));
    assertThat(whole.statistics(broken, 0, PixelMask.NONE).score())
        .isGreaterThan(2 * whole.statistics(picture, 0, PixelMask.NONE).score());
    // And a mask of the training, if the frame brings none
    DetailChannel masked = channel(6, mask);
    assertThat(masked.statistics(broken, 0, mask)).isEqualTo(masked.statistics(picture, 0, mask));
    assertThat(masked.statistics(picture, 0, mask).pValue()).isGreaterThan(0.01f);
  }

  @Test
  void shouldTakePatternsWhereThePictureVariesAndNoneOfNoise() {
    TilePatterns patterns =
        fit(pictures(TRAINED, 7), PixelMask.NONE)
            .patterns(IntStream.range(0, TRAINED).toArray(), done -> {});
    // The bar reaches columns 0 to 31; the tiles of columns 32 to 47 are noise
    DetailChannel channel = channel(7, PixelMask.NONE);
    assertThat(patterns.patterns()).isBetween(4 * 2, 4 * 4 * TilePatterns.MAX_PATTERNS);
    assertThat(channel.model().patterns().patterns()).isEqualTo(patterns.patterns());
    TilePatterns still =
        fit(stillPictures(), PixelMask.NONE)
            .patterns(IntStream.range(0, TRAINED).toArray(), done -> {});
    assertThat(still.patterns()).isZero();
  }

  private static byte[][] stillPictures() {
    Random random = new Random(8);
    byte[][] pictures = new byte[TRAINED][SHAPE.size()];
    for (byte[] picture : pictures) {
      for (int i = 0; i < picture.length; i++) {
        picture[i] = (byte) Math.round(100 + 2 * random.nextGaussian());
      }
    }
    return pictures;
  }

  @Test
  void shouldNotSeeLightThatChangesEvenly() {
    DetailChannel channel = channel(9, PixelMask.NONE);
    byte[] picture = pictures(1, 10)[0];
    byte[] brighter = picture.clone();
    for (int i = 0; i < brighter.length; i++) {
      brighter[i] += 10;
    }
    assertThat(channel.statistics(brighter, 0, PixelMask.NONE).score())
        .isCloseTo(channel.statistics(picture, 0, PixelMask.NONE).score(), within(1e-3f));
  }

  @Test
  void shouldBeTheSameAfterItWasStored() {
    DetailModel model = channel(11, PixelMask.NONE).model();
    byte[] bytes = model.toBytes();
    byte[] picture = pictures(1, 12)[0];
    assertThat(DetailModel.fromBytes(bytes).score(picture, 0, PixelMask.NONE))
        .isEqualTo(model.score(picture, 0, PixelMask.NONE));
    assertThat(DetailModel.fromBytes(bytes).toBytes()).isEqualTo(bytes);
    bytes[100] ^= 1;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DetailModel.fromBytes(bytes))
        .withMessageContaining("checksum");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DetailModel.fromBytes(new byte[10]))
        .withMessageContaining("not a model of details");
  }

  @Test
  void shouldRefuseSizesThatTilesDoNotFill() {
    for (ImageShape shape :
        new ImageShape[] {
          new ImageShape(60, 64, 1), new ImageShape(64, 64, 3), new ImageShape(1024, 512, 1)
        }) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TilePatterns.checkShape(shape))
          .withMessageContaining("multiples of 8");
    }
  }
}
