package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.LatentDecoder;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.testing.FramesInMemory;
import dev.residua.testing.TestEngine;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The oracle is a reader whose leaning is known: it is linear in the pixels. */
class OwnPixelsTest {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final int FRAMES = 300;
  private static final double LEANING = 0.3;

  /** Latent 0 paints the third row of pixels, latent 1 the tenth. */
  private static byte[] frames() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    for (int n = 0; n < FRAMES; n++) {
      int cause = 60 + random.nextInt(130);
      int effect = cause + random.nextInt(21) - 10;
      for (int x = 0; x < 16; x++) {
        pixels[n * IMAGE.size() + 3 * 16 + x] = (byte) cause;
        pixels[n * IMAGE.size() + 10 * 16 + x] = (byte) effect;
      }
    }
    return pixels;
  }

  /** A reader of latents in grey levels, which reads a part of the cause from the effect. */
  private static ResidualScorer reader(double leaning) {
    return new TestEngine(
            IMAGE,
            2,
            (pixels, offset, code) -> {
              int cause = pixels[offset + 3 * 16] & 0xff;
              int effect = pixels[offset + 10 * 16] & 0xff;
              code[0] = (float) ((1 - leaning) * cause + leaning * effect);
              code[1] = effect;
              return 0;
            })
        .scorer();
  }

  private record Drawer() implements LatentDecoder {
    @Override
    public ImageShape imageShape() {
      return IMAGE;
    }

    @Override
    public int latents() {
      return 2;
    }

    @Override
    public float[] decode(float[] latents, int n) {
      float[] pictures = new float[n * IMAGE.size()];
      for (int v = 0; v < pictures.length; v++) {
        int row = v % IMAGE.size() / 16;
        int latent = v / IMAGE.size() * 2 + (row == 3 ? 0 : 1);
        pictures[v] = row == 3 || row == 10 ? latents[latent] / 255 : 0;
      }
      return pictures;
    }

    @Override
    public void close() {}
  }

  private static OwnPixels measured(ResidualScorer reader, NodeColumns columns) {
    return OwnPixels.of(
        reader,
        new Drawer(),
        columns,
        new FramesInMemory("two bars", IMAGE, frames()),
        IntStream.range(0, FRAMES).toArray(),
        PixelOwners.NONE,
        1);
  }

  @Test
  void shouldMeasureHowFarAReadingLeans() {
    // Given
    ResidualScorer leaning = reader(LEANING);
    // When
    OwnPixels found = measured(leaning, NodeColumns.real(2));
    // Then the cause moves with the effect, and its own pixels count less
    double[][] movements = found.movements();
    assertThat(movements[1][0]).isCloseTo(LEANING, within(0.02));
    assertThat(movements[1][1]).isCloseTo(1, within(1e-6));
    assertThat(movements[0][0]).isCloseTo(1 - LEANING, within(0.02));
    assertThat(movements[0][1]).isZero();
    assertThat(found.metrics()).containsOnlyKeys("ownPixels.0.1", "ownPixels.1.0");
    // And its reading depends on tiles of both
    assertThat(tiles(found.influences()[0])).containsExactlyElementsOf(rows(1, 5));
    assertThat(tiles(found.influences()[1])).containsExactlyElementsOf(rows(5));
  }

  /** The reader reads only the first pixel of a row. */
  private static List<Integer> rows(int... rows) {
    return Arrays.stream(rows).mapToObj(row -> row * OwnPixels.TILES).toList();
  }

  private static List<Integer> tiles(double[] influences) {
    return IntStream.range(0, influences.length).filter(t -> influences[t] > 0).boxed().toList();
  }

  @Test
  void shouldFindNothingWhereEachLatentIsReadFromItsOwnPixels() {
    // Given
    ResidualScorer own = reader(0);
    // When
    double[][] movements = measured(own, NodeColumns.real(2)).movements();
    // Then
    for (int i = 0; i < 2; i++) {
      assertThat(movements[i][i]).isCloseTo(1, within(1e-6));
      assertThat(movements[i][1 - i]).isZero();
    }
  }

  @Test
  void shouldSayNothingOfCategories() {
    // Given
    ResidualScorer leaning = reader(LEANING);
    // When
    OwnPixels found = measured(leaning, NodeColumns.of(1, 3));
    // Then
    assertThat(found.movements()[1]).containsOnly(Double.NaN);
    assertThat(found.movements()[0][0]).isCloseTo(1 - LEANING, within(0.02));
    assertThat(found.metrics()).isEmpty();
  }

  @Test
  void shouldSayNothingOfASingleFrame() {
    // Given
    FramesInMemory frames = new FramesInMemory("two bars", IMAGE, frames());
    // When
    OwnPixels found =
        OwnPixels.of(
            reader(LEANING),
            new Drawer(),
            NodeColumns.real(2),
            frames,
            new int[] {3},
            PixelOwners.NONE,
            1);
    // Then
    assertThat(found.metrics()).isEmpty();
    assertThat(found.movements()).hasDimensions(2, 2);
  }
}
