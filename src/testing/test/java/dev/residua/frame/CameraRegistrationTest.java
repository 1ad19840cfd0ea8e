package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.simulation.Candle;
import dev.residua.simulation.Flow;
import dev.residua.simulation.NoiseKind;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.SimulatedScene;
import dev.residua.testing.MovedPictures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class CameraRegistrationTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final double NOISE = 4;
  private static final int REFERENCE_PICTURES = 60;
  private static final int PICTURES = 15;

  /** By name of the scene: their references take time. */
  private static final Map<String, CameraRegistration> REGISTRATIONS = new HashMap<>();

  private final MovedPictures camera = new MovedPictures(SHAPE, 3);

  private CameraRegistration registration(SimulatedScene scene) {
    return REGISTRATIONS.computeIfAbsent(
        scene.name(),
        name ->
            new CameraRegistration(SHAPE, camera.mean(camera.scene(scene, 5), REFERENCE_PICTURES)));
  }

  /** Estimates for the pictures that a camera takes after a motion. */
  private List<CameraMotion> estimates(SimulatedScene scene, CameraMotion moved, double gain) {
    return estimates(registration(scene), camera.scene(scene, 6), moved, gain);
  }

  private List<CameraMotion> estimates(
      CameraRegistration registration, Supplier<byte[]> large, CameraMotion moved, double gain) {
    List<CameraMotion> known = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      CameraMotion estimate =
          registration.estimate(camera.take(large.get(), moved, gain, NOISE), 0);
      if (estimate != null) {
        known.add(estimate);
      }
    }
    return known;
  }

  private static double median(List<CameraMotion> motions, ToDoubleFunction<CameraMotion> part) {
    double[] sorted = motions.stream().mapToDouble(part).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void assertNear(
      List<CameraMotion> estimates, CameraMotion moved, double pixels, double degrees) {
    double share = pixels / SHAPE.width();
    assertThat(median(estimates, CameraMotion::right)).isCloseTo(moved.right(), within(share));
    assertThat(median(estimates, CameraMotion::down)).isCloseTo(moved.down(), within(share));
    assertThat(median(estimates, CameraMotion::degrees))
        .isCloseTo(moved.degrees(), within(degrees));
    assertThat(median(estimates, CameraMotion::scale)).isCloseTo(moved.scale(), within(0.02));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 1, 1",
    "1.9, 0, 0, 1, 1",
    "0, -1.9, 0, 1, 0.7",
    "0, 0, 2, 1, 1",
    "0, 0, 2, 1, 0.7",
    "0, 0, 0, 1.05, 1",
    "-5, 3, 0, 1, 1",
    "3, 3, 5, 1, 1",
    "-2, 1, -4, 0.93, 1",
    "1, -1, 3, 1.08, 1"
  })
  void findsTheMotionWhereWallsStandStill(
      float x, float y, float degrees, float scale, double gain) {
    CameraMotion moved = camera.motion(x, y, degrees, scale);
    for (SimulatedScene scene :
        List.of(new Flow(), SimulatedScene.named("valve", NoiseKind.ADDITIVE))) {
      List<CameraMotion> estimates = estimates(scene, moved, gain);
      assertThat(estimates).as(scene.name()).hasSize(PICTURES);
      assertNear(estimates, moved, 0.45, 0.4);
      assertThat(estimates)
          .allSatisfy(
              estimate -> {
                assertThat(64 * estimate.right()).isCloseTo(x, within(0.75f));
                assertThat(64 * estimate.down()).isCloseTo(y, within(0.75f));
              });
    }
  }

  @Test
  void ignoresThingsInFrontOfTheBackground() {
    Texture texture = new Texture(1);
    CameraRegistration registration =
        new CameraRegistration(SHAPE, camera.mean(texture.showing(0.3), 300));
    for (CameraMotion moved :
        List.of(
            CameraMotion.NONE, camera.motion(-1.9, 0, 0, 1), camera.motion(0.5, 0.5, -2, 1.03))) {
      List<CameraMotion> estimates = estimates(registration, texture.showing(0.3), moved, 1);
      assertThat(estimates).hasSizeGreaterThan(PICTURES / 2);
      assertNear(estimates, moved, 0.35, 0.5);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.7, 1, 1.3})
  void ignoresLight(double gain) {
    Supplier<byte[]> texture = new Texture(2).showing(0);
    CameraMotion moved = camera.motion(1.2, -2.1, 1, 1);
    CameraRegistration registration = new CameraRegistration(SHAPE, camera.mean(texture, 1));
    assertNear(estimates(registration, texture, moved, gain), moved, 0.1, 0.2);
  }

  @Test
  void knowsNothingWhereAllMoves() {
    // A fixed pendulum looks the same in all pictures, and turned against the mean.
    CameraRegistration pendulum = registration(new Pendulum());
    ImageShape large = camera.largeShape();
    byte[] pixels = new byte[large.size()];
    for (double angle = -36; angle <= 36; angle += 6) {
      new Pendulum().draw(new double[] {angle, 80, 5, 10}, new double[0], pixels, 0, large);
      assertThat(pendulum.estimate(camera.take(pixels, CameraMotion.NONE, 1, NOISE), 0)).isNull();
    }
    assertThat(estimates(new Pendulum(), camera.motion(2, 0, 2, 1), 1)).isEmpty();
    assertThat(estimates(new Candle(), CameraMotion.NONE, 1)).isEmpty();
  }

  @Test
  void aStoppedMechanismIsNoMotion() {
    CameraRegistration flow = registration(new Flow());
    ImageShape large = camera.largeShape();
    byte[] pixels = new byte[large.size()];
    for (double height = 2; height <= 12; height += 2) {
      new Flow().draw(new double[] {0.6, 3, height, 4}, new double[0], pixels, 0, large);
      CameraMotion estimate = flow.estimate(camera.take(pixels, CameraMotion.NONE, 1, NOISE), 0);
      assertNear(List.of(estimate), CameraMotion.NONE, 0.1, 0.1);
    }
  }

  @Test
  void knowsNothingWithoutEdgesInBothDirections() {
    float[] stripes = new float[SHAPE.size()];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = i / 3 % 64 / 8 % 2 * 200;
    }
    byte[] flat = new byte[SHAPE.size()];
    assertThat(new CameraRegistration(SHAPE, stripes).estimate(bytes(stripes), 0)).isNull();
    assertThat(new CameraRegistration(SHAPE, new float[SHAPE.size()]).estimate(flat, 0)).isNull();
    CameraRegistration flow = registration(new Flow());
    assertThat(flow.estimate(flat, 0)).isNull();
    Arrays.fill(flat, (byte) 255);
    assertThat(flow.estimate(flat, 0)).isNull();
    new Random(1).nextBytes(flat);
    assertThat(flow.estimate(flat, 0)).isNull();
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(values[i]);
    }
    return bytes;
  }

  @Test
  void takesPicturesOfAnyShape() {
    Random random = new Random(7);
    for (int[] sides :
        new int[][] {{1, 1}, {1, 40}, {40, 1}, {7, 64}, {8, 8}, {97, 33}, {33, 97}}) {
      for (int channels : new int[] {1, 3}) {
        ImageShape shape = new ImageShape(sides[0], sides[1], channels);
        byte[] pixels = new byte[shape.size() + 5];
        random.nextBytes(pixels);
        float[] reference = new float[shape.size()];
        for (int i = 0; i < reference.length; i++) {
          reference[i] = pixels[i + 5] & 0xFF;
        }
        CameraMotion same = new CameraRegistration(shape, reference).estimate(pixels, 5);
        if (Math.min(sides[0], sides[1]) < 8) {
          assertThat(same).isNull();
        } else if (same != null) {
          assertNear(List.of(same), CameraMotion.NONE, 1e-3, 1e-3);
        }
      }
    }
  }

  @Test
  void measuresInPixelsOfLargerPictures() {
    ImageShape shape = new ImageShape(128, 96, 3);
    MovedPictures larger = new MovedPictures(shape, 4);
    Supplier<byte[]> flow = larger.scene(new Flow(), 5);
    CameraMotion moved = larger.motion(4, -2, 2, 1);
    CameraMotion estimate =
        new CameraRegistration(shape, larger.mean(flow, 20))
            .estimate(larger.take(flow.get(), moved, 1, NOISE), 0);
    assertNear(List.of(estimate), moved, 0.6, 0.4);
  }

  @Test
  void refusesTooFewPixels() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraRegistration(SHAPE, new float[3]))
        .withMessageContaining("3 values");
    CameraRegistration registration = new CameraRegistration(SHAPE, new float[SHAPE.size()]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registration.estimate(new byte[SHAPE.size()], 1))
        .withMessageContaining("needs 12288 bytes");
  }

  @Test
  void motionsSinceAnother() {
    CameraMotion before = new CameraMotion(0.3f, -0.2f, 170, 1.1f);
    CameraMotion after = new CameraMotion(-0.1f, 0.5f, -175, 0.9f);
    CameraMotion since = after.since(before, 2);
    // A point of a picture of 200 by 100 pixels goes the same way in one step and in two.
    double[] once = moved(after, 20, -7);
    double[] first = moved(before, 20, -7);
    double[] twice = moved(since, first[0], first[1]);
    assertThat(twice[0]).isCloseTo(once[0], within(1e-4));
    assertThat(twice[1]).isCloseTo(once[1], within(1e-4));
    assertThat(since.degrees()).isCloseTo(15, within(1e-4f));
    assertThat(before.since(before, 2)).isEqualTo(CameraMotion.NONE);
  }

  private static double[] moved(CameraMotion motion, double x, double y) {
    double cosine = motion.scale() * Math.cos(Math.toRadians(motion.degrees()));
    double sine = motion.scale() * Math.sin(Math.toRadians(motion.degrees()));
    return new double[] {
      cosine * x - sine * y + 200 * motion.right(), sine * x + cosine * y + 100 * motion.down()
    };
  }

  @Test
  void refusesMotionsThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraMotion(Float.NaN, 0, 0, 1))
        .withMessageContaining("finite shares");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraMotion(0, 0, 181, 1))
        .withMessageContaining("at most 180 degrees");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraMotion(0, 0, 0, 0))
        .withMessageContaining("scale above 0 but had 0.0");
    SensorReadings readings = new SensorReadings(1, 0, 0, 0, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> readings.withMotion(new CameraMotion(1.1f, 0, 0, 1)))
        .withMessageContaining("at most one side");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> readings.withMotion(new CameraMotion(0, 0, 0, 2.1f)));
    assertThat(readings.withMotion(CameraMotion.NONE).motion()).isEqualTo(CameraMotion.NONE);
  }

  /** Large pictures of smooth noise. */
  private static final class Texture {
    private static final double CONTRAST = 40;
    private static final int SIDE = SHAPE.width() * MovedPictures.FACTOR;

    private final Random random;
    private final double[] background = new double[SIDE * SIDE];

    Texture(long seed) {
      this.random = new Random(seed);
      for (int cells = 4; cells <= 32; cells *= 2) {
        add(cells, CONTRAST / Math.sqrt(cells / 4.0));
      }
    }

    private void add(int cells, double amplitude) {
      byte[] lattice = new byte[(cells + 2) * (cells + 2)];
      for (int i = 0; i < lattice.length; i++) {
        lattice[i] = (byte) Math.max(0, Math.min(255, 128 + 40 * random.nextGaussian()));
      }
      ImageShape shape = new ImageShape(cells + 2, cells + 2, 1);
      for (int i = 0; i < background.length; i++) {
        double x = i % SIDE * (double) cells / SIDE;
        double y = i / SIDE * (double) cells / SIDE;
        background[i] += amplitude * (MovedPictures.bilinear(lattice, shape, x, y, 0) - 128) / 40;
      }
    }

    /** Pictures with two squares at random places, which cover at most a share of them. */
    Supplier<byte[]> showing(double share) {
      int side = (int) (SIDE * Math.sqrt(share / 2));
      return () -> {
        byte[] pixels = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < background.length; i++) {
          byte grey = (byte) Math.max(0, Math.min(255, Math.round(120 + background[i])));
          Arrays.fill(pixels, 3 * i, 3 * i + 3, grey);
        }
        for (int square = 0; square < 2; square++) {
          int left = random.nextInt(SIDE - side);
          int top = random.nextInt(SIDE - side);
          byte grey = (byte) random.nextInt(256);
          for (int y = top; y < top + side; y++) {
            Arrays.fill(pixels, 3 * (y * SIDE + left), 3 * (y * SIDE + left + side), grey);
          }
        }
        return pixels;
      };
    }
  }
}
