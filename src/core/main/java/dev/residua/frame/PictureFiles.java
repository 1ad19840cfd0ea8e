package dev.residua.frame;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Writes pictures as PNG files, in memory. */
public final class PictureFiles {
  /**
   * Smallest intensity difference that is drawn white: otherwise the rounding of a decoder would
   * look like a finding.
   */
  private static final double MIN_FULL_SCALE = 0.1;

  static {
    ImageIO.setUseCache(false); // or each picture would go through a file on disk
  }

  private PictureFiles() {}

  /**
   * The picture itself.
   *
   * @param intensities {@code [height][width][channels]} from index {@code from}, 0 black and 1
   *     white, cut to that range
   */
  public static byte[] picture(float[] intensities, int from, ImageShape shape) {
    return png(image(intensities, from, shape));
  }

  /** The picture of unsigned bytes in the shape, in colour, to draw on. */
  public static BufferedImage image(byte[] pixels, ImageShape shape) {
    return image(intensities(pixels), 0, shape);
  }

  private static BufferedImage image(float[] intensities, int from, ImageShape shape) {
    int c = shape.channels();
    BufferedImage image =
        new BufferedImage(shape.width(), shape.height(), BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < shape.width() * shape.height(); p++) {
      int at = from + p * c;
      int red = grey(intensities[at]);
      int green = c == 1 ? red : grey(intensities[at + 1]);
      int blue = c == 1 ? red : grey(intensities[at + 2]);
      image.setRGB(p % shape.width(), p / shape.width(), red << 16 | green << 8 | blue);
    }
    return image;
  }

  /**
   * The picture of unsigned bytes.
   *
   * @param pixels in the shape
   */
  public static byte[] picture(byte[] pixels, ImageShape shape) {
    return picture(intensities(pixels), 0, shape);
  }

  /**
   * The difference of a frame and a picture, as below.
   *
   * @param pixels unsigned bytes in the shape
   * @param mask pixels of the frame that show nothing: no difference
   * @param picture intensities in the shape
   */
  public static byte[] difference(
      byte[] pixels, PixelMask mask, float[] picture, ImageShape shape) {
    float[] both = Arrays.copyOf(intensities(pixels), 2 * shape.size());
    System.arraycopy(picture, 0, both, shape.size(), shape.size());
    int c = shape.channels();
    for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
      System.arraycopy(picture, pixel * c, both, pixel * c, c);
    }
    return difference(both, shape);
  }

  private static float[] intensities(byte[] pixels) {
    float[] intensities = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      intensities[i] = (pixels[i] & 0xFF) / 255f;
    }
    return intensities;
  }

  /**
   * Draws the difference of two pictures: the mean absolute difference over channels, from black
   * over red and yellow to white. White is the largest difference of the picture, but at least 0.1.
   *
   * @param intensities both pictures, one after the other
   */
  public static byte[] difference(float[] intensities, ImageShape shape) {
    int c = shape.channels();
    int pixels = shape.width() * shape.height();
    double[] heat = new double[pixels];
    double full = MIN_FULL_SCALE;
    for (int p = 0; p < pixels; p++) {
      for (int k = 0; k < c; k++) {
        heat[p] += Math.abs(intensities[p * c + k] - intensities[(pixels + p) * c + k]) / c;
      }
      full = Math.max(full, heat[p]);
    }
    BufferedImage image =
        new BufferedImage(shape.width(), shape.height(), BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < pixels; p++) {
      double part = 3 * heat[p] / full;
      int rgb = grey(part) << 16 | grey(part - 1) << 8 | grey(part - 2);
      image.setRGB(p % shape.width(), p / shape.width(), rgb);
    }
    return png(image);
  }

  private static int grey(double intensity) {
    return (int) Math.round(255 * Math.max(0, Math.min(1, intensity)));
  }

  /** Any picture. */
  public static byte[] png(BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("this Java runtime cannot write PNG files");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
