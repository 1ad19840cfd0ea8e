package dev.residua.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.testing.Frames;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final int WIDTH = 410; // no multiple of the blocks of a JPEG file
  private static final int HEIGHT = 270;
  private static final ImageShape TARGET = new ImageShape(64, 48, 3);

  /** Farthest that a pixel outside the mask is blackened: rest of a block and one more. */
  private static final int MARGIN = 31;

  private static Frame frame(PixelFormat format, byte[] file) {
    return new Frame("a", 7, Instant.EPOCH, 0, 0, format, file, Map.of("product", "cap"));
  }

  private static BufferedImage white(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return image;
  }

  private static byte[] jpeg(BufferedImage image, float quality) throws Exception {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpg").next();
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(quality);
      writer.write(null, new IIOImage(image, null, null), settings);
      out.flush();
      return bytes.toByteArray();
    } finally {
      writer.dispose();
    }
  }

  private static FrameGeometry mask(String polygons) {
    return FrameGeometry.WHOLE.withMask(FrameGeometry.parseMask(polygons));
  }

  private static Frame redact(Frame frame, FrameGeometry geometry) throws RejectedFrameException {
    return new Redactor(FrameLimits.DEFAULTS, 90).redact(frame, geometry);
  }

  /** A scene with noise in a rectangle. */
  private static BufferedImage scene(Random noise, int left, int top, int right, int bottom) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        boolean hidden = x >= left && x < right && y >= top && y < bottom;
        image.setRGB(
            x,
            y,
            hidden
                ? noise.nextInt(1 << 24)
                : new Color(128 + (int) (100 * Math.sin(x / 9.0)), 3 * y % 256, x % 256).getRGB());
      }
    }
    return image;
  }

  @ParameterizedTest
  @EnumSource(names = {"JPEG", "PNG"})
  void shouldSendTheSameBytesWhateverIsUnderTheMask(PixelFormat format) throws Exception {
    // Given pictures of a camera of low quality, which differ in 100,60 to 200,150 only
    FrameGeometry geometry =
        mask(
            "%s,%s %s,%s %s,%s %s,%s"
                .formatted(
                    100.0 / WIDTH,
                    60.0 / HEIGHT,
                    200.0 / WIDTH,
                    60.0 / HEIGHT,
                    200.0 / WIDTH,
                    150.0 / HEIGHT,
                    100.0 / WIDTH,
                    150.0 / HEIGHT));
    byte[] first = null;
    for (int seed = 0; seed < 20; seed++) {
      BufferedImage image = scene(new Random(seed), 100, 60, 200, 150);
      byte[] file = format == PixelFormat.JPEG ? jpeg(image, 0.2f) : Frames.png(image);

      // When
      Frame redacted = redact(frame(format, file), geometry);

      // Then
      first = first == null ? redacted.data() : first;
      assertThat(redacted.data()).isEqualTo(first);
      assertThat(redacted.format()).isEqualTo(format);
      assertThat(redacted.attributes()).isEqualTo(Map.of("product", "cap"));
      assertThat(redacted.sequence()).isEqualTo(7);
    }
    // And noise that is outside of the margin is seen
    BufferedImage outside = scene(new Random(1), 100 - MARGIN - 2, 60, 200, 150);
    byte[] file = format == PixelFormat.JPEG ? jpeg(outside, 0.2f) : Frames.png(outside);
    assertThat(redact(frame(format, file), geometry).data()).isNotEqualTo(first);
  }

  private static byte[] decoded(Frame frame, FrameGeometry geometry) throws RejectedFrameException {
    byte[] into = new byte[TARGET.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, TARGET).decode(frame, geometry, into, 0);
    return into;
  }

  /** What the decoder masks, which it computes another way, is black. */
  private static void assertBlackUnderMask(Frame stored, FrameGeometry geometry) throws Exception {
    PixelMask masked =
        new FrameDecoder(FrameLimits.DEFAULTS, TARGET)
            .decode(stored, geometry, new byte[TARGET.size()], 0);
    byte[] seen = decoded(redact(stored, geometry), geometry.withMask(List.of()));
    int count = 0;
    for (int pixel = masked.next(0); pixel >= 0; pixel = masked.next(pixel + 1)) {
      count++;
      for (int c = 0; c < 3; c++) {
        assertThat(seen[3 * pixel + c] & 0xFF).as("pixel %d", pixel).isLessThan(8);
      }
    }
    assertThat(count).isPositive();
    // And no more than a margin around it
    int black = 0;
    for (int at = 0; at < seen.length; at += 3) {
      black += (seen[at] & 0xFF) < 128 ? 1 : 0;
    }
    assertThat(black).isLessThan(TARGET.size() / 3);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 2, 30, 44, 90, 100, 180, 250, 271, 359})
  void shouldBlackenTheMaskOfATurnedRegion(double rotation) throws Exception {
    Frame stored = frame(PixelFormat.PNG, Frames.png(white(WIDTH, HEIGHT)));
    for (Aspect aspect : Aspect.values()) {
      FrameGeometry geometry =
          new FrameGeometry(
              new Region(0.25, 0.2, 0.5, 0.6),
              rotation,
              FrameGeometry.parseMask("0.1,0.1 0.3,0.1 0.1,0.3; 0.8,0.7 0.9,0.7 0.9,0.8"),
              Aspect.STRETCH);
      if (aspect == Aspect.STRETCH) {
        assertBlackUnderMask(stored, geometry);
      } else { // bars are masked too, but are no part of the mask that is stored black
        assertThat(redact(stored, geometry.withAspect(aspect)).data())
            .isEqualTo(redact(stored, geometry).data());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldBlackenThePictureThatStandsUpright(int orientation) throws Exception {
    // Given
    byte[] stored =
        Frames.withExif(jpeg(white(WIDTH, HEIGHT), 0.9f), Frames.exif(orientation, true));
    FrameGeometry geometry = mask("0,0 0.15,0 0.15,0.4 0,0.4").withRotation(15);
    geometry = geometry.withRegion(new Region(0.25, 0.25, 0.5, 0.5));

    // When
    Frame redacted = redact(frame(PixelFormat.JPEG, stored), geometry);

    // Then
    assertBlackUnderMask(frame(PixelFormat.JPEG, stored), geometry);
    BufferedImage upright =
        ImageIO.read(new ByteArrayInputStream(redacted.data())); // knows no EXIF data
    assertThat(upright.getWidth()).isEqualTo(orientation > 4 ? HEIGHT : WIDTH);
    assertThat(upright.getHeight()).isEqualTo(orientation > 4 ? WIDTH : HEIGHT);
  }

  @Test
  void shouldKeepAGrayPictureGrayAndALosslessOneExact() throws Exception {
    // Given
    BufferedImage gray = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 0; x < WIDTH; x++) {
      for (int y = 0; y < HEIGHT; y++) {
        gray.getRaster().setSample(x, y, 0, (x + 2 * y) % 256);
      }
    }

    // When
    Frame png = redact(frame(PixelFormat.PNG, Frames.png(gray)), mask("0,0 0.1,0 0,0.1"));
    Frame jpeg = redact(frame(PixelFormat.JPEG, jpeg(gray, 0.9f)), mask("0,0 0.1,0 0,0.1"));

    // Then
    BufferedImage read = ImageIO.read(new ByteArrayInputStream(png.data()));
    assertThat(read.getRaster().getNumBands()).isEqualTo(1);
    assertThat(read.getRaster().getSample(0, 0, 0)).isZero();
    assertThat(read.getRaster().getSample(200, 100, 0)).isEqualTo(400 % 256);
    read = ImageIO.read(new ByteArrayInputStream(jpeg.data()));
    assertThat(read.getRaster().getNumBands()).isEqualTo(1);
    assertThat(read.getRaster().getSample(200, 100, 0)).isBetween(400 % 256 - 6, 400 % 256 + 6);
  }

  @Test
  void shouldRefuseWhatCannotBeDecoded() throws Exception {
    byte[] file = jpeg(white(WIDTH, HEIGHT), 0.9f);
    Frame cut = frame(PixelFormat.JPEG, Arrays.copyOf(file, file.length / 2));
    assertThatThrownBy(() -> redact(cut, mask("0,0 0.1,0 0,0.1")))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessageContaining("cut short");
    assertThatThrownBy(
            () ->
                new Redactor(new FrameLimits(1 << 20, 100, 1 << 20), 90)
                    .redact(frame(PixelFormat.JPEG, file), mask("0,0 0.1,0 0,0.1")))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessageContaining("at most 100 a side");
  }
}
