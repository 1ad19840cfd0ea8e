package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.Readability;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.testing.FramesInMemory;
import dev.residua.testing.TestEngine;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pictures whose errors of reconstruction are known: a reader and a decoder without a network. */
class ReadabilityFitTest {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final int FRAMES = 400;
  private static final int CAUSE = 3; // row of pixels
  private static final int EFFECT = 10;

  /** A decoder that draws the effect from a part of its own code and the rest of its cause. */
  private record Drawer(float own) implements LatentDecoder {
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
        float cause = latents[v / IMAGE.size() * 2];
        float effect = latents[v / IMAGE.size() * 2 + 1];
        float grey = row == CAUSE ? cause : row == EFFECT ? own * effect + (1 - own) * cause : 0;
        pictures[v] = grey / 255;
      }
      return pictures;
    }

    @Override
    public void close() {}
  }

  /** Reads each latent from the first pixel of its row. */
  private static ResidualScorer reader() {
    return new TestEngine(
            IMAGE,
            2,
            (pixels, offset, code) -> {
              code[0] = pixels[offset + CAUSE * 16] & 0xff;
              code[1] = pixels[offset + EFFECT * 16] & 0xff;
              return 0;
            })
        .scorer();
  }

  /**
   * Frames in which cause and effect are equal.
   *
   * @param noise added to all pixels of the cause but the first, per frame
   */
  private static byte[] frames(int[] noise) {
    SplittableRandom random = new SplittableRandom(1);
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    for (int n = 0; n < FRAMES; n++) {
      int value = 60 + random.nextInt(130);
      for (int x = 0; x < 16; x++) {
        int at = n * IMAGE.size() + x;
        pixels[at + CAUSE * 16] = (byte) (value + (x > 0 ? noise[n] : 0));
        pixels[at + EFFECT * 16] = (byte) value;
      }
    }
    return pixels;
  }

  private static Readability fit(byte[] pixels, Drawer drawer) {
    ResidualScorer reader = reader();
    return ReadabilityFit.of(
        reader,
        drawer,
        new FramesInMemory("two bars", IMAGE, pixels),
        IntStream.range(0, FRAMES).toArray(),
        reader.encode(FrameInputs.of(pixels, FRAMES)),
        PixelOwners.NONE,
        1);
  }

  @Test
  void shouldAllowThreeTimesTheErrorOfOneFrameInAHundred() {
    // Given pixels of the cause that differ from their code by 10 or 20 grey levels, and 30 in few
    int[] noise = new int[FRAMES];
    Arrays.setAll(noise, n -> n % 200 == 0 ? 30 : n % 10 == 0 ? 20 : 10);
    // When
    Readability found = fit(frames(noise), new Drawer(1));
    // Then
    assertThat(found.pixels(0)).containsExactly(IntStream.range(48, 64).toArray());
    assertThat(found.pixels(1)).containsExactly(IntStream.range(160, 176).toArray());
    double twenty = 20 / 255.0;
    assertThat((double) found.limits()[0]).isCloseTo(3 * 15 / 16.0 * twenty * twenty, within(1e-6));
    assertThat((double) found.limits()[1]).as("half a grey level").isCloseTo(4e-6, within(1e-9));
  }

  @Test
  void shouldKeepALatentReadableThatNoLongerFollowsItsCause() {
    // When the decoder draws the effect as high as its cause, unlike the picture
    Readability leaning = fit(frames(new int[FRAMES]), new Drawer(0.7f));
    // Then differences of up to 130 grey levels, of which it draws 70 %, stay below the limit
    double ninety = 0.3 * 90 / 255;
    assertThat((double) leaning.limits()[1]).isGreaterThan(ninety * ninety);
    assertThat((double) leaning.limits()[1]).isLessThan(1.3 * Math.pow(0.3 * 130 / 255, 2));
  }
}
