package dev.residua.bench;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A kind of picture that a camera sends.
 *
 * @param format RGB8, PNG or JPEG; JPEG files have quality 85
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record CameraImage(PixelFormat format, int width, int height) {
  private static final float QUALITY = 0.85f;
  private static final int CHANNELS = 3;

  public CameraImage {
    if (format != PixelFormat.RGB8 && format != PixelFormat.PNG && format != PixelFormat.JPEG) {
      throw new IllegalArgumentException("the format must be rgb8, png or jpeg");
    }
    new ImageShape(width, height, CHANNELS); // refuses sizes below one pixel
  }

  /** A file, or raw pixels, of a picture that the seed fixes. */
  byte[] draw(long seed) throws IOException {
    BufferedImage picture = picture(seed);
    if (format == PixelFormat.RGB8) {
      return bytes(picture);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format.name()).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam settings = writer.getDefaultWriteParam();
      if (format == PixelFormat.JPEG) {
        settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        settings.setCompressionQuality(QUALITY);
      }
      writer.write(null, new IIOImage(picture, null, null), settings);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] bytes(BufferedImage picture) {
    int width = picture.getWidth();
    byte[] out = new byte[width * picture.getHeight() * CHANNELS];
    int[] row = new int[width];
    for (int y = 0, to = 0; y < picture.getHeight(); y++) {
      picture.getRGB(0, y, width, 1, row, 0, width);
      for (int rgb : row) {
        out[to++] = (byte) (rgb >> 16);
        out[to++] = (byte) (rgb >> 8);
        out[to++] = (byte) rgb;
      }
    }
    return out;
  }

  /** A picture as a camera gives it: surfaces, edges, fine structure and the noise of a sensor. */
  private BufferedImage picture(long seed) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    SplittableRandom random = new SplittableRandom(seed);
    double place = random.nextDouble(0.3, 0.7);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double u = (double) x / width;
        double v = (double) y / height;
        double level = 90 + 60 * u + 40 * Math.sin(5 * v + 3 * u);
        level = Math.hypot(u - place, (v - 0.4) * height / width) < 0.15 ? 225 - 60 * v : level;
        level -= Math.sin(60 * u + 25 * v) > 0.9 ? 45 : 0; // cables and rails
        level += v > 0.7 ? 25 * Math.signum(Math.sin(180 * u) * Math.sin(120 * v)) : 0; // a grid
        int rgb = 0;
        for (int c = 0; c < CHANNELS; c++) {
          double noisy = level * (1 - 0.15 * c) + 3 * random.nextGaussian();
          rgb = rgb << 8 | (int) Math.max(0, Math.min(255, noisy));
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  @Override
  public String toString() {
    return "%s:%dx%d".formatted(format.name().toLowerCase(Locale.ROOT), width, height);
  }
}
