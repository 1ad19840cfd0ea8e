package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.testing.MovedPictures;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorrectedRegionTest {
  private static final ImageShape FRAME = new ImageShape(320, 240, 1);
  private static final double ASPECT = 320.0 / 240;
  private static final ImageShape PICTURE = new ImageShape(64, 64, 1);

  /** 160 by 160 pixels of the frame. */
  private static final CorrectedRegion REGION = new CorrectedRegion(0.3, 0.2, 0.5, 2.0 / 3, 0);

  /** A frame of smooth noise, seen by a camera that has moved about a point. */
  private static byte[] frame(double x, double y, double degrees, double scale) {
    byte[] lattice = new byte[34 * 34];
    new Random(5).nextBytes(lattice);
    ImageShape shape = new ImageShape(34, 34, 1);
    double cosine = Math.cos(Math.toRadians(degrees)) / scale;
    double sine = Math.sin(Math.toRadians(degrees)) / scale;
    byte[] pixels = new byte[FRAME.size()];
    for (int i = 0; i < pixels.length; i++) {
      double right = i % 320 + 0.5 - 100 - x;
      double down = i / 320 + 0.5 - 150 - y;
      double u = cosine * right + sine * down + 100;
      double v = cosine * down - sine * right + 150;
      pixels[i] = (byte) Math.round(MovedPictures.bilinear(lattice, shape, u / 12, v / 12, 0));
    }
    return pixels;
  }

  /** The picture of a region: the frame turned clockwise about its centre, cut and shrunk. */
  private static byte[] picture(byte[] frame, CorrectedRegion region) {
    double cosine = Math.cos(Math.toRadians(region.rotation()));
    double sine = Math.sin(Math.toRadians(region.rotation()));
    byte[] pixels = new byte[PICTURE.size()];
    for (int i = 0; i < pixels.length; i++) {
      double sum = 0;
      for (int part = 0; part < 16; part++) {
        double across = (i % 64 + (part % 4 + 0.5) / 4) / 64;
        double along = (i / 64 + (part / 4 + 0.5) / 4) / 64;
        double x = (region.left() + across * region.width() - 0.5) * 320;
        double y = (region.top() + along * region.height() - 0.5) * 240;
        sum +=
            MovedPictures.bilinear(
                frame, FRAME, cosine * x + sine * y + 159.5, cosine * y - sine * x + 119.5, 0);
      }
      pixels[i] = (byte) Math.round(sum / 16);
    }
    return pixels;
  }

  private static double difference(byte[] one, byte[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.abs((one[i] & 0xFF) - (other[i] & 0xFF));
    }
    return sum / one.length;
  }

  @ParameterizedTest
  @CsvSource({
    "5, 0, 0, 1, 0",
    "0, -6, 0, 1, 0",
    "0, 0, 3, 1, 0",
    "0, 0, -2, 1, 30",
    "0, 0, 0, 1.05, 0",
    "4, -3, 2, 0.97, -10"
  })
  void showsTheSameSceneAgain(double x, double y, double degrees, double scale, double rotation) {
    // Given
    CorrectedRegion region =
        new CorrectedRegion(REGION.left(), REGION.top(), REGION.width(), REGION.height(), rotation);
    byte[] before = picture(frame(0, 0, 0, 1), region);
    byte[] moved = frame(x, y, degrees, scale);
    float[] reference = new float[before.length];
    for (int i = 0; i < before.length; i++) {
      reference[i] = before[i] & 0xFF;
    }
    CameraRegistration registration = new CameraRegistration(PICTURE, reference);
    CameraMotion motion = registration.estimate(picture(moved, region), 0);
    // When
    CorrectedRegion corrected = region.after(motion, ASPECT);
    // Then
    byte[] after = picture(moved, corrected);
    assertThat(difference(before, after)).isLessThan(4);
    assertThat(difference(before, picture(moved, region)))
        .isGreaterThan(2.5 * difference(before, after));
    CameraMotion rest = registration.estimate(after, 0);
    assertThat(rest.right()).isCloseTo(0, within(0.005f));
    assertThat(rest.down()).isCloseTo(0, within(0.005f));
    assertThat(rest.degrees()).isCloseTo(0, within(0.3f));
    assertThat(rest.scale()).isCloseTo(1, within(0.01f));
    assertThat(corrected.rotation()).isCloseTo(rotation - degrees, within(0.3));
    assertThat(corrected.width()).isCloseTo(scale * REGION.width(), within(0.005));
  }

  @Test
  void knowsWhetherTheFrameStillShowsIt() {
    assertThat(REGION.isInside()).isTrue();
    assertThat(REGION.after(new CameraMotion(0.3f, 0, 0, 1), ASPECT).isInside()).isTrue();
    assertThat(REGION.after(new CameraMotion(0.5f, 0, 0, 1), ASPECT).isInside()).isFalse();
    assertThat(REGION.after(new CameraMotion(0, -0.5f, 0, 1), ASPECT).isInside()).isFalse();
    assertThat(REGION.after(CameraMotion.NONE, ASPECT).left())
        .isCloseTo(REGION.left(), within(1e-12));
  }

  @Test
  void turnsOnWithinOneTurn() {
    CorrectedRegion region = new CorrectedRegion(0.2, 0.2, 0.5, 0.5, -179);
    assertThat(region.after(new CameraMotion(0, 0, 3, 1), ASPECT).rotation())
        .isCloseTo(178, within(1e-9));
  }

  @Test
  void refusesWhatIsNoRegion() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CorrectedRegion(0, 0, 0, 1, 0))
        .withMessageContaining("sides above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CorrectedRegion(Double.NaN, 0, 1, 1, 0));
  }
}
