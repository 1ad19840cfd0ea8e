package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.Random;

/**
 * Varies frames as photographs of one scene vary from hour to hour: light, colour of the light,
 * position by a pixel, sharpness and noise of the sensor. A network that reproduces the frame as it
 * was from a varied one learns to ignore these.
 *
 * @param strength 0 for none, 1 for light that varies by 15 %, its colour by 5 %, an offset of 6
 *     grey levels, a pixel in either direction, a binomial blur in a third of the frames and noise
 *     of up to 5 grey levels (standard deviations)
 */
record PictureVariation(double strength) {
  private static final double LIGHT = 0.15;
  private static final double COLOUR = 0.05;
  private static final double OFFSET = 6;
  private static final double NOISE = 5;
  private static final double BLURRED = 1.0 / 3;

  /**
   * @param pixels unsigned bytes {@code [height][width][channels]}, not changed
   * @return a varied copy
   */
  byte[] apply(ImageShape image, byte[] pixels, Random random) {
    int width = image.width();
    int height = image.height();
    int channels = image.channels();
    double light = 1 + strength * LIGHT * random.nextGaussian();
    double offset = strength * OFFSET * random.nextGaussian();
    double[] gains = new double[channels];
    for (int c = 0; c < channels; c++) {
      gains[c] = light * (1 + strength * COLOUR * random.nextGaussian());
    }
    int dx = shift(random);
    int dy = shift(random);
    boolean blurred = random.nextDouble() < strength * BLURRED;
    double noise = strength * NOISE * random.nextDouble();
    byte[] varied = new byte[image.size()];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          double value =
              blurred
                  ? blurred(image, pixels, x + dx, y + dy, c)
                  : at(image, pixels, x + dx, y + dy, c);
          value = gains[c] * value + offset + noise * random.nextGaussian();
          varied[(y * width + x) * channels + c] =
              (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
      }
    }
    return varied;
  }

  private int shift(Random random) {
    return random.nextDouble() < strength ? random.nextInt(3) - 1 : 0;
  }

  /** Binomial weights 1, 2, 1 in either direction. */
  private static double blurred(ImageShape image, byte[] pixels, int x, int y, int c) {
    double sum = 0;
    for (int j = -1; j <= 1; j++) {
      for (int i = -1; i <= 1; i++) {
        sum += (2 - Math.abs(i)) * (2 - Math.abs(j)) * at(image, pixels, x + i, y + j, c);
      }
    }
    return sum / 16;
  }

  /** A value, that of the nearest pixel beyond the edges. */
  private static int at(ImageShape image, byte[] pixels, int x, int y, int c) {
    int column = Math.max(0, Math.min(image.width() - 1, x));
    int row = Math.max(0, Math.min(image.height() - 1, y));
    return pixels[(row * image.width() + column) * image.channels() + c] & 0xff;
  }
}
