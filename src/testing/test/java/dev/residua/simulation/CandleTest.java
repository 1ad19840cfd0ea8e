package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.simulation.ScenarioEvent.Kind;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CandleTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final double[] STILL = new double[6];
  private static final int FRAMES = 24_000;
  private static final SimulatedScene CANDLE = new Candle();
  private static final double[][] LEVELS = {
    {0, 1, 2, 3, 4},
    {0, 1, 2, 3, 4},
    {1.5, 2, 2.5},
    {0, 15, 30, 45, 60, 90},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {0, 1, 2}
  };

  private static List<SimulatedFrame> facts(
      List<Double> noise, int frames, ScenarioEvent... events) {
    ScenarioStream stream =
        new ScenarioStream(new Scenario(CANDLE, noise, 20, 5, 0, frames, List.of(events)), SHAPE);
    List<SimulatedFrame> facts = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      facts.add(stream.nextFacts());
    }
    return facts;
  }

  private static byte[] picture(double... factors) {
    byte[] picture = new byte[SHAPE.size()];
    CANDLE.draw(factors, STILL, picture, 0, SHAPE);
    return picture;
  }

  private static int[] pixel(byte[] picture, int x, int y) {
    int at = (y * 64 + x) * 3;
    return new int[] {picture[at] & 0xFF, picture[at + 1] & 0xFF, picture[at + 2] & 0xFF};
  }

  /** The share of {@code level} is its weight over the sum, averaged over the other confounder. */
  @Test
  void shouldDrawEveryFactorAfterItsDistributionGivenTheConfounders() {
    // Given
    int[][][] counts = new int[6][16][12];
    int[] cells = new int[12];

    // When
    for (SimulatedFrame frame : facts(null, FRAMES)) {
      int cell = (int) (frame.hidden()[0] * 4 + frame.hidden()[1]);
      cells[cell]++;
      for (int f = 0; f < 6; f++) {
        int level = java.util.Arrays.binarySearch(LEVELS[f], frame.factors()[f]);
        assertThat(level).isGreaterThanOrEqualTo(0);
        counts[f][level][cell]++;
      }
    }

    // Then four standard errors of a share of 2,000 frames are at most 0.045
    for (int cell = 0; cell < 12; cell++) {
      assertThat(cells[cell]).isBetween(1800, 2200);
      for (int f = 0; f < 6; f++) {
        double total = 0;
        for (int level = 0; level < LEVELS[f].length; level++) {
          total += Candle.weight(f, level, cell / 4, cell % 4);
        }
        for (int level = 0; level < LEVELS[f].length; level++) {
          assertThat(counts[f][level][cell] / (double) cells[cell])
              .isCloseTo(Candle.weight(f, level, cell / 4, cell % 4) / total, within(0.045));
        }
      }
    }
  }

  /** As in the graph of the original: u to light and scene, c to all but light and rotation. */
  @Test
  void shouldTieWhatTheConfoundersTieAndNothingElse() {
    // When
    List<SimulatedFrame> frames = facts(null, FRAMES);

    // Then
    assertThat(dependence(frames, Candle.OBJECT, Candle.COLOUR)).isGreaterThan(0.03);
    assertThat(dependence(frames, Candle.SIZE, Candle.SCENE)).isGreaterThan(0.03);
    assertThat(dependence(frames, Candle.LIGHT, Candle.SCENE)).isGreaterThan(0.01);
    assertThat(dependence(frames, Candle.LIGHT, Candle.OBJECT)).isLessThan(0.002);
    assertThat(dependence(frames, Candle.ROTATION, Candle.SCENE)).isLessThan(0.004);
    assertThat(CANDLE.graph().edgeList()).isEmpty();
  }

  /** Mutual information in nats; its bias is (levels - 1)(other levels - 1) / 2n. */
  private static double dependence(List<SimulatedFrame> frames, int a, int b) {
    double[][] joint = new double[LEVELS[a].length][LEVELS[b].length];
    double[] first = new double[LEVELS[a].length];
    double[] second = new double[LEVELS[b].length];
    for (SimulatedFrame frame : frames) {
      int i = java.util.Arrays.binarySearch(LEVELS[a], frame.factors()[a]);
      int j = java.util.Arrays.binarySearch(LEVELS[b], frame.factors()[b]);
      joint[i][j] += 1.0 / frames.size();
      first[i] += 1.0 / frames.size();
      second[j] += 1.0 / frames.size();
    }
    double information = 0;
    for (int i = 0; i < first.length; i++) {
      for (int j = 0; j < second.length; j++) {
        if (joint[i][j] > 0) {
          information += joint[i][j] * Math.log(joint[i][j] / (first[i] * second[j]));
        }
      }
    }
    return information;
  }

  @Test
  void shouldMoveCameraAndObjectOnlyWithNoise() {
    // When
    List<SimulatedFrame> literal = facts(null, 500);
    List<SimulatedFrame> noisy = facts(List.of(2.0), 500);

    // Then
    for (int i = 0; i < 500; i++) {
      double[] still = literal.get(i).hidden();
      double[] moved = noisy.get(i).hidden();
      assertThat(still).endsWith(0, 0, 0, 0);
      assertThat(moved).startsWith(still[0], still[1]);
      assertThat(moved[Candle.YAW]).isBetween(-1.0, 1.0).isNotZero();
      assertThat(moved[Candle.X]).isBetween(-0.6, 0.6).isNotZero();
      assertThat(noisy.get(i).factors()).isEqualTo(literal.get(i).factors());
    }
  }

  @Test
  void shouldEndEveryEventOnALevel() {
    // Given
    ScenarioEvent held = new ScenarioEvent(Kind.HARD_INTERVENTION, "rotation", 0, 100, 1.7, 0.1);
    ScenarioEvent moved = new ScenarioEvent(Kind.OFFSET, "size", 100, 100, 2, 0.1);
    ScenarioEvent drift = new ScenarioEvent(Kind.COVARIATE_DRIFT, "light", 200, 2000, 1, 0.1);

    // When
    List<SimulatedFrame> frames = facts(null, 2200, held, moved, drift);
    List<SimulatedFrame> twin = facts(null, 2200);

    // Then 45 + 1.7 * 90 / sqrt 12 = 89; 2 / sqrt 12 is one level up
    assertThat(frames.subList(0, 100)).allMatch(f -> f.factors()[Candle.ROTATION] == 90);
    for (int i = 100; i < 200; i++) {
      assertThat(frames.get(i).factors()[Candle.SIZE])
          .isEqualTo(Math.min(2.5, twin.get(i).factors()[Candle.SIZE] + 0.5));
    }
    double light = Stats.mean(light(frames.subList(200, 2200)));
    assertThat(light).isGreaterThan(Stats.mean(light(twin.subList(200, 2200))) + 0.3);
    assertThat(light(frames.subList(200, 2200))).contains(0, 1, 2);
  }

  private static double[] light(List<SimulatedFrame> frames) {
    return frames.stream().mapToDouble(f -> f.factors()[Candle.LIGHT]).toArray();
  }

  @Test
  void shouldRefuseMechanismChangesAsNothingIsCaused() {
    ScenarioEvent change = new ScenarioEvent(Kind.MECHANISM_CHANGE, "size", 0, 1, 1, 0.1);
    assertThatThrownBy(() -> facts(null, 10, change)).hasMessageContaining("which has no causes");
    assertThatThrownBy(() -> facts(List.of(1.0, 1.0), 10))
        .hasMessage("noise must have one number for each of [jitter] but has 2");
  }

  /** Grey floor, plain wall: what the object covers is coloured, and nothing else is. */
  @Test
  void shouldDrawEachColourAsItsOwn() {
    // Given the sphere, with its stripe turned to the left
    int[][] expected = {{1, 0, 0}, {0, 0, 1}, {1, 1, 0}, {1, 0, 1}, {1, 1, 0}};

    for (int colour = 0; colour < 5; colour++) {
      // When
      int[] pixel = pixel(picture(1, colour, 2, 0, 11, 1), 34, 28);

      // Then channels that the colour has are above those it has not
      int has = 255;
      int hasNot = 0;
      for (int i = 0; i < 3; i++) {
        has = expected[colour][i] == 1 ? Math.min(has, pixel[i]) : has;
        hasNot = expected[colour][i] == 0 ? Math.max(hasNot, pixel[i]) : hasNot;
      }
      assertThat(has).isGreaterThan(hasNot + 40);
    }
    assertThat(pixel(picture(1, 2, 2, 0, 11, 1), 34, 28)[1])
        .isGreaterThan(pixel(picture(1, 4, 2, 0, 11, 1), 34, 28)[1] + 50);
  }

  /**
   * A sphere of radius r at distance d from the eye subtends {@code asin(r / d)}; the eye is at (0,
   * 2.4, -6.2), looks 13 degrees down, and half the picture is tan 22 degrees.
   */
  @Test
  void shouldDrawTheSphereAsWideAsPerspectiveSays() {
    for (double size : LEVELS[Candle.SIZE]) {
      // When on the plain grey floor
      byte[] picture = picture(1, 0, size, 45, 11, 1);

      // Then count from the first to the last red pixel of the row of its centre
      double below = Math.toDegrees(Math.atan((2.4 - size / 2) / 6.2)) - 13;
      int row = (int) Math.round(32 + 32 * Math.tan(Math.toRadians(below)) / 0.404 - 0.5);
      int first = 64;
      int last = 0;
      for (int x = 0; x < 64; x++) {
        int[] pixel = pixel(picture, x, row);
        if (pixel[0] > pixel[1] + 20) {
          first = Math.min(first, x);
          last = x;
        }
      }
      double distance = Math.hypot(6.2, 2.4 - size / 2);
      double angle = Math.asin(size / 2 / distance);
      double ahead = Math.cos(Math.toRadians(below));
      assertThat(last - first + 1.0)
          .isCloseTo(2 * 32 * Math.tan(angle) / 0.404 / ahead, within(1.5));
    }
  }

  @Test
  void shouldThrowTheShadowAwayFromTheLight() {
    // When
    byte[] left = picture(1, 0, 2, 0, 11, 0);
    byte[] right = picture(1, 0, 2, 0, 11, 2);

    // Then the floor is darker right of the object in the first, left of it in the second
    assertThat(floor(left, 46)).isLessThan(floor(left, 18) - 20);
    assertThat(floor(right, 18)).isLessThan(floor(right, 46) - 20);
  }

  private static double floor(byte[] picture, int x) {
    double darkest = 255;
    for (int y = 34; y < 46; y++) {
      darkest = Math.min(darkest, pixel(picture, x, y)[1]);
    }
    return darkest;
  }

  @Test
  void shouldShowEveryLevelOfEveryFactor() {
    double[] base = {0, 0, 2, 0, 0, 0};
    for (int object = 0; object < 5; object++) {
      base[Candle.OBJECT] = object;
      for (int f = 0; f < 6; f++) {
        for (int i = 1; i < LEVELS[f].length; i++) {
          double[] one = base.clone();
          double[] other = base.clone();
          one[f] = LEVELS[f][i - 1];
          other[f] = LEVELS[f][i];
          byte[] a = picture(one);
          byte[] b = picture(other);
          int differ = 0;
          for (int p = 0; p < a.length; p++) {
            differ += Math.abs((a[p] & 0xFF) - (b[p] & 0xFF)) > 25 ? 1 : 0;
          }
          assertThat(differ).as("object %d, factor %d, level %d", object, f, i).isGreaterThan(40);
        }
      }
    }
  }

  /** Exact arithmetic only, so that a set can be made again anywhere. */
  @Test
  void shouldDrawTheSamePicturesOnEveryMachine() throws Exception {
    // Given
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] picture = new byte[SHAPE.size()];
    double[] hidden = {0, 0, 0.3, -0.2, 0.1, -0.15};

    // When
    for (int scene = 0; scene < 16; scene++) {
      double[] factors = {
        scene % 5, scene / 3 % 5, LEVELS[2][scene % 3], LEVELS[3][scene % 6], scene, scene % 3
      };
      CANDLE.draw(factors, hidden, picture, 0, SHAPE);
      digest.update(picture);
    }

    // Then
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("fa2548f9d0de095879ac29666639e406c569909a6c1eef45051149e3a9716b0d");
  }
}
