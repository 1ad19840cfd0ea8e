package dev.residua.bench.experiment;

import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PackedPixels;
import dev.residua.frame.Resampler;
import dev.residua.frame.Span;
import dev.residua.simulation.ScenarioStream;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Pictures of a scene with {@value #SIDE} by {@value #SIDE} pixels and the noise of a sensor, as
 * averages over the pixels of two smaller sizes. Defects are drawn into the large picture. For one
 * thread.
 */
final class CameraPictures {
  static final int SIDE = 1024;

  private static final double NOISE = 2; // grey levels
  private static final int NOISES = 1 << 20;
  private static final int CHANNELS = 3;
  private static final double WHITE = 255;
  private static final int SUB_PIXELS = 4;

  private final ScenarioStream stream;
  private final SplittableRandom random;
  private final byte[] noises = new byte[NOISES];
  private final byte[] pixels = new byte[SIDE * SIDE * CHANNELS];
  private final byte[] clean = new byte[pixels.length];
  private final int[] packed = new int[SIDE * SIDE];
  private final Resampler resampler = new Resampler();
  private final ImageShape modelShape;
  private final ImageShape detailShape;
  private final byte[] model;
  private final byte[] details;

  /**
   * A defect: an area that is darker on bright ground and brighter on dark ground.
   *
   * @param length in pixels
   * @param width in pixels; a disc if both are equal
   * @param contrast as a share of the full range
   */
  record Defect(int length, int width, double contrast) {
    boolean isDot() {
      return length == width;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          isDot() ? "dot of %d, contrast %.1f" : "scratch of %dx1, contrast %.1f",
          length,
          contrast);
    }
  }

  record Placed(double across, double down) {}

  CameraPictures(DataSpec spec, ImageShape modelShape, ImageShape detailShape, long seed) {
    this.stream =
        new ScenarioStream(spec.scenario().withSeed(seed), new ImageShape(SIDE, SIDE, CHANNELS));
    this.random = new SplittableRandom(seed);
    this.modelShape = modelShape;
    this.detailShape = detailShape;
    this.model = new byte[modelShape.size()];
    this.details = new byte[detailShape.size()];
    for (int i = 0; i < NOISES; i++) {
      noises[i] = (byte) Math.round(NOISE * random.nextGaussian());
    }
  }

  void next() {
    stream.next(clean, 0);
    for (int row = 0; row < SIDE; row++) {
      int from = random.nextInt(NOISES - SIDE * CHANNELS);
      int at = row * SIDE * CHANNELS;
      for (int i = 0; i < SIDE * CHANNELS; i++, at++) {
        clean[at] = clipped((clean[at] & 0xFF) + noises[from + i]);
      }
    }
    System.arraycopy(clean, 0, pixels, 0, pixels.length);
    average();
  }

  /** Draws the frame with one defect, at a random place and in a random direction. */
  Placed draw(Defect defect) {
    System.arraycopy(clean, 0, pixels, 0, pixels.length);
    double margin = defect.length() / 2.0 + 1;
    double x = margin + (SIDE - 2 * margin) * random.nextDouble();
    double y = margin + (SIDE - 2 * margin) * random.nextDouble();
    double angle = Math.PI * random.nextDouble();
    int reach = (int) Math.ceil(margin);
    for (int row = (int) y - reach; row <= (int) y + reach; row++) {
      for (int column = (int) x - reach; column <= (int) x + reach; column++) {
        double share = share(defect, column - x, row - y, angle);
        if (share > 0 && row >= 0 && column >= 0 && row < SIDE && column < SIDE) {
          darken((row * SIDE + column) * CHANNELS, share * defect.contrast() * WHITE);
        }
      }
    }
    average();
    return new Placed(x / SIDE, y / SIDE);
  }

  /** Share of the pixel whose corner lies there from the middle that a defect covers. */
  private static double share(Defect defect, double dx, double dy, double angle) {
    int inside = 0;
    for (int i = 0; i < SUB_PIXELS * SUB_PIXELS; i++) {
      double u = dx + (i % SUB_PIXELS + 0.5) / SUB_PIXELS;
      double v = dy + (i / SUB_PIXELS + 0.5) / SUB_PIXELS;
      double along = u * Math.cos(angle) + v * Math.sin(angle);
      double over = v * Math.cos(angle) - u * Math.sin(angle);
      boolean within =
          defect.isDot()
              ? Math.hypot(u, v) <= defect.length() / 2.0
              : Math.abs(along) <= defect.length() / 2.0 && Math.abs(over) <= defect.width() / 2.0;
      inside += within ? 1 : 0;
    }
    return inside / (double) (SUB_PIXELS * SUB_PIXELS);
  }

  private void darken(int at, double levels) {
    double grey = Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
    double change = grey > WHITE / 2 ? -levels : levels;
    for (int c = 0; c < CHANNELS; c++) {
      pixels[at + c] = clipped((int) Math.round((pixels[at + c] & 0xFF) + change));
    }
  }

  private static byte clipped(int value) {
    return (byte) Math.max(0, Math.min((int) WHITE, value));
  }

  private void average() {
    PackedPixels.pack(pixels, 0, CHANNELS, packed, 0, packed.length);
    average(CHANNELS, modelShape, model);
    PackedPixels.toGray(packed, packed.length);
    average(1, detailShape, details);
  }

  private void average(int channels, ImageShape to, byte[] into) {
    ImageShape large = new ImageShape(SIDE, SIDE, channels);
    resampler.resample(
        packed, large, Span.of(SIDE), Span.of(SIDE), to.width(), to.height(), into, 0);
  }

  /** The picture of the model, {@code [height][width][3]}; the next frame changes it. */
  byte[] model() {
    return model;
  }

  /** The gray detail picture, {@code [height][width]}; the next frame changes it. */
  byte[] details() {
    return details;
  }
}
