package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.ScenarioEvent.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenes with memory and their events, against equations that are written out here. */
class DynamicSceneTest {
  private static final ImageShape GRAY = new ImageShape(64, 64, 1);
  private static final int FRAMES = 20_000;
  private static final double INFLOW = 0.02 * 0.55;
  private static final double OUTFLOW = 0.0155;
  private static final double LEVEL_NOISE = 0.002;
  private static final double VALVE_SD = 0.35;

  @TempDir Path dir;

  private static Scenario scenario(String scene, boolean noisy, ScenarioEvent... events) {
    SimulatedScene drawn = SimulatedScene.named(scene, NoiseKind.ADDITIVE);
    List<Double> noise = noisy ? Arrays.stream(drawn.usualNoise()).boxed().toList() : null;
    return new Scenario(drawn, noise, 2, 11, 0, Integer.MAX_VALUE, List.of(events));
  }

  private static List<SimulatedFrame> facts(Scenario scenario, int frames) {
    ScenarioStream stream = new ScenarioStream(scenario, GRAY);
    List<SimulatedFrame> facts = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      facts.add(stream.nextFacts());
    }
    return facts;
  }

  /** Frames of the tank with usual noise. */
  private static List<SimulatedFrame> tank(int frames, ScenarioEvent... events) {
    return facts(scenario("tank", true, events), frames);
  }

  private static ScenarioEvent event(Kind kind, String node, int at, int frames, double size) {
    return new ScenarioEvent(kind, node, at, frames, size, 0.1);
  }

  private static double[] factor(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.factors()[node]).toArray();
  }

  private static double[] noise(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.noise()[node]).toArray();
  }

  private static double[] roots(double[] x) {
    return Arrays.stream(x).map(Math::sqrt).toArray();
  }

  /** Correlation of y with x of some frames earlier. */
  private static double lagged(double[] x, double[] y, int lag) {
    return Stats.correlation(
        Arrays.copyOfRange(x, 0, x.length - lag), Arrays.copyOfRange(y, lag, y.length));
  }

  /** Change of the level of a frame without noise and events. */
  private static double change(double[] before) {
    return 0.02 * (0.55 + 0.35 * before[Tank.VALVE]) - OUTFLOW * Math.sqrt(before[Tank.LEVEL]);
  }

  @Test
  void shouldHaveTheEdgesAtAnyDelay() {
    assertThat(new Tank().graph()).hasToString("valve -> level, level -> gauge");
    assertThat(new Belt().graph()).hasToString("first -> second");
    assertThat(new Plate().graph()).hasToString("power -> plate, plate -> strip");
  }

  @Test
  void shouldFillTheTankByItsEquationAndShowItsLevelThreeFramesLate() {
    // When
    List<SimulatedFrame> frames = tank(FRAMES);

    // Then
    for (int t = 3; t < FRAMES; t++) {
      double[] before = frames.get(t - 1).factors();
      double[] now = frames.get(t).factors();
      double[] drawn = frames.get(t).noise();
      assertThat(now[Tank.LEVEL])
          .isCloseTo(before[Tank.LEVEL] + change(before) + drawn[Tank.LEVEL], within(1e-12));
      assertThat(now[Tank.GAUGE] - drawn[Tank.GAUGE])
          .isCloseTo(frames.get(t - 3).factors()[Tank.LEVEL], within(1e-12));
    }
    double[] process = noise(frames, Tank.LEVEL);
    assertThat(Stats.mean(process)).isCloseTo(0, within(4e-5));
    assertThat(Stats.sd(process)).isCloseTo(LEVEL_NOISE, within(4e-5));
    assertThat(lagged(process, process, 1)).isCloseTo(0, within(0.03));
    assertThat(Stats.sd(noise(frames, Tank.GAUGE)) / Stats.sd(factor(frames, Tank.LEVEL)))
        .isCloseTo(0.03, within(0.005));
  }

  /** In the mean the outflow equals the inflow, so the root of the level is their ratio. */
  @Test
  void shouldHaveALevelThatBalancesFromTheFirstFrameOn() {
    // Given
    double[] first = new double[60];

    // When
    for (int seed = 0; seed < first.length; seed++) {
      Scenario seeded = scenario("tank", true).withSeed(seed);
      first[seed] = Math.sqrt(facts(seeded, 1).get(0).factors()[Tank.LEVEL]);
    }
    double[] later = roots(factor(tank(5 * FRAMES), Tank.LEVEL));

    // Then sampling errors: 0.1 / sqrt(60) = 0.013, and 500 time constants give 0.006
    assertThat(Stats.mean(first)).isCloseTo(INFLOW / OUTFLOW, within(0.04));
    assertThat(Stats.mean(later)).isCloseTo(INFLOW / OUTFLOW, within(0.02));
    assertThat(Stats.sd(first)).isCloseTo(Stats.sd(later), within(0.03));
  }

  /** The edge of the belt shows between frames that are five apart, not within one frame. */
  @Test
  void shouldCarryAnItemToTheSecondStationInFiveFrames() {
    // When
    List<SimulatedFrame> frames = facts(scenario("belt", true), FRAMES);

    // Then
    double[] first = factor(frames, Belt.FIRST);
    double[] second = factor(frames, Belt.SECOND);
    for (int t = 5; t < FRAMES; t++) {
      assertThat(second[t] - frames.get(t).noise()[Belt.SECOND])
          .isCloseTo(first[t - 5], within(1e-12));
    }
    assertThat(lagged(first, first, 1)).isCloseTo(0, within(0.03));
    assertThat(Stats.correlation(first, second)).isCloseTo(0, within(0.03));
    assertThat(lagged(first, second, 5)).isCloseTo(0.15 / Math.hypot(0.15, 0.0075), within(0.002));
    assertThat(Stats.correlation(factor(frames, Belt.WEIGHT), second)).isCloseTo(0, within(0.1));
  }

  @Test
  void shouldWarmThePlateSlowlyAndShowItAtOnce() {
    // When
    List<SimulatedFrame> frames = facts(scenario("plate", true), FRAMES);

    // Then
    double[] power = factor(frames, Plate.POWER);
    double[] plate = factor(frames, Plate.PLATE);
    for (int t = 1; t < FRAMES; t++) {
      double[] noise = frames.get(t).noise();
      assertThat(plate[t] - noise[Plate.PLATE])
          .isCloseTo(plate[t - 1] + (160 * power[t - 1] - plate[t - 1]) / 40, within(1e-9));
      assertThat(frames.get(t).factors()[Plate.STRIP] - noise[Plate.STRIP])
          .isCloseTo(plate[t], within(1e-9));
    }
    assertThat(Stats.mean(plate)).isCloseTo(80, within(3.0));
  }

  /** The plate has a balance that is linear, so its mean falls by the share itself. */
  @Test
  void shouldCoolThePlateByTheShareOfALeak() {
    // When
    double[] cooled =
        factor(
            facts(scenario("plate", true, event(Kind.LEAK, "plate", 0, FRAMES, 0.1)), FRAMES),
            Plate.PLATE);

    // Then
    double[] twin = factor(facts(scenario("plate", true), FRAMES), Plate.PLATE);
    for (int t = 1_000; t < FRAMES; t += 1_000) {
      assertThat(twin[t] - cooled[t]).isCloseTo(8, within(1e-6));
    }
  }

  @Test
  void shouldLetRootsWanderWithTheirTimeConstants() {
    // When
    List<SimulatedFrame> frames = tank(10 * FRAMES);

    // Then
    double[] valve = factor(frames, Tank.VALVE);
    double[] lamp = factor(frames, Tank.LAMP);
    assertThat(Stats.mean(valve)).isCloseTo(0, within(0.04));
    assertThat(Stats.sd(valve)).isCloseTo(VALVE_SD, within(0.02));
    assertThat(lagged(valve, valve, 60)).isCloseTo(1 / Math.E, within(0.05));
    assertThat(lagged(lamp, lamp, 100)).isCloseTo(1 / Math.E, within(0.05));
    assertThat(Stats.correlation(lamp, factor(frames, Tank.LEVEL))).isCloseTo(0, within(0.1));
    assertThat(Stats.max(valve)).isLessThanOrEqualTo(3 * VALVE_SD);
  }

  @Test
  void shouldShowTheLevelExactlyWithoutNoise() {
    // When
    List<SimulatedFrame> frames = facts(scenario("tank", false), 500);

    // Then
    for (int t = 3; t < frames.size(); t++) {
      assertThat(frames.get(t).factors()[Tank.GAUGE])
          .isEqualTo(frames.get(t - 3).factors()[Tank.LEVEL]);
    }
    assertThat(Stats.sd(factor(frames, Tank.VALVE))).isGreaterThan(0.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tank", "belt", "plate"})
  void shouldRepeatEveryFrameForASeed(String scene) {
    // Given
    ScenarioStream first = new ScenarioStream(scenario(scene, true), GRAY);
    ScenarioStream again = new ScenarioStream(scenario(scene, true), GRAY);
    byte[] one = new byte[GRAY.size()];
    byte[] two = new byte[GRAY.size()];

    // When, Then
    for (int i = 0; i < 50; i++) {
      assertThat(first.next(one, 0).factors()).isEqualTo(again.next(two, 0).factors());
      assertThat(one).isEqualTo(two);
    }
    double[] other = facts(scenario(scene, true).withSeed(12), 1).get(0).factors();
    assertThat(other).isNotEqualTo(facts(scenario(scene, true), 1).get(0).factors());
  }

  @Test
  void shouldNotLetCallersChangeTheHistory() {
    // Given
    ScenarioStream stream = new ScenarioStream(scenario("tank", true), GRAY);
    List<SimulatedFrame> untouched = tank(10);

    // When, Then
    for (int i = 0; i < 10; i++) {
      double[] factors = stream.nextFacts().factors();
      assertThat(factors).isEqualTo(untouched.get(i).factors());
      Arrays.fill(factors, 1);
    }
  }

  /** Pixels that change with one factor do not change with another one. */
  @ParameterizedTest
  @ValueSource(strings = {"tank", "belt", "plate"})
  void shouldDrawEachFactorInItsOwnPlace(String name) {
    // Given
    SimulatedScene scene = SimulatedScene.named(name, NoiseKind.ADDITIVE);
    int d = scene.factors().size();
    int[] owner = new int[GRAY.size()];
    Arrays.fill(owner, -1);
    double[] middle = new double[d];
    for (int node = 0; node < d; node++) {
      middle[node] = at(scene, node, 0.5);
    }

    // When
    int[] moving = new int[d];
    for (int node = 0; node < d; node++) {
      byte[] first = null;
      for (int step = 0; step <= 20; step++) {
        double[] factors = middle.clone();
        factors[node] = at(scene, node, step / 20.0);
        byte[] pixels = new byte[GRAY.size()];
        scene.draw(factors, new double[0], pixels, 0, GRAY);
        first = first == null ? pixels : first;
        for (int i = 0; i < pixels.length; i++) {
          if (pixels[i] != first[i]) {
            assertThat(owner[i]).as("pixel %d of %s", i, scene.factors().get(node)).isIn(-1, node);
            moving[node] += owner[i] < 0 ? 1 : 0;
            owner[i] = node;
          }
        }
      }
    }

    // Then
    assertThat(Arrays.stream(moving).min().orElseThrow()).isGreaterThan(100);
  }

  private static double at(SimulatedScene scene, int node, double part) {
    double low = scene.clip(node, Double.NEGATIVE_INFINITY);
    double high = scene.clip(node, Double.POSITIVE_INFINITY);
    return low + part * (high - low);
  }

  /** With the same draws, the mean of the root of the level falls by the loss over the outflow. */
  @ParameterizedTest
  @ValueSource(doubles = {0.055, 0.11, 0.22})
  void shouldLowerTheLevelByALeak(double share) {
    // When
    List<SimulatedFrame> leaking =
        tank(FRAMES, event(Kind.LEAK, "level", 1_000, FRAMES - 2_000, share));

    // Then
    List<SimulatedFrame> twin = tank(FRAMES);
    double[] lost = new double[FRAMES - 3_000];
    for (int t = 0; t < lost.length; t++) {
      double[] roots =
          roots(
              new double[] {
                leaking.get(t + 2_000).factors()[Tank.LEVEL],
                twin.get(t + 2_000).factors()[Tank.LEVEL]
              });
      lost[t] = roots[1] - roots[0];
      assertThat(leaking.get(t + 2_000).noise()[Tank.LEVEL])
          .isCloseTo(twin.get(t + 2_000).noise()[Tank.LEVEL] - share * INFLOW, within(1e-9));
    }
    assertThat(Stats.mean(lost)).isCloseTo(share * INFLOW / OUTFLOW, within(1e-3));
    assertThat(leaking.get(999).factors()).isEqualTo(twin.get(999).factors());
  }

  @Test
  void shouldContinueFromTheStateThatAnEventLeaves() {
    // When
    List<SimulatedFrame> frames = tank(4_000, event(Kind.LEAK, "level", 500, 1_000, 0.22));

    // Then
    List<SimulatedFrame> twin = tank(4_000);
    double[] last = frames.get(1_499).factors();
    double[] after = frames.get(1_500).factors();
    assertThat(twin.get(1_500).factors()[Tank.LEVEL] - after[Tank.LEVEL]).isGreaterThan(0.1);
    assertThat(after[Tank.LEVEL])
        .isCloseTo(
            last[Tank.LEVEL] + change(last) + twin.get(1_500).noise()[Tank.LEVEL], within(1e-12));
    assertThat(frames.get(3_999).factors()[Tank.LEVEL])
        .isCloseTo(twin.get(3_999).factors()[Tank.LEVEL], within(1e-4));
  }

  @Test
  void shouldDelayTheEffect() {
    // When
    List<SimulatedFrame> late = tank(FRAMES, event(Kind.DELAY_CHANGE, "gauge", 0, FRAMES, 7));

    // Then
    List<SimulatedFrame> twin = tank(FRAMES);
    assertThat(peak(twin)).isEqualTo(3);
    assertThat(peak(late)).isEqualTo(10);
    for (int t = 10; t < FRAMES; t++) {
      assertThat(late.get(t).factors()[Tank.GAUGE])
          .isCloseTo(
              twin.get(t - 10).factors()[Tank.LEVEL] + twin.get(t).noise()[Tank.GAUGE],
              within(1e-12));
    }
  }

  /** Delay at which the steps of the gauge correlate with those of the level the most. */
  private static int peak(List<SimulatedFrame> frames) {
    double[] level = steps(factor(frames, Tank.LEVEL));
    double[] gauge = steps(factor(frames, Tank.GAUGE));
    int best = 0;
    for (int lag = 0; lag < 20; lag++) {
      best = lagged(level, gauge, lag) > lagged(level, gauge, best) ? lag : best;
    }
    return best;
  }

  private static double[] steps(double[] x) {
    double[] steps = new double[x.length - 1];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = x[i + 1] - x[i];
    }
    return steps;
  }

  @Test
  void shouldSlowTheResponse() {
    // When
    List<SimulatedFrame> slow = tank(2_000, event(Kind.RESPONSE_CHANGE, "level", 0, 2_000, 0.5));

    // Then
    List<SimulatedFrame> twin = tank(2_000);
    for (int t = 1; t < slow.size(); t++) {
      double[] before = slow.get(t - 1).factors();
      assertThat(slow.get(t).factors()[Tank.LEVEL])
          .isCloseTo(
              before[Tank.LEVEL] + change(before) / 2 + twin.get(t).noise()[Tank.LEVEL],
              within(1e-12));
    }
  }

  @Test
  void shouldHoldTheStateAndLetItsEffectsFollow() {
    // When
    List<SimulatedFrame> held =
        tank(1_000, event(Kind.HARD_INTERVENTION, "level", 500, 200, 20 * 0.5));

    // Then
    List<SimulatedFrame> twin = tank(1_000);
    double level = held.get(500).factors()[Tank.LEVEL];
    assertThat(level).isCloseTo(0.514 + 10 * LEVEL_NOISE, within(0.005));
    assertThat(factor(held.subList(500, 700), Tank.LEVEL)).containsOnly(level);
    assertThat(held.get(699).factors()[Tank.GAUGE])
        .isCloseTo(level + twin.get(699).noise()[Tank.GAUGE], within(1e-12));
    assertThat(held.get(700).factors()[Tank.LEVEL])
        .isCloseTo(
            level + change(held.get(699).factors()) + twin.get(700).noise()[Tank.LEVEL],
            within(1e-12));
  }

  @Test
  void shouldOffsetTheDrawnValueAlone() {
    // When
    List<SimulatedFrame> moved = tank(400, event(Kind.OFFSET, "level", 100, 100, 10));

    // Then
    List<SimulatedFrame> twin = tank(400);
    for (int t = 0; t < 400; t++) {
      double shift = t >= 100 && t < 200 ? 10 * LEVEL_NOISE : 0;
      double[] a = moved.get(t).factors();
      double[] b = twin.get(t).factors();
      assertThat(a[Tank.LEVEL]).isCloseTo(b[Tank.LEVEL] + shift, within(1e-12));
      assertThat(a[Tank.GAUGE]).isEqualTo(b[Tank.GAUGE]);
      assertThat(moved.get(t).noise()[Tank.LEVEL])
          .isCloseTo(twin.get(t).noise()[Tank.LEVEL] + shift, within(1e-12));
    }
  }

  /** The residual gains {@code size} noise deviations in proportion to the cause. */
  @Test
  void shouldChangeTheGainOfTheCauses() {
    // When
    List<SimulatedFrame> changed =
        tank(FRAMES, event(Kind.MECHANISM_CHANGE, "level", 0, FRAMES, -1));

    // Then
    List<SimulatedFrame> twin = tank(FRAMES);
    double unit = LEVEL_NOISE / VALVE_SD;
    for (int t = 1; t < FRAMES; t++) {
      double gained = changed.get(t).noise()[Tank.LEVEL] - twin.get(t).noise()[Tank.LEVEL];
      double cause = twin.get(t - 1).factors()[Tank.VALVE];
      assertThat(gained).isCloseTo(-unit * cause, within(0.1 * unit * Math.abs(cause) + 1e-9));
    }
  }

  @Test
  void shouldCutAnEdgeAndKeepTheMemory() {
    // When
    ScenarioEvent cut = new ScenarioEvent(Kind.EDGE_CHANGE, "level", 0, 500, 0, 0.1, "valve");
    List<SimulatedFrame> frames = tank(500, cut);

    // Then
    List<SimulatedFrame> twin = tank(500);
    for (int t = 1; t < 500; t++) {
      double before = frames.get(t - 1).factors()[Tank.LEVEL];
      assertThat(frames.get(t).factors()[Tank.LEVEL])
          .isCloseTo(
              before + INFLOW - OUTFLOW * Math.sqrt(before) + twin.get(t).noise()[Tank.LEVEL],
              within(1e-12));
    }
  }

  @Test
  void shouldMultiplyTheNoiseOfTheStep() {
    // When
    List<SimulatedFrame> louder = tank(500, event(Kind.NOISE_CHANGE, "level", 0, 500, 3));

    // Then
    List<SimulatedFrame> twin = tank(500);
    for (int t = 0; t < 500; t++) {
      assertThat(louder.get(t).noise()[Tank.LEVEL])
          .isCloseTo(3 * twin.get(t).noise()[Tank.LEVEL], within(1e-12));
    }
  }

  @Test
  void shouldMoveTheMeanOfARoot() {
    // When
    List<SimulatedFrame> moved = tank(FRAMES, event(Kind.COVARIATE_DRIFT, "valve", 0, FRAMES, 0.5));

    // Then without the few frames that the range cuts
    double[] more = new double[FRAMES - 1_000];
    List<SimulatedFrame> twin = tank(FRAMES);
    for (int t = 0; t < more.length; t++) {
      more[t] =
          moved.get(t + 1_000).factors()[Tank.VALVE] - twin.get(t + 1_000).factors()[Tank.VALVE];
    }
    Arrays.sort(more);
    assertThat(more[more.length / 2]).isCloseTo(0.5 * VALVE_SD, within(1e-6));
  }

  @Test
  void shouldShockTheStateSoThatItRecovers() {
    // When
    List<SimulatedFrame> shocked = tank(1_500, event(Kind.SINGLE_SHOCK, "level", 100, 1, 20));

    // Then
    List<SimulatedFrame> twin = tank(1_500);
    double[] more = new double[1_500];
    for (int t = 0; t < 1_500; t++) {
      more[t] = shocked.get(t).factors()[Tank.LEVEL] - twin.get(t).factors()[Tank.LEVEL];
    }
    assertThat(more[99]).isZero();
    assertThat(more[100]).isCloseTo(20 * LEVEL_NOISE, within(1e-12));
    assertThat(more[190] / more[100]).isBetween(0.2, 0.6);
    assertThat(more[1_499]).isCloseTo(0, within(1e-6));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pendulum | leak | shadow_length | 0.1 | events[0].kind is leak, which needs a scene with"
            + " memory, and pendulum has none",
        "pendulum | delay_change | shadow_length | 1 | events[0].kind is delay_change, which needs",
        "flow | response_change | water_flow | 0.5 | events[0].kind is response_change, which needs",
        "tank | leak | gauge | 0.1 | events[0].node is 'gauge', which has no memory; leak needs a"
            + " caused node with memory",
        "tank | leak | valve | 0.1 | events[0].node is 'valve', which has no causes; leak needs",
        "tank | response_change | gauge | 0.5 | events[0].node is 'gauge', which has no memory",
        "belt | leak | second | 0.1 | events[0].node is 'second', which has no memory",
        "tank | delay_change | lamp | 3 | events[0].node is 'lamp', which has no causes",
        "tank | delay_change | gauge | -4 | events[0].size must be at least -3, the delay of gauge"
            + " is 3 frames, but was -4.0",
      })
  void shouldRefuseEventsThatNeedAnotherNode(
      String scene, String kind, String node, double size, String message) {
    ScenarioEvent event = event(Kind.of(kind), node, 0, 10, size);
    assertThatThrownBy(() -> scenario(scene, false, event))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void shouldRefuseSizesThatAreNotPossible() {
    assertThatThrownBy(() -> event(Kind.DELAY_CHANGE, "gauge", 0, 10, 1.5))
        .hasMessage(
            "size must be a whole number of frames up to 1000 for delay_change but was 1.5");
    assertThatThrownBy(() -> event(Kind.DELAY_CHANGE, "gauge", 0, 10, 1e9))
        .hasMessageContaining("up to 1000 for delay_change but was 1.0E9");
    assertThatThrownBy(() -> event(Kind.RESPONSE_CHANGE, "level", 0, 10, 0))
        .hasMessage("size must be above 0 for response_change but was 0.0");
  }

  @Test
  void shouldRefuseOptionsOfIndependentFrames() {
    // Given
    Scenario tank = scenario("tank", true);

    // When, Then
    assertThatThrownBy(() -> Scenario.nominal(new Tank(), null, 1, 0.5))
        .hasMessage(
            "autocorrelation must be left out for tank, whose roots have time constants, but was"
                + " 0.5");
    for (double[] shares : new double[][] {{0.1, 0, 0}, {0, 0.1, 0}, {0, 0, 0.1}}) {
      DatasetGenerator.Settings settings =
          new DatasetGenerator.Settings(
              100, 0, GRAY, false, false, shares[0], shares[1], shares[2], 0, 0);
      assertThatThrownBy(() -> DatasetGenerator.generate(tank, settings, dir, share -> {}))
          .hasMessage(
              "commissioning, pairs and holds need independent frames but those of tank are a"
                  + " sequence");
    }
  }

  @Test
  void shouldWriteASequenceWithTimes() throws IOException {
    // Given
    Scenario quiet =
        Scenario.parse("{\"scene\": \"tank\", \"noise\": \"usual\", \"seed\": 3}", "quiet");
    DatasetGenerator.Settings settings = new DatasetGenerator.Settings(40, 10, GRAY, false, true);

    // When
    DatasetGenerator.generate(quiet, settings, dir.resolve("set"), share -> {});

    // Then
    FrameDataset set = FrameDataset.open(dir.resolve("set"));
    assertThat(quiet.framesPerSecond()).isEqualTo(2);
    assertThat(set.labels().value(39, "residua.time")).isEqualTo(19.5);
    assertThat(set.labels().text(0, "level")).isNull();
    assertThat(set.labels().value(3, "level")).isBetween(0.0, 1.1);
    assertThat(set.labels().value(0, "residua.noise.level")).isNotZero();
  }
}
