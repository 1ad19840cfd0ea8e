package dev.residua.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.Frames;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferUShort;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formats, orientation and reduced decoding, compared with what the JDK reads and writes. */
class FileFormatsTest {
  private static byte[] decode(PixelFormat format, byte[] file, ImageShape target)
      throws RejectedFrameException {
    byte[] out = new byte[target.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, target).decode(Frames.file(format, file), out, 0);
    return out;
  }

  private static RejectedFrameException refusal(PixelFormat format, byte[] file) {
    return catchThrowableOfType(
        RejectedFrameException.class, () -> decode(format, file, new ImageShape(64, 64, 3)));
  }

  private static byte[] rgb(BufferedImage image) {
    byte[] out = new byte[image.getWidth() * image.getHeight() * 3];
    for (int i = 0; i < out.length / 3; i++) {
      int value = image.getRGB(i % image.getWidth(), i / image.getWidth());
      out[3 * i] = (byte) (value >> 16);
      out[3 * i + 1] = (byte) (value >> 8);
      out[3 * i + 2] = (byte) value;
    }
    return out;
  }

  @Test
  void shouldReadFilesThatKeepEveryPixelAsTheyWereWritten() throws RejectedFrameException {
    // Given
    BufferedImage gradient = Frames.gradient(24, 24, BufferedImage.TYPE_INT_RGB);
    BufferedImage noise = Frames.noise(37, 23, BufferedImage.TYPE_3BYTE_BGR);
    BufferedImage palette = Frames.noise(37, 23, BufferedImage.TYPE_BYTE_INDEXED);
    ImageShape odd = new ImageShape(37, 23, 3);

    // When, Then
    assertThat(decode(PixelFormat.WEBP, Frames.webp(), new ImageShape(24, 24, 3)))
        .isEqualTo(rgb(gradient));
    assertThat(decode(PixelFormat.BMP, Frames.bmp(noise), odd)).isEqualTo(rgb(noise));
    assertThat(decode(PixelFormat.BMP, Frames.bmp(palette), odd)).isEqualTo(rgb(palette));
    assertThat(decode(PixelFormat.TIFF, Frames.tiff(noise), odd)).isEqualTo(rgb(noise));
    assertThat(decode(PixelFormat.TIFF, Frames.tiff(palette), odd)).isEqualTo(rgb(palette));
  }

  @Test
  void shouldReadGrayAndOneBitAndSixteenBitTiff() throws RejectedFrameException {
    // Given
    BufferedImage gray = new BufferedImage(5, 3, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage bits = new BufferedImage(5, 3, BufferedImage.TYPE_BYTE_BINARY);
    BufferedImage sixteen = new BufferedImage(5, 3, BufferedImage.TYPE_USHORT_GRAY);
    short[] deep = ((DataBufferUShort) sixteen.getRaster().getDataBuffer()).getData();
    byte[] grays = new byte[15];
    byte[] blackOrWhite = new byte[15];
    byte[] rounded = new byte[15];
    for (int i = 0; i < 15; i++) {
      gray.getRaster().setSample(i % 5, i / 5, 0, 17 * i);
      bits.getRaster().setSample(i % 5, i / 5, 0, i % 2);
      deep[i] = (short) (4_000 * i + 123);
      grays[i] = (byte) (17 * i);
      blackOrWhite[i] = (byte) (i % 2 == 0 ? 0 : 255);
      rounded[i] = (byte) Math.round((4_000 * i + 123) * 255 / 65_535.0);
    }
    ImageShape shape = new ImageShape(5, 3, 1);

    // When, Then
    assertThat(decode(PixelFormat.TIFF, Frames.tiff(gray), shape)).isEqualTo(grays);
    assertThat(decode(PixelFormat.TIFF, Frames.tiff(bits), shape)).isEqualTo(blackOrWhite);
    assertThat(decode(PixelFormat.TIFF, Frames.tiff(sixteen), shape)).isEqualTo(rounded);
  }

  @Test
  void shouldReadColoursOfSixteenBits() throws RejectedFrameException {
    // Given
    int[] depths = {16, 16, 16};
    ColorModel colours =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            depths,
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    BufferedImage image =
        new BufferedImage(colours, colours.createCompatibleWritableRaster(7, 4), false, null);
    byte[] expected = new byte[7 * 4 * 3];
    for (int i = 0; i < expected.length; i++) {
      int sample = 700 * i + 55;
      image.getRaster().setSample(i / 3 % 7, i / 21, i % 3, sample);
      expected[i] = (byte) Math.round(sample * 255 / 65_535.0);
    }

    // When
    byte[] read = decode(PixelFormat.TIFF, Frames.tiff(image), new ImageShape(7, 4, 3));

    // Then the lower eight bits are cut, not rounded
    for (int i = 0; i < expected.length; i++) {
      assertThat(read[i] & 0xFF).isCloseTo(expected[i] & 0xFF, within(1));
    }
  }

  @Test
  void shouldRefuseSamplesOfMoreBits() {
    // Given
    byte[] tiff = tiff(Frames.gradient(8, 8, BufferedImage.TYPE_INT_RGB), 1);
    ByteBuffer file = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
    int entries = file.getInt(4) + 2;
    file.putInt(entries + 2 * 12 + 8, 32); // bits a sample
    file.putInt(entries + 7 * 12 + 8, 1); // samples a pixel
    file.putInt(entries + 4 * 12 + 8, 1); // black is zero

    // When
    RejectedFrameException refused = refusal(PixelFormat.TIFF, tiff);

    // Then
    assertThat(refused).isNotNull();
    assertThat(refused).hasMessageContaining("the TIFF has no header that can be read");
  }

  @ParameterizedTest
  @EnumSource(names = {"WEBP", "BMP", "TIFF"})
  void shouldRefuseEveryCutOfAFile(PixelFormat format) {
    // Given
    byte[] file = Frames.fileOf(format);

    for (int length = 16; length < file.length - 2; length += 1 + length / 60) {
      // When
      RejectedFrameException refused = refusal(format, Arrays.copyOf(file, length));

      // Then
      assertThat(refused).as("%d of %d bytes", length, file.length).isNotNull();
      assertThat(refused.getMessage()).doesNotContain("null").isNotBlank();
    }
  }

  @Test
  void shouldRefuseLargeSizesBeforeAnythingIsDecoded() {
    // Given
    byte[] bmp = Frames.fileOf(PixelFormat.BMP);
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 65_000).putInt(22, 65_000);

    // When
    RejectedFrameException refused = refusal(PixelFormat.BMP, bmp);

    // Then
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isIn(Reason.TOO_LARGE, Reason.CORRUPT);
  }

  // -- orientation -----------------------------------------------------------------------------

  /** Turns a picture by a quarter, clockwise. */
  private static BufferedImage quarter(BufferedImage image) {
    int height = image.getHeight();
    BufferedImage out = new BufferedImage(height, image.getWidth(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        out.setRGB(height - 1 - y, x, image.getRGB(x, y));
      }
    }
    return out;
  }

  private static BufferedImage mirrored(BufferedImage image) {
    BufferedImage out =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        out.setRGB(image.getWidth() - 1 - x, y, image.getRGB(x, y));
      }
    }
    return out;
  }

  /** The upright picture as EXIF defines it, by turns and mirrors one after the other. */
  private static BufferedImage upright(BufferedImage stored, int orientation) {
    return switch (orientation) {
      case 2 -> mirrored(stored);
      case 3 -> quarter(quarter(stored));
      case 4 -> mirrored(quarter(quarter(stored)));
      case 5 -> mirrored(quarter(stored));
      case 6 -> quarter(stored);
      case 7 -> quarter(mirrored(stored));
      case 8 -> quarter(quarter(quarter(stored)));
      default -> stored;
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldStandUprightAsExifSays(int orientation) throws Exception {
    // Given
    BufferedImage stored = Frames.gradient(40, 24, BufferedImage.TYPE_INT_RGB);
    byte[] plain = Frames.jpeg(stored);
    byte[] png = Frames.png(stored);
    byte[] exif = Frames.exif(orientation, orientation % 2 == 0);
    byte[] turnedPng =
        Frames.join(
            Arrays.copyOf(png, 33),
            Frames.chunk("eXIf", exif),
            Arrays.copyOfRange(png, 33, png.length));
    BufferedImage expected = upright(stored, orientation);
    BufferedImage webpExpected =
        upright(Frames.gradient(24, 24, BufferedImage.TYPE_INT_RGB), orientation);
    BufferedImage asJpeg = upright(ImageIO.read(new ByteArrayInputStream(plain)), orientation);
    ImageShape shape = new ImageShape(expected.getWidth(), expected.getHeight(), 3);

    // When
    byte[] jpeg = decode(PixelFormat.JPEG, Frames.withExif(plain, exif), shape);
    byte[] turned = decode(PixelFormat.PNG, turnedPng, shape);
    byte[] tiff = decode(PixelFormat.TIFF, tiff(stored, orientation), shape);
    byte[] webp =
        decode(PixelFormat.WEBP, withExifChunk(Frames.webp(), exif), new ImageShape(24, 24, 3));

    // Then
    assertThat(rms(jpeg, rgb(asJpeg))).isLessThan(0.5);
    assertThat(turned).isEqualTo(rgb(expected));
    assertThat(tiff).isEqualTo(rgb(expected));
    assertThat(webp).isEqualTo(rgb(webpExpected));
  }

  /** A TIFF file without compression and with an orientation. */
  private static byte[] tiff(BufferedImage image, int orientation) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[][] tags = {
      {256, width},
      {257, height},
      {258, 8},
      {259, 1},
      {262, 2},
      {273, 8},
      {274, orientation},
      {277, 3},
      {278, height},
      {279, width * height * 3}
    };
    int directory = 8 + width * height * 3;
    ByteBuffer file = ByteBuffer.allocate(directory + 6 + 12 * tags.length);
    file.order(ByteOrder.LITTLE_ENDIAN).put((byte) 'I').put((byte) 'I').putShort((short) 42);
    file.putInt(directory).put(rgb(image)).putShort((short) tags.length);
    for (int[] tag : tags) {
      int type = tag[0] == 274 ? 3 : 4; // a short number, and a long one
      file.putShort((short) tag[0]).putShort((short) type).putInt(1).putInt(tag[1]);
    }
    return file.array();
  }

  /** The same WebP file in the extended layout, with EXIF data of an even length behind it. */
  private static byte[] withExifChunk(byte[] webp, byte[] exif) {
    ByteBuffer file =
        ByteBuffer.allocate(webp.length + 18 + 8 + exif.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(webp, 0, 12).put("VP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10);
    file.putInt(8); // has EXIF data
    file.put(new byte[] {23, 0, 0, 23, 0, 0}); // width and height less one
    file.put(webp, 12, webp.length - 12).put("EXIF".getBytes(StandardCharsets.US_ASCII));
    file.putInt(exif.length).put(exif).putInt(4, file.capacity() - 8);
    return file.array();
  }

  @Test
  void shouldTakeOddExifDataForUpright() throws RejectedFrameException {
    // Given
    byte[] plain = Frames.jpeg(24, 16);
    ImageShape shape = new ImageShape(24, 16, 3);
    byte[] upright = decode(PixelFormat.JPEG, plain, shape);
    SplittableRandom random = new SplittableRandom(5);

    for (int i = 0; i < 300; i++) {
      byte[] exif = new byte[random.nextInt(40)];
      random.nextBytes(exif);
      if (exif.length > 4 && random.nextBoolean()) {
        exif[0] = 'I';
        exif[1] = 'I';
        Arrays.fill(exif, 4, Math.min(8, exif.length), (byte) random.nextInt(2));
      }
      // When, Then
      assertThat(decode(PixelFormat.JPEG, Frames.withExif(plain, exif), shape)).isEqualTo(upright);
    }
    assertThat(decode(PixelFormat.JPEG, Frames.withExif(plain, Frames.exif(9, true)), shape))
        .isEqualTo(upright);
  }

  // -- reduced decoding ------------------------------------------------------------------------

  private static double rms(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (a[i] & 0xFF) - (b[i] & 0xFF);
      sum += d * d;
    }
    return Math.sqrt(sum / a.length);
  }

  /** A picture with surfaces, sharp edges in all directions, fine stripes and noise. */
  private static BufferedImage detailed(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    SplittableRandom random = new SplittableRandom(3);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double u = (double) x / width;
        double v = (double) y / height;
        double level = 110 + 50 * Math.sin(4 * u + 7 * v);
        level = Math.abs(v - 0.3 - 0.4 * u) < 0.03 ? 30 : level;
        level = Math.hypot(u - 0.7, v - 0.35) < 0.12 ? 230 : level;
        level += v > 0.75 ? 20 * Math.signum(Math.sin(0.9 * x + 0.3 * y)) : 0;
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double noisy = level * (0.8 + 0.1 * c) + 4 * random.nextGaussian();
          rgb = rgb << 8 | (int) Math.max(0, Math.min(255, noisy));
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  @ParameterizedTest
  @CsvSource({
    "640,480,64,64",
    "1280,720,64,64",
    "1920,1080,64,64",
    "1366,768,64,64",
    "1001,999,96,64",
    "300,200,64,64",
    "1920,1080,128,128",
    "1080,1920,64,64",
  })
  void shouldStayNearFullDecoding(int width, int height, int toWidth, int toHeight)
      throws Exception {
    // Given
    byte[] file = Frames.jpeg(detailed(width, height));
    ImageShape target = new ImageShape(toWidth, toHeight, 3);
    byte[] pixels = rgb(ImageIO.read(new ByteArrayInputStream(file)));
    byte[] full = new byte[target.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, target)
        .decode(Frames.of(PixelFormat.RGB8, width, height, pixels), full, 0);

    // When
    byte[] reduced = decode(PixelFormat.JPEG, file, target);

    // Then
    assertThat(rms(reduced, full)).isLessThan(1.5);
  }

  @Test
  void shouldReadTheBrightnessOfAColourFileForAGrayModel() throws Exception {
    // Given
    byte[] file = Frames.jpeg(detailed(64, 48));
    byte[] pixels = rgb(ImageIO.read(new ByteArrayInputStream(file)));
    byte[] luma = new byte[64 * 48];
    for (int i = 0; i < luma.length; i++) {
      luma[i] =
          (byte) Luma.of(pixels[3 * i] & 0xFF, pixels[3 * i + 1] & 0xFF, pixels[3 * i + 2] & 0xFF);
    }

    // When
    byte[] gray = decode(PixelFormat.JPEG, file, new ImageShape(64, 48, 1));

    // Then
    assertThat(rms(gray, luma)).isLessThan(1);
  }

  @Test
  void shouldRefuseAProgressiveFileWithManyScans() throws IOException {
    // Given a file whose last scan comes again and again
    byte[] file = Frames.progressiveJpeg(Frames.gradient(32, 32, BufferedImage.TYPE_INT_RGB));

    // When
    RejectedFrameException refused = refusal(PixelFormat.JPEG, withLastScanAgain(file, 120));

    // Then
    assertThat(refusal(PixelFormat.JPEG, file)).isNull();
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(refused).hasMessageContaining("scans of 32x32 pixels (at most 100)");
  }

  /** A picture of 50 million pixels and 200 kB with 99 scans once took 2.3 s. */
  @Test
  void shouldBoundTheScansOfALargeFileByItsPixels() throws IOException {
    // Given the largest picture that these limits allow
    FrameLimits limits = new FrameLimits(1 << 20, 64, 32 * 32);
    byte[] file = Frames.progressiveJpeg(Frames.gradient(32, 32, BufferedImage.TYPE_INT_RGB));
    byte[] many = withLastScanAgain(file, FrameDecoder.MOST_SCANS_OF_LARGEST);

    // When
    RejectedFrameException refused =
        catchThrowableOfType(
            RejectedFrameException.class,
            () ->
                new FrameDecoder(limits, new ImageShape(32, 32, 3))
                    .decode(Frames.file(PixelFormat.JPEG, many), new byte[32 * 32 * 3], 0));

    // Then
    assertThat(refusal(PixelFormat.JPEG, many).reason())
        .as("with larger limits the decoder sees that a scan comes twice")
        .isEqualTo(Reason.CORRUPT);
    assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(refused).hasMessageContaining("scans of 32x32 pixels (at most 16)");
  }

  private static byte[] withLastScanAgain(byte[] file, int times) {
    int last = file.length - 2;
    while ((file[last] & 0xFF) != 0xFF || (file[last + 1] & 0xFF) != 0xDA) {
      last--;
    }
    byte[] scan = Arrays.copyOfRange(file, last, file.length - 2);
    byte[] many = file.clone();
    for (int i = 0; i < times; i++) {
      many =
          Frames.join(
              Arrays.copyOf(many, many.length - 2), scan, new byte[] {(byte) 0xFF, (byte) 0xD9});
    }
    return many;
  }
}
