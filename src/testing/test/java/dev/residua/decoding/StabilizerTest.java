package dev.residua.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.CameraRegistration;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.testing.WallCamera;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class StabilizerTest {
  private static final ImageShape MODEL = new ImageShape(64, 64, 3);
  private static final ImageShape DETAILS = new ImageShape(128, 128, 1);

  /** Sides of the frames against those of the model's picture. */
  private static final int FACTOR = 6;

  private static final int SIDE = FACTOR * MODEL.width();

  /** Leaves a noise of 2 grey levels in the model's picture. */
  private static final double NOISE = 12;

  private static final WallCamera CAMERA = new WallCamera(SIDE, SIDE, 1);

  private final Random random = new Random(2);

  /** A model's picture with the detail picture of the same frame. */
  @SuppressWarnings("ArrayRecordComponent") // read once
  private record Read(byte[] pixels, PixelMask mask, byte[] details, PixelMask detailMask) {}

  private static Read read(Frame frame, FrameGeometry geometry, Stabilizer stabilizer)
      throws RejectedFrameException {
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, MODEL, DETAILS);
    byte[] pixels = new byte[MODEL.size()];
    PixelMask mask = decoder.decode(frame, geometry, stabilizer, pixels, 0);
    return new Read(pixels, mask, decoder.details().clone(), decoder.detailMask());
  }

  private static Read read(Frame frame, FrameGeometry geometry) throws RejectedFrameException {
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, MODEL, DETAILS);
    byte[] pixels = new byte[MODEL.size()];
    PixelMask mask = decoder.decode(frame, geometry, pixels, 0);
    return new Read(pixels, mask, decoder.details().clone(), decoder.detailMask());
  }

  /** Of a model whose mean picture is that of the camera at rest. */
  private static Stabilizer stabilizer(FrameGeometry geometry) throws RejectedFrameException {
    byte[] still = read(CAMERA.take(0, 0, 0, 0), geometry).pixels();
    float[] mean = new float[still.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = still[i] & 0xFF;
    }
    return new Stabilizer(new CameraRegistration(MODEL, mean), PixelMask.NONE);
  }

  /** Root mean square of the difference of what both pictures show, in grey levels. */
  private static double error(
      byte[] a, PixelMask maskA, byte[] b, PixelMask maskB, ImageShape shape) {
    double squares = 0;
    int count = 0;
    for (int i = 0; i < a.length; i++) {
      int pixel = i / shape.channels();
      if (!maskA.covers(pixel) && !maskB.covers(pixel)) {
        squares += Math.pow((a[i] & 0xFF) - (b[i] & 0xFF), 2);
        count++;
      }
    }
    return Math.sqrt(squares / count);
  }

  /** A shift of 0.5 to 1.5 pixels of a model that reads a part of the frame, in its pixels. */
  private int shift(double part) {
    double pixels = 0.5 + random.nextDouble();
    return (int) Math.round(pixels * FACTOR * part) * (random.nextBoolean() ? 1 : -1);
  }

  private static List<FrameGeometry> geometries() {
    FrameGeometry region = FrameGeometry.WHOLE.withRegion(new Region(0.1, 0.15, 0.7, 0.8));
    return List.of(
        FrameGeometry.WHOLE,
        region,
        region.withRotation(90),
        region.withRotation(185),
        FrameGeometry.WHOLE
            .withRegion(new Region(0.1, 0.2, 0.8, 0.6))
            .withAspect(Aspect.LETTERBOX)
            .withMask(FrameGeometry.parseMask("0,0 0.2,0 0,0.2")));
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void shouldReadWhatACameraAtRestShows(FrameGeometry geometry) throws Exception {
    // Given
    Stabilizer stabilizer = stabilizer(geometry);
    Read still = read(CAMERA.take(0, 0, 0, 0), geometry);
    double without = 0;
    double with = 0;
    double detailsWithout = 0;
    double detailsWith = 0;
    // When
    for (int i = 0; i < 40; i++) {
      Region region = geometry.region();
      Frame frame = CAMERA.take(i, shift(region.width()), shift(region.height()), NOISE);
      Read plain = read(frame, geometry);
      Read steady = read(frame, geometry, stabilizer);
      without += error(plain.pixels(), plain.mask(), still.pixels(), still.mask(), MODEL);
      with += error(steady.pixels(), steady.mask(), still.pixels(), still.mask(), MODEL);
      detailsWithout +=
          error(plain.details(), plain.detailMask(), still.details(), still.detailMask(), DETAILS);
      detailsWith +=
          error(
              steady.details(), steady.detailMask(), still.details(), still.detailMask(), DETAILS);
    }
    // Then
    assertThat(with).isLessThan(without / 2);
    assertThat(detailsWith).isLessThan(0.6 * detailsWithout);
  }

  @Test
  void shouldLeaveACameraAtRest() throws Exception {
    Stabilizer stabilizer = stabilizer(FrameGeometry.WHOLE);
    for (int i = 0; i < 40; i++) {
      Frame frame = CAMERA.take(i, 0, 0, NOISE);
      Read steady = read(frame, FrameGeometry.WHOLE, stabilizer);
      assertThat(steady.pixels()).isEqualTo(read(frame, FrameGeometry.WHOLE).pixels());
      assertThat(steady.mask()).isEqualTo(PixelMask.NONE);
    }
  }

  @Test
  void shouldLeaveALargeShiftAndSayWhatItIs() throws Exception {
    // Given
    Stabilizer stabilizer = stabilizer(FrameGeometry.WHOLE);
    int right = (int) Math.round(0.06 * SIDE);
    Frame frame = CAMERA.take(0, right, 0, NOISE);
    // When
    Read steady = read(frame, FrameGeometry.WHOLE, stabilizer);
    // Then
    assertThat(steady.pixels()).isEqualTo(read(frame, FrameGeometry.WHOLE).pixels());
    assertThat(stabilizer.motion()).isNotNull();
    assertThat(stabilizer.motion().right()).isCloseTo(0.06f, within(0.01f));
  }

  @Test
  void shouldSayTheMotionBeforeItWasFollowed() throws Exception {
    Stabilizer stabilizer = stabilizer(FrameGeometry.WHOLE);
    Frame frame = CAMERA.take(0, FACTOR, -FACTOR / 2, NOISE);
    Read steady = read(frame, FrameGeometry.WHOLE, stabilizer);
    assertThat(steady.pixels()).isNotEqualTo(read(frame, FrameGeometry.WHOLE).pixels());
    assertThat(64 * stabilizer.motion().right()).isCloseTo(1, within(0.2f));
    assertThat(64 * stabilizer.motion().down()).isCloseTo(-0.5f, within(0.2f));
  }

  @Test
  void shouldMaskWhatWasOutsideOfTheFrame() throws Exception {
    // Given the wall went to the left and up by a pixel, so its first column and row are lost
    Stabilizer stabilizer = stabilizer(FrameGeometry.WHOLE);
    // When
    PixelMask mask =
        read(CAMERA.take(0, -FACTOR, -FACTOR, 0), FrameGeometry.WHOLE, stabilizer).mask();
    // Then
    assertThat(mask.covers(0)).isTrue();
    assertThat(mask.covers(64 * 64 - 1)).isFalse();
    assertThat(mask.count()).isBetween(64 + 63, 2 * (64 + 62));
  }

  @Test
  void shouldLeaveARegionThatWouldGoTooFarOutside() throws Exception {
    // Given
    FrameGeometry outside = FrameGeometry.WHOLE.withRegion(new Region(-0.25, 0, 1, 1));
    Stabilizer stabilizer = stabilizer(outside);
    Frame frame = CAMERA.take(0, -FACTOR, 0, 0);
    // When, Then
    assertThat(read(frame, outside, stabilizer).pixels()).isEqualTo(read(frame, outside).pixels());
    assertThat(64 * stabilizer.motion().right()).isCloseTo(-1, within(0.2f));
  }

  @Test
  void shouldLeaveAPictureThatIsMostlyMasked() throws Exception {
    // Given
    FrameGeometry masked =
        FrameGeometry.WHOLE.withMask(FrameGeometry.parseMask("0,0 0.55,0 0.55,1 0,1"));
    Stabilizer stabilizer = stabilizer(masked);
    Frame frame = CAMERA.take(0, FACTOR, 0, 0);
    // When, Then
    assertThat(read(frame, masked, stabilizer).pixels()).isEqualTo(read(frame, masked).pixels());
  }

  @Test
  void shouldLeaveAPictureWhoseMotionIsUnknown() throws Exception {
    Stabilizer flat =
        new Stabilizer(new CameraRegistration(MODEL, new float[MODEL.size()]), PixelMask.NONE);
    Frame frame = CAMERA.take(0, FACTOR, 0, 0);
    assertThat(read(frame, FrameGeometry.WHOLE, flat).pixels())
        .isEqualTo(read(frame, FrameGeometry.WHOLE).pixels());
    assertThat(flat.motion()).isNull();
  }

  @Test
  void shouldReadTheSameAfterOtherFrames() throws Exception {
    // Given
    Stabilizer used = stabilizer(FrameGeometry.WHOLE);
    for (int i = 0; i < 10; i++) {
      read(CAMERA.take(i, shift(1), shift(1), NOISE), FrameGeometry.WHOLE, used);
    }
    Frame frame = CAMERA.take(10, 7, -5, NOISE);
    // When, Then
    assertThat(read(frame, FrameGeometry.WHOLE, used).pixels())
        .isEqualTo(read(frame, FrameGeometry.WHOLE, stabilizer(FrameGeometry.WHOLE)).pixels());
  }
}
