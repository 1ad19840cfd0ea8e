package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Varies frames as photographs of one scene vary from hour to hour: light, colour of the light,
 * position by a pixel, sharpness, noise of the sensor and compression. A network that reproduces
 * the frame as it was from a varied one learns to ignore these.
 *
 * @param strength 0 for none, 1 for light that varies by 15 %, its colour by 5 %, an offset of 6
 *     grey levels, a pixel in either direction, a binomial blur in a third of the frames, noise of
 *     up to 5 grey levels (standard deviations), and JPEG of quality 0.3 to 0.9 in a third of the
 *     frames
 */
record PictureVariation(double strength) {
  private static final double LIGHT = 0.15;
  private static final double COLOUR = 0.05;
  private static final double OFFSET = 6;
  private static final double NOISE = 5;
  private static final double BLURRED = 1.0 / 3;
  private static final double COMPRESSED = 1.0 / 3;
  private static final double MIN_QUALITY = 0.3;
  private static final double MAX_QUALITY = 0.9;

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
    if (random.nextDouble() < strength * COMPRESSED) {
      double quality = MIN_QUALITY + (MAX_QUALITY - MIN_QUALITY) * random.nextDouble();
      return compressed(image, varied, (float) quality);
    }
    return varied;
  }

  /** Compresses a picture as a JPEG file and decodes it. */
  private static byte[] compressed(ImageShape image, byte[] pixels, float quality) {
    int c = image.channels();
    BufferedImage picture =
        new BufferedImage(
            image.width(),
            image.height(),
            c == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    picture.getRaster().setPixels(0, 0, image.width(), image.height(), unsigned(pixels));
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(quality);
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    try {
      BufferedImage read =
          ImageIO.read(
              new MemoryCacheImageInputStream(new ByteArrayInputStream(file.toByteArray())));
      int[] values = read.getRaster().getPixels(0, 0, image.width(), image.height(), (int[]) null);
      byte[] left = new byte[pixels.length];
      for (int i = 0; i < left.length; i++) {
        left[i] = (byte) values[i];
      }
      return left;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] unsigned(byte[] pixels) {
    int[] values = new int[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i] & 0xff;
    }
    return values;
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
