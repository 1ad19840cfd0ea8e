package dev.residua.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.CameraMotion;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameGeometryDecodingTest {
  private static final int WIDTH = 360;
  private static final int HEIGHT = 200;
  private static final ImageShape TARGET = new ImageShape(32, 24, 3);

  /** A smooth scene: grey level at a point of the picture, in pixels. */
  private static double scene(double x, double y, int channel) {
    return 128
        + 55 * Math.sin(x / (17 + 3 * channel) + 0.4)
        + 50 * Math.cos(y / 13 + x / 71 + channel);
  }

  private static byte[] picture() {
    byte[] pixels = new byte[WIDTH * HEIGHT * 3];
    for (int y = 0, at = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        for (int c = 0; c < 3; c++) {
          pixels[at++] = (byte) Math.round(scene(x + 0.5, y + 0.5, c));
        }
      }
    }
    return pixels;
  }

  private static Frame frame(PixelFormat format, byte[] data) {
    boolean file = format == PixelFormat.JPEG;
    return new Frame(
        "a", 0, Instant.EPOCH, file ? 0 : WIDTH, file ? 0 : HEIGHT, format, data, Map.of());
  }

  private static Frame frame() {
    return frame(PixelFormat.RGB8, picture());
  }

  private static byte[] decode(Frame frame, FrameGeometry geometry) throws RejectedFrameException {
    byte[] into = new byte[TARGET.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, TARGET).decode(frame, geometry, into, 0);
    return into;
  }

  private static PixelMask mask(FrameGeometry geometry, ImageShape target)
      throws RejectedFrameException {
    return new FrameDecoder(FrameLimits.DEFAULTS, target)
        .decode(frame(), geometry, new byte[target.size()], 0);
  }

  /**
   * The slow twin: the mean of the scene over what each pixel covers, from 16x16 points that are
   * turned and placed one by one.
   */
  private static double[] expected(Region region, double rotation) {
    double w = region.width() * WIDTH;
    double h = region.height() * HEIGHT;
    int turns = (int) Math.round(rotation / 90);
    double fine = Math.toRadians(rotation - 90.0 * turns);
    double[] means = new double[TARGET.size()];
    for (int row = 0, at = 0; row < TARGET.height(); row++) {
      for (int column = 0; column < TARGET.width(); column++) {
        for (int c = 0; c < 3; c++, at++) {
          for (int k = 0; k < 256; k++) {
            double x = (column + (k % 16 + 0.5) / 16) / TARGET.width() - 0.5;
            double y = (row + (k / 16 + 0.5) / 16) / TARGET.height() - 0.5;
            for (int t = 0; t < turns; t++) { // what lies at x,y was there before a quarter turn
              double before = y;
              y = -x;
              x = before;
            }
            double u = x * w;
            double v = y * h;
            means[at] +=
                scene(
                        (region.left() + region.width() / 2) * WIDTH
                            + u * Math.cos(fine)
                            + v * Math.sin(fine),
                        (region.top() + region.height() / 2) * HEIGHT
                            + v * Math.cos(fine)
                            - u * Math.sin(fine),
                        c)
                    / 256;
          }
        }
      }
    }
    return means;
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,1,1, 0, 1",
    "0.1,0.2,0.5,0.6, 0, 1",
    "0.61,0.13,0.31,0.77, 90, 1",
    "0.2,0.1,0.55,0.7, 180, 1",
    "0.2,0.1,0.55,0.7, 270, 1",
    "0.3,0.3,0.4,0.4, 2, 2.5",
    "0.3,0.3,0.4,0.4, 355, 2.5",
    "0.3,0.3,0.4,0.4, 95, 2.5",
    "0.4,0.4,0.06,0.1, 0, 1.5",
    "0.4,0.4,0.06,0.1, 30, 2.5",
  })
  void readsTheRegionThatAPersonNamed(
      double left, double top, double width, double height, double rotation, double tolerance)
      throws RejectedFrameException {
    Region region = new Region(left, top, width, height);
    byte[] actual = decode(frame(), new FrameGeometry(region, rotation, List.of(), Aspect.STRETCH));
    double[] expected = expected(region, rotation);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) (actual[i] & 0xFF))
          .as("value %d", i)
          .isCloseTo(expected[i], within(tolerance));
    }
  }

  @Test
  void readsTheSameRegionOfAJpegThatIsDecodedReduced() throws Exception {
    FrameGeometry geometry =
        new FrameGeometry(new Region(0.05, 0.05, 0.9, 0.9), 0, List.of(), Aspect.STRETCH);
    byte[] raw = decode(frame(), geometry);
    byte[] jpeg = decode(frame(PixelFormat.JPEG, jpeg()), geometry);
    double squares = 0;
    for (int i = 0; i < raw.length; i++) {
      squares += Math.pow((raw[i] & 0xFF) - (jpeg[i] & 0xFF), 2);
    }
    assertThat(Math.sqrt(squares / raw.length)).isLessThan(2);
  }

  private static byte[] jpeg() throws IOException {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    byte[] pixels = picture();
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      image.setRGB(
          i % WIDTH,
          i / WIDTH,
          (pixels[3 * i] & 0xFF) << 16
              | (pixels[3 * i + 1] & 0xFF) << 8
              | (pixels[3 * i + 2] & 0xFF));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", out);
    return out.toByteArray();
  }

  /** A change under the mask changes nothing that the model reads. */
  @ParameterizedTest
  @CsvSource({
    "0.1,0.1,0.8,0.8, 0, stretch",
    "0.1,0.1,0.8,0.8, 90, letterbox",
    "0.2,0.2,0.6,0.6, 3, stretch",
    "0.45,0.45,0.05,0.05, 0, stretch",
    "0,0,1,1, 0, stretch",
  })
  void readsNothingUnderTheMask(
      double left, double top, double width, double height, double rotation, String aspect)
      throws RejectedFrameException {
    Region region = new Region(left, top, width, height);
    FrameGeometry geometry =
        new FrameGeometry(
            region,
            rotation,
            FrameGeometry.parseMask("0.2,0.2 0.5,0.3 0.4,0.6; 0.7,0.7 1,0.7 1,1 0.7,1"),
            Aspect.parse(aspect));
    byte[] changed = picture();
    Random random = new Random(3);
    double angle = Math.toRadians(geometry.fineRotation());
    int count = 0;
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        double u = x + 0.5 - (left + width / 2) * WIDTH;
        double v = y + 0.5 - (top + height / 2) * HEIGHT;
        double inX = (u * Math.cos(angle) - v * Math.sin(angle)) / (width * WIDTH) + 0.5;
        double inY = (u * Math.sin(angle) + v * Math.cos(angle)) / (height * HEIGHT) + 0.5;
        if (geometry.mask().stream().anyMatch(polygon -> polygon.toPath().contains(inX, inY))) {
          for (int c = 0; c < 3; c++) {
            changed[(y * WIDTH + x) * 3 + c] = (byte) random.nextInt(256);
          }
          count++;
        }
      }
    }
    assertThat(count).isPositive();
    assertThat(decode(frame(PixelFormat.RGB8, changed), geometry))
        .isEqualTo(decode(frame(), geometry));
  }

  @Test
  void masksNoMoreThanThePixelsAroundThePolygon() throws RejectedFrameException {
    FrameGeometry geometry =
        FrameGeometry.WHOLE.withMask(FrameGeometry.parseMask("0,0 0.5,0 0.5,1 0,1"));
    PixelMask mask = mask(geometry, TARGET);
    assertThat(mask.count()).isEqualTo(17 * 24); // one column of pixels touches the edge
    assertThat(mask.covers(16)).isTrue();
    assertThat(mask.covers(17)).isFalse();
  }

  @Test
  void keepsTheAspectRatioInALetterbox() throws RejectedFrameException {
    FrameGeometry geometry = FrameGeometry.WHOLE.withAspect(Aspect.LETTERBOX);
    PixelMask mask = mask(geometry, new ImageShape(36, 36, 1));
    assertThat(mask.count()).isEqualTo(36 * (36 - 20)); // 360x200 becomes 36x20
    assertThat(mask.covers(7 * 36)).isTrue();
    assertThat(mask.covers(8 * 36)).isFalse();
    PixelMask turned = mask(geometry.withRotation(90), new ImageShape(36, 36, 1));
    assertThat(turned.count()).isEqualTo(mask.count());
    assertThat(turned.covers(7)).isTrue();
    assertThat(turned.covers(8)).isFalse();
  }

  @Test
  void masksWhatLiesOutsideThePicture() throws RejectedFrameException {
    FrameGeometry geometry = FrameGeometry.WHOLE.withRegion(new Region(0.125, -0.25, 1, 1));
    PixelMask mask = mask(geometry, TARGET);
    assertThat(mask.count()).isEqualTo(6 * 32 + 4 * 18);
    assertThat(mask.covers(0)).isTrue();
    assertThat(mask.covers(6 * 32)).isFalse();
    assertThat(mask.covers(6 * 32 + 28)).isTrue();
  }

  @Test
  void fillsMaskedPixelsWithGray() throws RejectedFrameException {
    byte[] pixels =
        decode(frame(), FrameGeometry.WHOLE.withMask(FrameGeometry.parseMask("0,0 1,0 0,1")));
    assertThat(pixels[0] & 0xFF).isEqualTo(128);
    assertThat(pixels[pixels.length - 1] & 0xFF).isNotEqualTo(128);
  }

  @Test
  void refusesAMaskThatLeavesHardlyAnything() {
    assertThatThrownBy(
            () ->
                decode(
                    frame(),
                    FrameGeometry.WHOLE.withMask(FrameGeometry.parseMask("0,0 1,0 1,1 0,1"))))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessage("the mask leaves 0.0 % of the region, expected at least 5 %");
  }

  /**
   * A camera moves so that the picture of a geometry moves as stated. The corrected geometry shows
   * again what the first one showed. The oracle is the scene, drawn again for the moved camera.
   */
  @ParameterizedTest
  @CsvSource({
    "0.3,0.3,0.4,0.4, 0, STRETCH, 0.03, -0.02, 0, 1",
    "0.3,0.3,0.4,0.4, 0, STRETCH, 0, 0, 2, 1",
    "0.3,0.3,0.4,0.4, 0, STRETCH, 0.03, 0.02, -2, 1.05",
    "0.3,0.3,0.4,0.4, 90, STRETCH, 0.03, 0.01, 2, 0.97",
    "0.3,0.3,0.4,0.4, 181, STRETCH, -0.03, 0.02, 1, 1",
    "0.3,0.3,0.4,0.4, 270, STRETCH, 0.03, 0.02, 3, 1.03",
    "0.3,0.35,0.4,0.2, 0, LETTERBOX, 0.03, 0.03, 2, 1",
    "0.4,0.3,0.15,0.4, 0, LETTERBOX, 0.03, -0.03, 0, 1",
    "0.3,0.35,0.4,0.2, 90, LETTERBOX, 0.03, 0.02, 0, 1",
  })
  void showsTheSameSceneAfterTheCameraHasMoved(
      double left,
      double top,
      double width,
      double height,
      double rotation,
      Aspect aspect,
      float right,
      float lower,
      float degrees,
      float scale)
      throws RejectedFrameException {
    FrameGeometry geometry =
        new FrameGeometry(new Region(left, top, width, height), rotation, List.of(), aspect);
    boolean turned = geometry.quarterTurns() % 2 == 1;
    double across = turned ? height * HEIGHT : width * WIDTH; // of the picture, in pixels
    double down = turned ? width * WIDTH : height * HEIGHT;
    double contentDown = down;
    double target = (double) TARGET.width() / TARGET.height();
    if (aspect == Aspect.LETTERBOX) {
      down = Math.max(down, across / target);
      across = Math.max(across, contentDown * target);
    }
    double centreX = (left + width / 2) * WIDTH;
    double centreY = (top + height / 2) * HEIGHT;
    byte[] moved = new byte[WIDTH * HEIGHT * 3];
    for (int y = 0, at = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        // into the picture, back by the motion, and into the frame again
        double[] p = turn(x + 0.5 - centreX, y + 0.5 - centreY, rotation);
        double[] before =
            turn((p[0] - right * across) / scale, (p[1] - lower * down) / scale, -degrees);
        double[] s = turn(before[0], before[1], -rotation);
        for (int c = 0; c < 3; c++) {
          moved[at++] = (byte) Math.round(scene(centreX + s[0], centreY + s[1], c));
        }
      }
    }
    byte[] first = decode(frame(), geometry);
    FrameGeometry corrected =
        geometry.after(
            new CameraMotion(right, lower, degrees, scale), (double) WIDTH / HEIGHT, target);
    byte[] again = decode(frame(PixelFormat.RGB8, moved), corrected);
    double uncorrected = meanDifference(first, decode(frame(PixelFormat.RGB8, moved), geometry));
    assertThat(meanDifference(first, again)).isLessThan(1.5).isLessThan(uncorrected / 2);
  }

  private static double[] turn(double x, double y, double degrees) {
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    return new double[] {x * cos - y * sin, x * sin + y * cos};
  }

  private static double meanDifference(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
    }
    return sum / a.length;
  }
}
