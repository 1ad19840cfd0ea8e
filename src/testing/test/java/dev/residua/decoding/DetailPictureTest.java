package dev.residua.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DetailPictureTest {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final ImageShape MODEL = new ImageShape(32, 32, 3);
  private static final ImageShape DETAILS = new ImageShape(128, 96, 1);
  private static final FrameGeometry RIGHT_HALF =
      new FrameGeometry(
          FrameGeometry.Region.parse("0.5,0,0.5,1"),
          0,
          FrameGeometry.parseMask("0.51,0.51 1,0.51 1,1 0.51,1"),
          FrameGeometry.Aspect.STRETCH);

  private static BufferedImage picture() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int red = (int) (128 + 60 * Math.sin(x / 17.0) + 50 * Math.cos(y / 13.0));
        int green = (int) (128 + 70 * Math.cos(x / 29.0 + y / 23.0));
        image.setRGB(x, y, red << 16 | green << 8 | (x + y) % 200);
      }
    }
    return image;
  }

  private static Frame frame(PixelFormat format) throws IOException {
    byte[] data;
    if (format == PixelFormat.RGB8) {
      data = new byte[WIDTH * HEIGHT * 3];
      BufferedImage image = picture();
      for (int i = 0; i < WIDTH * HEIGHT; i++) {
        int rgb = image.getRGB(i % WIDTH, i / WIDTH);
        data[3 * i] = (byte) (rgb >> 16);
        data[3 * i + 1] = (byte) (rgb >> 8);
        data[3 * i + 2] = (byte) rgb;
      }
      return new Frame("a", 0, Instant.EPOCH, WIDTH, HEIGHT, format, data, Map.of());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture(), format.name(), out);
    return new Frame("a", 0, Instant.EPOCH, 0, 0, format, out.toByteArray(), Map.of());
  }

  /**
   * Root mean square of the difference to the average luma of the area of each pixel.
   *
   * @param left first column of the picture that is shown; all columns from there are
   */
  private static double deviation(FrameDecoder decoder, ImageShape shape, int left) {
    byte[] details = decoder.details();
    BufferedImage image = picture();
    int across = (WIDTH - left) / shape.width();
    int down = HEIGHT / shape.height();
    double squares = 0;
    for (int i = 0; i < details.length; i++) {
      double sum = 0;
      if (decoder.detailMask().covers(i)) {
        continue;
      }
      for (int k = 0; k < across * down; k++) {
        int x = left + i % shape.width() * across + k % across;
        int y = i / shape.width() * down + k / across;
        int rgb = image.getRGB(x, y);
        sum += Luma.of(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
      }
      squares += Math.pow((details[i] & 0xFF) - sum / (across * down), 2);
    }
    return Math.sqrt(squares / details.length);
  }

  @ParameterizedTest
  @EnumSource(names = {"RGB8", "PNG", "JPEG"})
  void shouldAverageTheWholePicture(PixelFormat format) throws Exception {
    // Given
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, MODEL, DETAILS);
    byte[] pixels = new byte[MODEL.size()];
    // When
    decoder.decode(frame(format), pixels, 0);
    // Then: rounding alone, or with the bound of reduced JPEG decoding, which quality 75 adds to
    assertThat(deviation(decoder, DETAILS, 0)).isLessThan(format == PixelFormat.JPEG ? 1.5 : 0.5);
    assertThat(decoder.detailMask()).isEqualTo(PixelMask.NONE);
  }

  @ParameterizedTest
  @EnumSource(names = {"RGB8", "PNG"})
  void shouldNotChangeThePictureOfTheModel(PixelFormat format) throws Exception {
    byte[] with = new byte[MODEL.size()];
    byte[] without = new byte[MODEL.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, MODEL, DETAILS).decode(frame(format), with, 0);
    new FrameDecoder(FrameLimits.DEFAULTS, MODEL).decode(frame(format), without, 0);
    assertThat(with).isEqualTo(without);
  }

  @Test
  void shouldReadTheSameRegionAndMask() throws IOException, RejectedFrameException {
    // Given
    ImageShape shape = new ImageShape(64, 96, 1);
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, MODEL, shape);
    byte[] pixels = new byte[MODEL.size()];
    // When
    PixelMask mask = decoder.decode(frame(PixelFormat.RGB8), RIGHT_HALF, pixels, 0);
    // Then the mask is the lower right quarter of the region in both
    assertThat(mask.count()).isEqualTo(16 * 16);
    assertThat(decoder.detailMask().count()).isEqualTo(32 * 48);
    assertThat(decoder.detailMask().covers(48 * 64 + 32)).isTrue();
    assertThat(decoder.detailMask().covers(48 * 64 + 31)).isFalse();
    assertThat(deviation(decoder, shape, WIDTH / 2)).isLessThan(0.5);
  }
}
