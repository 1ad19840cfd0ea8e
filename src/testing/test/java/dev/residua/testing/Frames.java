package dev.residua.testing;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Frames and files for tests: good ones, and every way in which one can be bad. */
public final class Frames {
  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private Frames() {}

  /** A frame of that format and data from source {@code cam1}. */
  public static Frame of(PixelFormat format, int width, int height, byte[] data) {
    return new Frame("cam1", 0, Instant.EPOCH, width, height, format, data, Map.of());
  }

  /** A frame whose data is a PNG or JPEG file that says its own size. */
  public static Frame file(PixelFormat format, byte[] data) {
    return of(format, 0, 0, data);
  }

  /** A picture of noise with fixed seed, of a {@link BufferedImage} type. */
  public static BufferedImage noise(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    SplittableRandom random = new SplittableRandom(42);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return image;
  }

  /** A smooth picture, which JPEG keeps almost unchanged. */
  public static BufferedImage gradient(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = 40 + 160 * x / width;
        int green = 40 + 160 * y / height;
        image.setRGB(x, y, 0xFF000000 | red << 16 | green << 8 | 100);
      }
    }
    return image;
  }

  /** A good RGB PNG file of noise. */
  public static byte[] png(int width, int height) {
    return png(noise(width, height, BufferedImage.TYPE_INT_RGB));
  }

  public static byte[] png(BufferedImage image) {
    return written(image, "png", false);
  }

  /** The same picture in the seven passes of Adam7. */
  public static byte[] interlacedPng(BufferedImage image) {
    return written(image, "png", true);
  }

  /** A good colour JPEG file. */
  public static byte[] jpeg(int width, int height) {
    return jpeg(gradient(width, height, BufferedImage.TYPE_INT_RGB));
  }

  public static byte[] jpeg(BufferedImage image) {
    return written(image, "jpeg", false);
  }

  public static byte[] progressiveJpeg(BufferedImage image) {
    return written(image, "jpeg", true);
  }

  public static byte[] bmp(BufferedImage image) {
    return written(image, "bmp", false);
  }

  public static byte[] tiff(BufferedImage image) {
    return written(image, "tiff", false);
  }

  /** The {@linkplain #gradient gradient} of 24x24 pixels, written without loss by libwebp 1.5. */
  public static byte[] webp() {
    return Base64.getDecoder()
        .decode(
            "UklGRkAAAABXRUJQVlA4TDMAAAAvF8AFALkyRPQ/dhHR/4DRtm2Mulf2/5XV2BiZtG0o12plQxZCgkQT"
                + "V/aNSKeA9uG89wIA");
  }

  /** A good file of that format, of 24x24 pixels. */
  public static byte[] fileOf(PixelFormat format) {
    BufferedImage image = gradient(24, 24, BufferedImage.TYPE_INT_RGB);
    return switch (format) {
      case PNG -> png(image);
      case JPEG -> jpeg(image);
      case WEBP -> webp();
      case BMP -> bmp(image);
      case TIFF -> tiff(image);
      case GRAY8, RGB8, RGBA8 -> throw new IllegalArgumentException("no file: " + format);
    };
  }

  /**
   * EXIF data with an orientation and nothing else.
   *
   * @param little whether the lower byte comes first
   */
  public static byte[] exif(int orientation, boolean little) {
    ByteBuffer exif =
        ByteBuffer.allocate(26).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    exif.put((byte) (little ? 'I' : 'M')).put((byte) (little ? 'I' : 'M')).putShort((short) 42);
    exif.putInt(8).putShort((short) 1);
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return exif.array();
  }

  /** A JPEG file with EXIF data right after its first marker. */
  public static byte[] withExif(byte[] jpeg, byte[] exif) {
    byte[] name = {'E', 'x', 'i', 'f', 0, 0};
    int length = 2 + name.length + exif.length;
    byte[] head = {(byte) 0xFF, (byte) 0xE1, (byte) (length >> 8), (byte) length};
    return join(Arrays.copyOf(jpeg, 2), head, name, exif, Arrays.copyOfRange(jpeg, 2, jpeg.length));
  }

  private static byte[] written(BufferedImage image, String format, boolean progressive) {
    ImageWriter writer =
        ImageIO.getImageWriters(ImageTypeSpecifier.createFromRenderedImage(image), format).next();
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam settings = writer.getDefaultWriteParam();
      if (settings.canWriteProgressive()) {
        settings.setProgressiveMode(
            progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      }
      writer.write(null, new IIOImage(image, null, null), settings);
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
  }

  /** A PNG file that ends in the middle of its pixels. */
  public static byte[] truncatedPng() {
    byte[] png = png(64, 64);
    return Arrays.copyOf(png, png.length / 2);
  }

  /** A PNG file with all of its pixels but without its last chunk. */
  public static byte[] pngWithoutEnd() {
    byte[] png = png(64, 64);
    return Arrays.copyOf(png, png.length - 12);
  }

  /** A PNG file in which one bit of the pixels flipped on the way. */
  public static byte[] damagedPng() {
    byte[] png = png(64, 64);
    png[png.length / 2] ^= 0x10;
    return png;
  }

  /** A JPEG file that ends in the middle of its pixels. */
  public static byte[] truncatedJpeg() {
    byte[] jpeg = jpeg(64, 64);
    return Arrays.copyOf(jpeg, jpeg.length * 3 / 4);
  }

  /** A JPEG file with a hole in its pixels, closed by its end marker. */
  public static byte[] jpegWithHole() {
    byte[] jpeg = jpeg(noise(64, 64, BufferedImage.TYPE_INT_RGB));
    byte[] shorter = Arrays.copyOf(jpeg, jpeg.length / 2);
    shorter[shorter.length - 2] = (byte) 0xFF;
    shorter[shorter.length - 1] = (byte) 0xD9;
    return shorter;
  }

  /** A small PNG file whose header says 65,000 x 65,000 pixels. */
  public static byte[] bombHeader() {
    return pngOf(65_000, 65_000, 8, 2, new byte[] {0});
  }

  /** A small JPEG file whose header says 65,000 x 65,000 pixels. */
  public static byte[] jpegBombHeader() {
    byte[] jpeg = jpeg(64, 64);
    int size = sizeSegment(jpeg);
    for (int i = 0; i < 4; i += 2) {
      jpeg[size + 5 + i] = (byte) (65_000 >> 8);
      jpeg[size + 6 + i] = (byte) (65_000 & 0xFF);
    }
    return jpeg;
  }

  /** Index of the segment that says the size of a baseline JPEG file. */
  public static int sizeSegment(byte[] jpeg) {
    for (int at = 2; ; at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF))) {
      int marker = jpeg[at + 1] & 0xFF;
      if (marker == 0xC0 || marker == 0xC2) {
        return at;
      }
    }
  }

  /** A file that is neither picture nor record. */
  public static byte[] text() {
    return "this is no picture".getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A PNG file from unfiltered or filtered rows, written by hand.
   *
   * @param rows each row with its filter byte
   */
  public static byte[] pngOf(int width, int height, int depth, int type, byte[] rows) {
    return pngOf(width, height, depth, type, rows, new byte[0]);
  }

  /** As above with chunks, built by {@link #chunk}, between header and pixels. */
  public static byte[] pngOf(
      int width, int height, int depth, int type, byte[] rows, byte[] between) {
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(width).putInt(height).put((byte) depth).put((byte) type);
    Deflater deflater = new Deflater();
    deflater.setInput(rows);
    deflater.finish();
    byte[] packed = new byte[rows.length + 64];
    int length = deflater.deflate(packed);
    deflater.end();
    return join(
        PNG_SIGNATURE,
        chunk("IHDR", header.array()),
        between,
        chunk("IDAT", Arrays.copyOf(packed, length)),
        chunk("IEND", new byte[0]));
  }

  /** A PNG chunk with its checksum. */
  public static byte[] chunk(String name, byte[] data) {
    byte[] named = join(name.getBytes(StandardCharsets.US_ASCII), data);
    CRC32 crc = new CRC32();
    crc.update(named);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(named)
        .putInt((int) crc.getValue())
        .array();
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
