package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.simulation.ScenarioEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Effects of events on factors and residuals, against their closed forms. */
class ScenarioStreamTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int FRAMES = 4000;
  private static final int LIGHT = 1;
  private static final int LENGTH = 2;
  private static final int POSITION = 3;
  private static final double LENGTH_NOISE = 0.5;
  private static final double LIGHT_SD = (147 - 60) * 0.9 / Math.sqrt(12);

  private static Scenario scenario(SimulatedScene scene, ScenarioEvent... events) {
    return new Scenario(scene, List.of(0.5, 0.4), 20, 11, 0, FRAMES, List.of(events));
  }

  private static List<SimulatedFrame> facts(Scenario scenario, int frames) {
    ScenarioStream stream = new ScenarioStream(scenario, SHAPE);
    List<SimulatedFrame> facts = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      facts.add(stream.nextFacts());
    }
    return facts;
  }

  /** All frames of a stream in which one event lasts from the first to the last. */
  private static List<SimulatedFrame> during(Kind kind, String node, double size) {
    return facts(
        scenario(new Pendulum(), new ScenarioEvent(kind, node, 0, FRAMES, size, 0.1)), FRAMES);
  }

  private static List<SimulatedFrame> nominal() {
    return facts(scenario(new Pendulum()), FRAMES);
  }

  private static double[] factor(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.factors()[node]).toArray();
  }

  private static double[] residual(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.noise()[node]).toArray();
  }

  private static double[] explained(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.factors()[node] - f.noise()[node]).toArray();
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  @Test
  void shouldDrawIndependentNoiseOfTheGivenSizeInNominalFrames() {
    // When
    List<SimulatedFrame> frames = nominal();

    // Then sampling errors of 4,000 draws: 0.008 for a mean, 0.006 for an sd, 0.016 for r
    double[] noise = residual(frames, LENGTH);
    assertThat(Stats.mean(noise)).isCloseTo(0, within(0.025));
    assertThat(Stats.sd(noise)).isCloseTo(0.5, within(0.02));
    assertThat(Stats.sd(residual(frames, POSITION))).isCloseTo(0.4, within(0.02));
    assertThat(Stats.correlation(noise, explained(frames, LENGTH))).isCloseTo(0, within(0.05));
    assertThat(Stats.correlation(noise, residual(frames, POSITION))).isCloseTo(0, within(0.05));
    assertThat(frames).allSatisfy(f -> assertThat(f.event()).isNull());
  }

  @Test
  void shouldDrawRootsUniformlyAndIndependently() {
    // When
    List<SimulatedFrame> frames = nominal();

    // Then
    double[] light = factor(frames, LIGHT);
    assertThat(Stats.mean(light)).isCloseTo((60 + 147) * 0.9 / 2, within(1.5));
    assertThat(Stats.sd(light)).isCloseTo(LIGHT_SD, within(0.6));
    assertThat(Stats.min(light)).isBetween(54.0, 54.2);
    assertThat(Stats.max(light)).isBetween(132.1, 132.3);
    assertThat(Stats.correlation(factor(frames, 0), light)).isCloseTo(0, within(0.05));
    assertThat(lagged(light)).isCloseTo(0, within(0.05));
  }

  private static double lagged(double[] x) {
    double[] now = java.util.Arrays.copyOfRange(x, 1, x.length);
    double[] before = java.util.Arrays.copyOfRange(x, 0, x.length - 1);
    return Stats.correlation(now, before);
  }

  /** The rank correlation of a Gaussian copula is {@code 6/pi asin(rho/2)}. */
  @Test
  void shouldTieRootsToTheFrameBeforeAndKeepThemUniform() {
    // Given
    Scenario tied = Scenario.nominal(new Pendulum(), List.of(0.5, 0.4), 3, 0.9);

    // When
    List<SimulatedFrame> frames = facts(tied, 20_000);

    // Then
    double[] light = factor(frames, LIGHT);
    assertThat(lagged(light)).isCloseTo(6 / Math.PI * Math.asin(0.45), within(0.02));
    assertThat(Stats.sd(light)).isCloseTo(LIGHT_SD, within(1.0));
    assertThat(lagged(residual(frames, LENGTH))).isCloseTo(0, within(0.03));
  }

  @Test
  void shouldHaveNoNoiseInTheLiteralPendulum() {
    // When
    List<SimulatedFrame> frames = facts(Scenario.nominal(new Pendulum(), null, 1, 0), 100);

    // Then
    assertThat(residual(frames, LENGTH)).containsOnly(0);
    assertThat(residual(frames, POSITION)).containsOnly(0);
  }

  @Test
  void shouldShockOneFrameAndPropagateToItsEffects() {
    // Given
    SimulatedScene flow = new Flow();
    ScenarioEvent shock = new ScenarioEvent(Kind.SINGLE_SHOCK, "water_height", 50, 1, 4, 0.1);

    // When
    List<SimulatedFrame> shocked = facts(scenario(flow, shock), 200);

    // Then the residual moves by 4 * 0.5, the flow moves with the height, its residual does not
    List<SimulatedFrame> twin = facts(scenario(flow), 200);
    for (int i = 0; i < 200; i++) {
      SimulatedFrame a = shocked.get(i);
      SimulatedFrame b = twin.get(i);
      if (i == 50) {
        assertThat(a.noise()[2] - b.noise()[2]).isCloseTo(2.0, within(1e-9));
        assertThat(a.factors()[3]).isGreaterThan(b.factors()[3] + 0.5);
        assertThat(a.noise()[3]).isCloseTo(b.noise()[3], within(1e-9));
        assertThat(a.event()).isEqualTo(new SimulatedFrame.ActiveEvent("p1e1", shock, 50));
      } else {
        assertThat(a.factors()).isEqualTo(b.factors());
        assertThat(a.event()).isNull();
      }
    }
  }

  @Test
  void shouldHoldACausedNodeWhateverItsCausesDo() {
    // When
    List<SimulatedFrame> held = during(Kind.HARD_INTERVENTION, "shadow_length", 3);

    // Then eps = c - f: constant z, correlation -1, the spread of f; other residuals unchanged
    List<SimulatedFrame> twin = nominal();
    double constant = held.get(0).factors()[LENGTH];
    assertThat(factor(held, LENGTH)).containsOnly(constant);
    assertThat(constant)
        .isCloseTo(Stats.mean(factor(twin, LENGTH)) + 3 * LENGTH_NOISE, within(0.15));
    assertThat(Stats.correlation(residual(held, LENGTH), explained(held, LENGTH)))
        .isCloseTo(-1, within(1e-9));
    assertThat(Stats.sd(residual(held, LENGTH)))
        .isCloseTo(Stats.sd(explained(twin, LENGTH)), within(1e-9));
    assertThat(residual(held, POSITION)).isEqualTo(residual(twin, POSITION));
  }

  @Test
  void shouldHoldARootAndLetItsEffectsFollow() {
    // When
    List<SimulatedFrame> held = during(Kind.HARD_INTERVENTION, "light", 0.5);

    // Then
    List<SimulatedFrame> twin = nominal();
    double light = held.get(0).factors()[LIGHT];
    assertThat(light).isCloseTo((60 + 147) * 0.9 / 2 + 0.5 * LIGHT_SD, within(1e-9));
    assertThat(factor(held, LIGHT)).containsOnly(light);
    assertThat(factor(held, 0)).isEqualTo(factor(twin, 0));
    assertThat(Stats.sd(factor(held, POSITION))).isLessThan(0.8 * Stats.sd(factor(twin, POSITION)));
    for (int i = 0; i < FRAMES; i++) {
      assertThat(held.get(i).noise()[LENGTH]).isCloseTo(twin.get(i).noise()[LENGTH], within(1e-9));
    }
  }

  /** The correlation is {@code -sd(f) / sqrt(sd(f)^2 + s^2)}. */
  @Test
  void shouldDrawANodeIndependentlyOfItsCauses() {
    // When
    List<SimulatedFrame> drawn = during(Kind.STOCHASTIC_INTERVENTION, "shadow_length", 3);

    // Then
    double[] explained = explained(drawn, LENGTH);
    double sd = Stats.sd(explained);
    assertThat(Stats.sd(factor(drawn, LENGTH))).isCloseTo(1.5, within(0.06));
    assertThat(Stats.correlation(factor(drawn, LENGTH), explained)).isCloseTo(0, within(0.05));
    assertThat(Stats.correlation(residual(drawn, LENGTH), explained))
        .isCloseTo(-sd / Math.hypot(sd, 1.5), within(0.03));
  }

  /** The residual gains {@code g - f}, here proportional to {@code f}. */
  @Test
  void shouldChangeAMechanism() {
    // When
    List<SimulatedFrame> changed = during(Kind.MECHANISM_CHANGE, "shadow_position", -2);

    // Then
    List<SimulatedFrame> twin = nominal();
    double[] gained = minus(residual(changed, POSITION), residual(twin, POSITION));
    assertThat(Stats.correlation(gained, explained(twin, POSITION))).isCloseTo(-1, within(1e-9));
    assertThat(Stats.sd(gained)).isCloseTo(2 * 0.4, within(0.02));
    assertThat(Stats.mean(gained)).isCloseTo(0, within(0.05));
    assertThat(factor(changed, LENGTH)).isEqualTo(factor(twin, LENGTH));
  }

  /** The equation without its noise reads another value of one cause and those of the others. */
  @Test
  void shouldChangeOneEdge() {
    // Given
    SimulatedScene scene = new Pendulum();
    for (double size : new double[] {0, 0.5, 1}) {
      ScenarioEvent event =
          new ScenarioEvent(Kind.EDGE_CHANGE, "shadow_position", 0, FRAMES, size, 0.1, "light");
      // When
      List<SimulatedFrame> changed = facts(scenario(scene, event), FRAMES);
      // Then
      List<SimulatedFrame> twin = nominal();
      int light = scene.factors().indexOf("light");
      double mean = (scene.lowest(light) + scene.highest(light)) / 2;
      for (int t = 0; t < FRAMES; t++) {
        double[] factors = twin.get(t).factors().clone();
        double noise = factors[POSITION] - scene.mechanism(POSITION, factors);
        factors[light] = mean + size * (factors[light] - mean);
        assertThat(changed.get(t).factors()[POSITION])
            .isCloseTo(scene.mechanism(POSITION, factors) + noise, within(1e-6));
        assertThat(changed.get(t).factors()[LENGTH]).isEqualTo(twin.get(t).factors()[LENGTH]);
      }
    }
  }

  @Test
  void shouldOffsetANode() {
    // When
    List<SimulatedFrame> moved = during(Kind.OFFSET, "shadow_length", 2);

    // Then
    double[] gained = minus(residual(moved, LENGTH), residual(nominal(), LENGTH));
    assertThat(Stats.min(gained)).isCloseTo(1.0, within(1e-9));
    assertThat(Stats.max(gained)).isCloseTo(1.0, within(1e-9));
  }

  @Test
  void shouldMultiplyTheNoise() {
    // When
    List<SimulatedFrame> loud = during(Kind.NOISE_CHANGE, "shadow_position", 3);

    // Then
    double[] noise = residual(loud, POSITION);
    double[] twin = residual(nominal(), POSITION);
    for (int i = 0; i < FRAMES; i++) {
      assertThat(noise[i]).isCloseTo(3 * twin[i], within(1e-9));
    }
  }

  /** For a uniform root the mean moves by {@code range * (Phi(size / sqrt 2) - 1/2)}. */
  @Test
  void shouldDriftARootInsideItsRangeAndLeaveMechanismsAlone() {
    // When
    List<SimulatedFrame> drifted = during(Kind.COVARIATE_DRIFT, "light", 0.4);

    // Then
    List<SimulatedFrame> twin = nominal();
    double moved = Stats.mean(factor(drifted, LIGHT)) - Stats.mean(factor(twin, LIGHT));
    double range = (147 - 60) * 0.9;
    assertThat(moved)
        .isCloseTo(range * (PortableRandom.normalCdf(0.4 / Math.sqrt(2)) - 0.5), within(1.0));
    assertThat(moved / LIGHT_SD).isCloseTo(0.4, within(0.05));
    assertThat(Stats.max(factor(drifted, LIGHT))).isLessThanOrEqualTo(147 * 0.9);
    for (int i = 0; i < FRAMES; i++) {
      assertThat(drifted.get(i).noise()[POSITION])
          .isCloseTo(twin.get(i).noise()[POSITION], within(1e-9));
    }
  }

  @Test
  void shouldHitTheGivenShareOfFramesOnBothSides() {
    // When
    List<SimulatedFrame> sparse = during(Kind.SPARSE_ANOMALIES, "shadow_length", 4);

    // Then
    double[] gained = minus(residual(sparse, LENGTH), residual(nominal(), LENGTH));
    int up = 0;
    int down = 0;
    for (int i = 0; i < FRAMES; i++) {
      boolean hit = sparse.get(i).event() != null;
      if (hit && gained[i] > 0) {
        assertThat(gained[i]).isCloseTo(2, within(1e-9));
        up++;
      } else if (hit) {
        // A shadow has no negative length, so a shock may be cut there.
        assertThat(gained[i]).isBetween(-2 - 1e-9, -1.0);
        down++;
      } else {
        assertThat(gained[i]).isZero();
      }
    }
    assertThat((up + down) / (double) FRAMES).isCloseTo(0.1, within(0.02));
    assertThat(up / (double) (up + down)).isCloseTo(0.5, within(0.1));
  }

  @Test
  void shouldScaleBrightnessAndRepeatTheLastPictureOfAFrozenCamera() {
    // Given
    Scenario script =
        scenario(
            new Pendulum(),
            new ScenarioEvent(Kind.BRIGHTNESS, null, 2, 2, 0.8, 0.1),
            new ScenarioEvent(Kind.FROZEN_CAMERA, null, 6, 3, 0, 0.1));
    ScenarioStream stream = new ScenarioStream(script, SHAPE);
    ScenarioStream twin = new ScenarioStream(scenario(new Pendulum()), SHAPE);
    byte[][] pictures = new byte[12][SHAPE.size()];
    byte[][] twins = new byte[12][SHAPE.size()];

    for (int i = 0; i < 12; i++) {
      // When
      SimulatedFrame frame = stream.next(pictures[i], 0);

      // Then the world is the twin's at all times
      assertThat(frame.factors()).isEqualTo(twin.next(twins[i], 0).factors());
      if (i == 2 || i == 3) {
        for (int p = 0; p < pictures[i].length; p++) {
          assertThat(pictures[i][p] & 0xFF).isEqualTo((int) Math.round(0.8 * (twins[i][p] & 0xFF)));
        }
      } else if (i >= 6 && i < 9) {
        assertThat(pictures[i]).isEqualTo(pictures[5]).isNotEqualTo(twins[i]);
      } else {
        assertThat(pictures[i]).isEqualTo(twins[i]);
      }
    }
  }

  @Test
  void shouldDarkenSaturateBlurAndTearThePictureWhileTheWorldGoesOn() {
    // Given
    Scenario script =
        scenario(
            new Pendulum(),
            new ScenarioEvent(Kind.DARK, null, 1, 1, 0.1, 0.1),
            new ScenarioEvent(Kind.SATURATED, null, 2, 1, 0.75, 0.1),
            new ScenarioEvent(Kind.BLURRED, null, 3, 1, 1, 0.1),
            new ScenarioEvent(Kind.TORN, null, 4, 1, 0.25, 0.1));
    ScenarioStream stream = new ScenarioStream(script, SHAPE);
    ScenarioStream twin = new ScenarioStream(scenario(new Pendulum()), SHAPE);
    byte[][] pictures = new byte[6][SHAPE.size()];
    byte[][] twins = new byte[6][SHAPE.size()];
    for (int i = 0; i < 6; i++) {
      // When
      SimulatedFrame frame = stream.next(pictures[i], 0);

      // Then
      assertThat(frame.factors()).isEqualTo(twin.next(twins[i], 0).factors());
    }
    for (int p = 0; p < SHAPE.size(); p++) {
      assertThat(pictures[1][p] & 0xFF).isEqualTo((int) Math.round(0.1 * (twins[1][p] & 0xFF)));
      int value = twins[2][p] & 0xFF;
      assertThat(pictures[2][p] & 0xFF).isEqualTo((int) Math.round(value + 0.75 * (255 - value)));
    }
    assertThat(pictures[3]).isEqualTo(blurred(twins[3]));
    // The tear is at row h / 4 + 7 * index mod h / 2.
    int row = SHAPE.width() * SHAPE.channels();
    int first = SHAPE.height() / 4 + 28 % (SHAPE.height() / 2);
    for (int p = 0; p < SHAPE.size(); p++) {
      int from = p % row - SHAPE.width() / 4 * SHAPE.channels();
      int source = p < first * row ? p : p / row * row + Math.floorMod(from, row);
      assertThat(pictures[4][p]).isEqualTo(twins[4][source]);
    }
    assertThat(pictures[0]).isEqualTo(twins[0]);
    assertThat(pictures[5]).isEqualTo(twins[5]);
  }

  /** A Gaussian of one pixel in two dimensions at once, cut three pixels away. */
  private static byte[] blurred(byte[] pixels) {
    byte[] out = new byte[pixels.length];
    int w = SHAPE.width();
    int h = SHAPE.height();
    int c = SHAPE.channels();
    for (int p = 0; p < pixels.length; p++) {
      int x = p / c % w;
      int y = p / c / w;
      double sum = 0;
      double weights = 0;
      for (int dy = -3; dy <= 3; dy++) {
        for (int dx = -3; dx <= 3; dx++) {
          double weight = Math.exp(-(dx * dx + dy * dy) / 2.0);
          int at =
              (Math.max(0, Math.min(h - 1, y + dy)) * w + Math.max(0, Math.min(w - 1, x + dx))) * c
                  + p % c;
          sum += weight * (pixels[at] & 0xFF);
          weights += weight;
        }
      }
      out[p] = (byte) Math.round(sum / weights);
    }
    return out;
  }

  @Test
  void shouldStartItsEventsAgainAfterOnePass() {
    // Given
    ScenarioEvent event = new ScenarioEvent(Kind.OFFSET, "shadow_length", 3, 2, 1, 0.1);
    Scenario script = new Scenario(new Pendulum(), List.of(0.5, 0.4), 20, 1, 0, 10, List.of(event));

    // When
    List<SimulatedFrame> frames = facts(script, 25);

    // Then
    assertThat(frames.get(4).event()).isEqualTo(new SimulatedFrame.ActiveEvent("p1e1", event, 3));
    assertThat(frames.get(13).event()).isEqualTo(new SimulatedFrame.ActiveEvent("p2e1", event, 13));
    assertThat(frames.get(24).event()).isEqualTo(new SimulatedFrame.ActiveEvent("p3e1", event, 23));
    assertThat(frames.get(15).event()).isNull();
    assertThat(frames.get(3).factors()).isNotEqualTo(frames.get(13).factors());
  }

  @Test
  void shouldGiveTheSameStreamForTheSameSeedOnly() {
    // Given
    Scenario script = scenario(new Flow());

    // When
    double[] first = factor(facts(script, 50), 2);
    double[] again = factor(facts(script, 50), 2);
    double[] other = factor(facts(script.withSeed(12), 50), 2);

    // Then
    assertThat(first).isEqualTo(again).isNotEqualTo(other);
  }
}
