package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatedSceneTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);

  private static final double[] NOTHING = {};

  /** Pixels of one unit of the axes, across and down, at 64 x 64. */
  private static final double ACROSS = 64 * 0.775 / 20;

  private static double[] column(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).toArray();
  }

  /**
   * Every point of the published grid of angles. The expected moments below were computed with
   * NumPy on the published generator's formulas.
   */
  @Test
  void shouldReproduceThePublishedPendulumGrid() {
    // Given
    SimulatedScene scene = new Pendulum();
    List<double[]> rows = new ArrayList<>();
    int clamped = 0;
    int outside = 0;

    // When
    for (int i = -40; i <= 43; i++) {
      for (int j = 60; j <= 147; j++) {
        if (j != 100) {
          double[] f = {i * 0.9, j * 0.9, 0, 0};
          f[2] = scene.mechanism(2, f);
          f[3] = scene.mechanism(3, f);
          rows.add(f);
          clamped += f[2] == 3 ? 1 : 0;
          outside += f[3] - f[2] / 2 < 0 || f[3] + f[2] / 2 > 20 ? 1 : 0;
        }
      }
    }

    // Then
    assertThat(rows).hasSize(7308);
    double[] shade = column(rows, 2);
    double[] mid = column(rows, 3);
    assertThat(Stats.mean(shade)).isCloseTo(4.97, within(0.005));
    assertThat(Stats.sd(shade)).isCloseTo(2.37, within(0.005));
    assertThat(Stats.max(shade)).isCloseTo(12.58, within(0.005));
    assertThat(Stats.min(shade)).isEqualTo(3);
    assertThat(clamped / 7308.0).isCloseTo(0.396, within(0.0005));
    assertThat(Stats.mean(mid)).isCloseTo(10.54, within(0.005));
    assertThat(Stats.sd(mid)).isCloseTo(3.43, within(0.005));
    assertThat(Stats.min(mid)).isCloseTo(2.01, within(0.005));
    assertThat(Stats.max(mid)).isCloseTo(19.61, within(0.005));
    assertThat(outside / 7308.0).isCloseTo(0.016, within(0.0005));
    assertThat(Stats.correlation(column(rows, 0), mid)).isCloseTo(0.51, within(0.005));
    assertThat(Stats.correlation(column(rows, 1), mid)).isCloseTo(0.86, within(0.005));
    assertThat(Stats.correlation(column(rows, 0), shade)).isCloseTo(-0.07, within(0.005));
    assertThat(Stats.correlation(column(rows, 1), shade)).isCloseTo(0.11, within(0.005));
  }

  /** Every point of the published grid; expected moments computed as above. */
  @Test
  void shouldReproduceThePublishedFlowGrid() {
    // Given
    SimulatedScene scene = new Flow();
    List<double[]> rows = new ArrayList<>();

    // When
    for (int r = 5; r <= 34; r++) {
      for (int raw = 10; raw <= 39; raw++) {
        for (int hole = 6; hole <= 14; hole++) {
          double[] f = {r / 30.0, hole / 3.0, 0, 0};
          // The published noise raw / 10 has its mean, 2.45, inside our mechanism.
          f[2] = scene.mechanism(2, f) + raw / 10.0 - 2.45;
          f[3] = scene.mechanism(3, f);
          rows.add(f);
        }
      }
    }

    // Then
    assertThat(rows).hasSize(8100);
    double[] height = column(rows, 2);
    double[] flow = column(rows, 3);
    assertThat(Stats.min(height)).isCloseTo(1.00, within(0.006));
    assertThat(Stats.max(height)).isCloseTo(5.36, within(0.006));
    assertThat(Stats.mean(height)).isCloseTo(2.89, within(0.005));
    assertThat(Stats.sd(height)).isCloseTo(0.97, within(0.005));
    assertThat(Stats.min(flow)).isCloseTo(1.72, within(0.005));
    assertThat(Stats.max(flow)).isCloseTo(6.61, within(0.005));
    assertThat(Stats.mean(flow)).isCloseTo(3.90, within(0.005));
    assertThat(Stats.sd(flow)).isCloseTo(0.93, within(0.005));
    assertThat(Stats.correlation(column(rows, 0), height)).isCloseTo(0.42, within(0.005));
    assertThat(Stats.correlation(height, flow)).isCloseTo(0.74, within(0.005));
    assertThat(Stats.correlation(column(rows, 1), flow)).isCloseTo(0.66, within(0.005));
  }

  @Test
  void shouldHaveTheTrueGraphs() {
    assertThat(new Pendulum().graph())
        .hasToString(
            "pendulum -> shadow_length, pendulum -> shadow_position, light -> shadow_length,"
                + " light -> shadow_position");
    assertThat(new Flow().graph())
        .hasToString("ball_size -> water_height, hole -> water_flow, water_height -> water_flow");
  }

  @Test
  void shouldCallUnknownScenesByName() {
    assertThatThrownBy(() -> SimulatedScene.named("pendulums", NoiseKind.ADDITIVE))
        .hasMessage(
            "unknown scene 'pendulums', expected one of pendulum, flow, candle, valve, pump, plant, tank, belt, plate");
  }

  /** Darkness of the pixels of a row, in pixels. */
  private static double[] darkness(byte[] picture, int y) {
    double[] dark = new double[64];
    for (int x = 0; x < 64; x++) {
      dark[x] = (255 - (picture[(y * 64 + x) * 3 + 1] & 0xFF)) / 255.0;
    }
    return dark;
  }

  /** The shadow covers row 55 fully, and nothing else does. */
  @ParameterizedTest
  @CsvSource({"3, 10", "5.5, 10", "7.25, 6.1", "12, 12.34", "1.1, 15.7", "0, 10"})
  void shouldDrawTheShadowWhereAndAsLongAsItsFactorsSay(double length, double position) {
    // Given
    byte[] picture = new byte[SHAPE.size()];

    // When
    new Pendulum().draw(new double[] {12, 100, length, position}, NOTHING, picture, 0, SHAPE);

    // Then
    double[] dark = darkness(picture, 55);
    double sum = 0;
    double moment = 0;
    for (int x = 0; x < 64; x++) {
      sum += dark[x];
      moment += dark[x] * (x + 0.5);
    }
    assertThat(sum / ACROSS).isCloseTo(length, within(0.08));
    if (length > 0) {
      assertThat((moment / sum - 64 * 0.125) / ACROSS).isCloseTo(position, within(0.05));
    }
  }

  /** The plumb line of a pendulum at rest: pivot at y 10.5, ball centre at y 2.5, x 10. */
  @Test
  void shouldDrawPendulumAndLampInTheirPlaces() {
    // Given
    byte[] picture = new byte[SHAPE.size()];

    // When the lamp stands straight above
    new Pendulum().draw(new double[] {0, 90, 3, 10}, NOTHING, picture, 0, SHAPE);

    // Then
    int x = (int) (64 * 0.125 + 10 * ACROSS);
    int rod = (int) (64 * (0.89 - 0.77 * (6.5 + 1) / 22));
    int ball = (int) (64 * (0.89 - 0.77 * (1.5 + 1) / 22));
    int lamp = (int) (64 * (0.89 - 0.77 * (19.5 + 1) / 22));
    assertThat(colour(picture, x, rod)).isEqualTo(0x000000);
    assertThat(colour(picture, x, ball)).isEqualTo(178 << 16 | 34 << 8 | 34);
    assertThat(colour(picture, x, lamp)).isEqualTo(255 << 16 | 165 << 8);
    assertThat(colour(picture, x + 12, rod)).isEqualTo(0xFFFFFF);
    assertThat(colour(picture, 2, 30)).isEqualTo(0xFFFFFF);
  }

  private static int colour(byte[] picture, int x, int y) {
    int at = (y * 64 + x) * 3;
    return (picture[at] & 0xFF) << 16 | (picture[at + 1] & 0xFF) << 8 | (picture[at + 2] & 0xFF);
  }

  @Test
  void shouldDrawTheWaterAsHighAndTheJetAsFarAsTheirFactorsSay() {
    // Given
    SimulatedScene scene = new Flow();

    // When
    double low = waterAndJet(scene, 2.0, 3.0)[0];
    double high = waterAndJet(scene, 4.5, 3.0)[0];
    double near = waterAndJet(scene, 3, 3.0)[1];
    double far = waterAndJet(scene, 3, 5.0)[1];

    // Then
    assertThat((high - low) / (64 * 0.77 / 20)).isCloseTo(2.5, within(0.05));
    // At y = 1.5 the jet has fallen 2.5 of 3.5 units and reached the root of that share.
    assertThat((far - near) / ACROSS).isCloseTo(2 * Math.sqrt(2.5 / 3.5), within(0.08));
  }

  /** Water in the column x = 4, and the mean place of the jet in the row of y = 1.5, in pixels. */
  private static double[] waterAndJet(SimulatedScene scene, double height, double flow) {
    byte[] picture = new byte[SHAPE.size()];
    scene.draw(new double[] {0.3, 4, height, flow}, NOTHING, picture, 0, SHAPE);
    int column = (int) (64 * 0.125 + 4 * ACROSS);
    double water = 0;
    for (int y = 0; y < 50; y++) {
      water += (255 - (picture[(y * 64 + column) * 3] & 0xFF)) / 120.0;
    }
    int row = (int) (64 * (0.89 - 0.77 * 1.5 / 20));
    double sum = 0;
    double moment = 0;
    for (int x = (int) (64 * 0.125 + 8.8 * ACROSS); x < 64; x++) {
      double blue = 255 - (picture[(row * 64 + x) * 3] & 0xFF);
      sum += blue;
      moment += blue * x;
    }
    return new double[] {water, moment / sum};
  }

  @Test
  void shouldDrawInGrayAndInOtherSizes() {
    // Given
    ImageShape gray = new ImageShape(96, 48, 1);
    byte[] picture = new byte[gray.size() + 5];
    picture[0] = 77;

    // When
    new Pendulum().draw(new double[] {0, 90, 3, 10}, NOTHING, picture, 1, gray);

    // Then the ball's firebrick is 0.299*178 + 0.587*34 + 0.114*34 = 77
    int x = (int) (96 * (0.125 + 0.775 * 10 / 20));
    int y = (int) (48 * (0.89 - 0.77 * (1.5 + 1) / 22));
    assertThat(picture[1 + y * 96 + x] & 0xFF).isEqualTo(77);
    assertThat(picture[0]).isEqualTo((byte) 77);
    assertThat(picture[1]).isEqualTo((byte) 255);
  }

  /** Expected values: 0.5 * math.erfc(-x / math.sqrt(2)) in Python. */
  @ParameterizedTest
  @CsvSource({
    "-20, 2.7536241186063314e-89",
    "-8, 6.220960574271819e-16",
    "-3, 0.0013498980316300957",
    "-1, 0.15865525393145707",
    "0, 0.5",
    "0.5, 0.6914624612740131",
    "1.96, 0.9750021048517796",
    "6, 0.9999999990134123"
  })
  void shouldComputeTheNormalDistribution(double x, double expected) {
    assertThat(PortableRandom.normalCdf(x))
        .isCloseTo(expected, within(Math.min(1e-14, 1e-7 * expected)));
    assertThat(PortableRandom.normalCdf(x) + PortableRandom.normalCdf(-x))
        .isCloseTo(1, within(1e-15));
  }

  @Test
  void shouldFillTheCupByAPumpThatThePictureDoesNotShow() {
    // Given
    SimulatedScene pump = SimulatedScene.named("pump", NoiseKind.ADDITIVE);
    Scenario nominal = Scenario.nominal(pump, List.of(0.5, 0.4), 7, 0);
    ScenarioStream stream = new ScenarioStream(nominal, SHAPE);
    List<double[]> rows = new ArrayList<>();
    // When
    for (int i = 0; i < 5_000; i++) {
      SimulatedFrame frame = stream.nextFacts();
      rows.add(frame.factors());
      assertThat(frame.factors()[3] - frame.noise()[3])
          .isCloseTo(
              1.6 * frame.factors()[0] + Math.pow(frame.factors()[1], 3) + 0.2, within(1e-9));
    }
    // Then the speed alone explains most of the height
    assertThat(pump.variables()).containsExactly("pump_speed");
    assertThat(Stats.min(column(rows, 0))).isBetween(0.5, 0.51);
    assertThat(Stats.max(column(rows, 0))).isBetween(2.99, 3.0);
    assertThat(1.6 * Stats.sd(column(rows, 0)) / Stats.sd(column(rows, 3))).isBetween(0.75, 0.95);
    byte[] slow = new byte[SHAPE.size()];
    byte[] fast = new byte[SHAPE.size()];
    pump.draw(new double[] {0.5, 1, 3, 4, 3}, NOTHING, slow, 0, SHAPE);
    pump.draw(new double[] {3, 1, 3, 4, 3}, NOTHING, fast, 0, SHAPE);
    assertThat(fast).isEqualTo(slow);
    assertThat(ScenarioStream.columns(pump, false, false)).startsWith("variable.pump_speed");
    assertThat(
            ScenarioStream.cells(
                pump, stream.nextFacts(), false, ScenarioStream.columns(pump, false, false)))
        .satisfies(
            cells -> {
              assertThat(cells.get(0)).isNotNull();
              assertThat(cells.get(1)).isNull();
            });
  }

  @Test
  void shouldExplainTheFactorsOfThePlantByTheirCauses() {
    // Given
    SimulatedScene plant = SimulatedScene.named("plant", NoiseKind.ADDITIVE);
    Scenario nominal =
        Scenario.nominal(plant, Arrays.stream(plant.usualNoise()).boxed().toList(), 7, 0);
    ScenarioStream stream = new ScenarioStream(nominal, SHAPE);
    List<double[]> rows = new ArrayList<>();
    List<double[]> noises = new ArrayList<>();
    // When
    for (int i = 0; i < 5_000; i++) {
      SimulatedFrame frame = stream.nextFacts();
      rows.add(frame.factors());
      noises.add(frame.noise());
    }
    // Then noise is a tenth of the variance of each effect
    for (int effect : new int[] {2, 3, 4}) {
      double share = Stats.sd(column(noises, effect)) / Stats.sd(column(rows, effect));
      assertThat(share * share).isBetween(0.08, 0.12);
    }
    // And each factor shows in a part of the picture
    double[] middle = {0.5, 0.5, 4.5, 60, 70};
    double[] step = {0.2, 0.2, 1, 15, 20};
    byte[] before = new byte[SHAPE.size()];
    byte[] after = new byte[SHAPE.size()];
    plant.draw(middle, NOTHING, before, 0, SHAPE);
    for (int node = 0; node < middle.length; node++) {
      double[] changed = middle.clone();
      changed[node] += step[node];
      plant.draw(changed, NOTHING, after, 0, SHAPE);
      int differ = 0;
      for (int k = 0; k < after.length; k++) {
        differ += after[k] == before[k] ? 0 : 1;
      }
      assertThat(differ).isBetween(SHAPE.size() / 200, SHAPE.size() / 5);
    }
  }
}
