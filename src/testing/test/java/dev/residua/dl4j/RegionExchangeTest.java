package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.training.PaintedRegions;
import dev.residua.training.PixelOwners;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionExchangeTest {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final int SIZE = IMAGE.size();
  private static final int D = 3;
  private static final int ROWS = 6;
  private static final int PROBES = 40;

  /** Latents 0 and 1 paint a row of pixels each, latent 2 all of them a little. */
  private static float[] decode(float[] codes) {
    float[] pictures = new float[codes.length / D * SIZE];
    for (int v = 0; v < pictures.length; v++) {
      int row = v / SIZE * D;
      pictures[v] =
          switch (v % SIZE / 16) {
            case 2 -> codes[row];
            case 5 -> 2 * codes[row + 1];
            default -> 0.1f * codes[row + 2];
          };
    }
    return pictures;
  }

  private static BitSet row(int row) {
    BitSet pixels = new BitSet();
    pixels.set(16 * row, 16 * (row + 1));
    return pixels;
  }

  private static PaintedRegions regions() {
    return new PaintedRegions(
        Arrays.asList(row(2), row(5), null), List.of(new BitSet(), new BitSet(), new BitSet()));
  }

  private static double[] codes(int rows) {
    Random random = new Random(1);
    return random.doubles((long) rows * D, -1, 1).toArray();
  }

  @Test
  void shouldMeasureWhatEachLatentPaints() {
    // Given batches whose size does not divide the number of pictures
    RegionExchange exchange =
        new RegionExchange(IMAGE, D, ROWS, PROBES, PaintedRegions.NONE, PixelOwners.NONE);
    // When
    exchange.measure(codes(ROWS), 14, RegionExchangeTest::decode);
    // Then
    assertThat(exchange.regions()).isEqualTo(regions());
  }

  @Test
  void shouldAskForTheOtherCodeWhereTheRegionIsAnothers() {
    // Given frames that their codes paint
    RegionExchange exchange =
        new RegionExchange(IMAGE, D, ROWS, PROBES, regions(), PixelOwners.NONE);
    double[] codes = codes(ROWS);
    float[] narrow = new float[codes.length];
    for (int k = 0; k < narrow.length; k++) {
      narrow[k] = (float) codes[k];
    }
    float[] probes = new float[PROBES * SIZE];
    // When probes are read from the pixels that the latents paint
    assertThat(exchange.draw(decode(narrow), new Random(2), probes)).isTrue();
    double[] read = new double[PROBES * D];
    for (int p = 0; p < PROBES; p++) {
      read[p * D] = probes[p * SIZE + 2 * 16];
      read[p * D + 1] = probes[p * SIZE + 5 * 16] / 2;
      read[p * D + 2] = probes[p * SIZE] * 10;
    }
    // Then this is right
    double[] gradient = new double[read.length];
    assertThat(exchange.loss(codes, read, 3, gradient)).isCloseTo(0, within(1e-12));
    // And both latents are exchanged
    assertThat(changed(read, codes, 0)).isPositive();
    assertThat(changed(read, codes, 1)).isPositive();
    assertThat(changed(read, codes, 2)).isZero();
    // And the gradient is that of the loss
    double[] wrong = new Random(3).doubles(read.length, -1, 1).toArray();
    Arrays.fill(gradient, 0);
    exchange.loss(codes, wrong, 3, gradient);
    assertThat(gradient)
        .usingComparatorWithPrecision(1e-5)
        .containsExactly(
            Differences.of(wrong, x -> 3 * exchange.loss(codes, x, 0, new double[wrong.length])));
  }

  /** Probes whose latent is that of no frame together with the other two. */
  private static long changed(double[] read, double[] codes, int latent) {
    int others = 0;
    for (int p = 0; p < PROBES; p++) {
      boolean found = false;
      for (int r = 0; r < ROWS; r++) {
        boolean same = true;
        for (int k = 0; k < D; k++) {
          boolean equal = Math.abs(read[p * D + k] - codes[r * D + k]) < 1e-5;
          same &= k == latent ? !equal : equal;
        }
        found |= same;
      }
      others += found ? 1 : 0;
    }
    return others;
  }

  @Test
  void shouldAskNothingOfALatentThatTheSamePixelsShow() {
    // Given
    BitSet second = new BitSet();
    second.set(1);
    PaintedRegions shared =
        new PaintedRegions(
            Arrays.asList(row(2), null, null), List.of(second, new BitSet(), new BitSet()));
    RegionExchange exchange = new RegionExchange(IMAGE, D, ROWS, PROBES, shared, PixelOwners.NONE);
    exchange.draw(new float[ROWS * SIZE], new Random(2), new float[PROBES * SIZE]);
    double[] gradient = new double[PROBES * D];
    // When
    exchange.loss(codes(ROWS), new Random(3).doubles(PROBES * D).toArray(), 1, gradient);
    // Then
    for (int p = 0; p < PROBES; p++) {
      assertThat(gradient[p * D + 1]).isZero();
      assertThat(gradient[p * D]).isNotZero();
    }
  }

  @Test
  void shouldLetOnlyTheRegionsOfOtherLatentsStayAsTheyAre() {
    // Given
    RegionExchange exchange =
        new RegionExchange(IMAGE, D, ROWS, PROBES, regions(), PixelOwners.NONE);
    double[] codes = codes(ROWS);
    int first = 2;
    int count = 4;
    float[] drawn = new float[1 + count * D];
    float[] unchanged = new float[count * SIZE];
    BitSet moved = new BitSet();
    for (int seed = 0; seed < 20; seed++) {
      // When
      exchange.drawCodes(codes, first, new Random(seed), drawn, 1, unchanged);
      // Then
      for (int r = 0; r < count; r++) {
        int at = 1 + r * D;
        int own = (first + r) * D;
        int latent = drawn[at] == (float) codes[own] ? 1 : 0;
        int other = 1 - latent;
        moved.set(latent);
        assertThat(drawn[at + latent]).isNotEqualTo((float) codes[own + latent]);
        assertThat(drawn[at + other]).isEqualTo((float) codes[own + other]);
        assertThat(drawn[at + 2]).isEqualTo((float) codes[own + 2]);
        BitSet region = row(other == 0 ? 2 : 5);
        for (int v = 0; v < SIZE; v++) {
          assertThat(unchanged[r * SIZE + v]).isEqualTo(region.get(v) ? 1 : 0);
        }
      }
    }
    assertThat(moved.cardinality()).isEqualTo(2);
  }

  @Test
  void shouldLetPixelsThatShowTheLatentTooChange() {
    // Given
    BitSet second = new BitSet();
    second.set(1);
    PaintedRegions shared =
        new PaintedRegions(
            Arrays.asList(row(2), row(5), null), List.of(second, second, new BitSet()));
    RegionExchange exchange = new RegionExchange(IMAGE, D, ROWS, PROBES, shared, PixelOwners.NONE);
    double[] codes = codes(ROWS);
    float[] drawn = new float[ROWS * D];
    float[] unchanged = new float[ROWS * SIZE];
    // When
    exchange.drawCodes(codes, 0, new Random(1), drawn, 0, unchanged);
    // Then
    for (int r = 0; r < ROWS; r++) {
      boolean movesSecond = drawn[r * D] == (float) codes[r * D];
      assertThat(unchanged[r * SIZE + 2 * 16]).isZero();
      assertThat(unchanged[r * SIZE + 5 * 16]).isEqualTo(movesSecond ? 0 : 1);
    }
  }

  @Test
  void shouldDrawNothingWithoutARegion() {
    // Given
    RegionExchange exchange =
        new RegionExchange(IMAGE, D, ROWS, PROBES, PaintedRegions.NONE, PixelOwners.NONE);
    // When
    boolean drawn = exchange.draw(new float[ROWS * SIZE], new Random(1), new float[PROBES * SIZE]);
    // Then
    assertThat(drawn).isFalse();
    assertThat(exchange.loss(codes(ROWS), codes(PROBES), 1, new double[PROBES * D])).isZero();
  }
}
