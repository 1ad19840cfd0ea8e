package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.simulation.ScenarioEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scenes whose noise is not additive. */
class ValveTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int FRAMES = 20_000;

  private static List<SimulatedFrame> facts(Scenario scenario, int frames) {
    ScenarioStream stream = new ScenarioStream(scenario, SHAPE);
    List<SimulatedFrame> facts = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      facts.add(stream.nextFacts());
    }
    return facts;
  }

  private static double[] noise(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.noise()[node]).toArray();
  }

  private static double[] factor(List<SimulatedFrame> frames, int node) {
    return frames.stream().mapToDouble(f -> f.factors()[node]).toArray();
  }

  @Test
  void shouldFollowItsEquations() {
    // When
    List<SimulatedFrame> frames =
        facts(Scenario.nominal(new Valve(), List.of(0.15, 0.3), 1, 0), 1000);

    // Then
    for (SimulatedFrame frame : frames) {
      double[] f = frame.factors();
      double[] e = frame.noise();
      assertThat(f[2]).isCloseTo(2 * Math.sqrt(f[0]) * (1 + e[2]), within(1e-9));
      assertThat(f[3]).isCloseTo(0.8 * f[2] + 0.6 * f[1] + f[1] * e[3], within(1e-9));
    }
    assertThat(Stats.sd(noise(frames, 2))).isCloseTo(0.15, within(0.015));
    assertThat(Stats.sd(noise(frames, 3))).isCloseTo(0.3, within(0.03));
  }

  /** The columns are independent of the causes; the usual additive residual is not. */
  @Test
  void shouldBreakAdditiveNoiseAndOnlyThat() {
    // Given
    SimulatedScene valve = new Valve();
    List<SimulatedFrame> frames = facts(Scenario.nominal(valve, List.of(0.15, 0.3), 1, 0), FRAMES);

    for (int node : new int[] {Valve.FLOW, Valve.LEVEL}) {
      int cause = node == Valve.FLOW ? Valve.PRESSURE : Valve.OPENING;
      double[] drawn = noise(frames, node);
      double[] size = new double[FRAMES];
      double[] residual = new double[FRAMES];
      for (int i = 0; i < FRAMES; i++) {
        double[] f = frames.get(i).factors();
        size[i] = Math.abs(drawn[i]);
        residual[i] = Math.abs(f[node] - valve.mechanism(node, f));
      }

      // When, Then the sampling error of a correlation is 0.007
      assertThat(Stats.correlation(drawn, factor(frames, cause))).isCloseTo(0, within(0.03));
      assertThat(Stats.correlation(size, factor(frames, cause))).isCloseTo(0, within(0.03));
      assertThat(Stats.correlation(residual, factor(frames, cause))).isGreaterThan(0.15);
    }
  }

  @Test
  void shouldMakeTheNoiseOfThePendulumMultiplicativeOnRequest() throws Exception {
    // Given
    Scenario scenario =
        Scenario.parse(
            "{\"scene\": \"pendulum\", \"noise\": \"usual\", \"noiseKind\": \"multiplicative\"}",
            "test");

    // When
    List<SimulatedFrame> frames = facts(scenario, FRAMES);

    // Then it is mechanism * (1 + noise / mean), with the mean of the mechanism itself
    double[] mean = new double[4];
    for (SimulatedFrame frame : frames) {
      double[] f = frame.factors();
      for (int node = 2; node < 4; node++) {
        mean[node] += new Pendulum().mechanism(node, f) / FRAMES;
      }
    }
    for (SimulatedFrame frame : frames.subList(0, 500)) {
      double[] f = frame.factors();
      for (int node = 2; node < 4; node++) {
        double mechanism = new Pendulum().mechanism(node, f);
        assertThat(f[node])
            .isCloseTo(mechanism * (1 + frame.noise()[node] / mean[node]), within(0.05));
      }
    }
    assertThat(Stats.sd(noise(frames, 2))).isCloseTo(0.5, within(0.01));
    assertThat(scenario.scene().settings()).containsEntry("noiseKind", "multiplicative");
  }

  /** The oracle is the definition, with means of the mechanisms over the frames themselves. */
  @Test
  void shouldMakeTheNoiseOfTheFlowMultiplicativeOnRequest() throws Exception {
    // Given
    Scenario scenario =
        Scenario.parse(
            "{\"scene\": \"flow\", \"noise\": \"usual\", \"noiseKind\": \"multiplicative\"}",
            "test");

    // When
    List<SimulatedFrame> frames = facts(scenario, FRAMES);

    // Then the mean flow is within one percent, as it varies with the noise of the height
    double[] mean = new double[4];
    for (SimulatedFrame frame : frames) {
      for (int node = 2; node < 4; node++) {
        mean[node] += new Flow().mechanism(node, frame.factors()) / FRAMES;
      }
    }
    for (SimulatedFrame frame : frames.subList(0, 500)) {
      double[] f = frame.factors();
      for (int node = 2; node < 4; node++) {
        double mechanism = new Flow().mechanism(node, f);
        double share = frame.noise()[node] / mean[node];
        assertThat(f[node])
            .isCloseTo(mechanism * (1 + share), within(0.01 * mechanism * Math.abs(share) + 0.01));
      }
    }
    assertThat(Stats.sd(noise(frames, 2))).isCloseTo(0.5, within(0.01));
    assertThat(Stats.sd(noise(frames, 3))).isCloseTo(0.4, within(0.01));
    assertThat(scenario.scene().settings()).containsEntry("noiseKind", "multiplicative");
    assertThat(new Flow().settings()).isEmpty();
  }

  /** A unit is the root mean square of the noise as the factor shows it. */
  @Test
  void shouldMeasureEventsInUnitsOfTheFactor() {
    // Given
    ScenarioEvent shock = new ScenarioEvent(Kind.OFFSET, "flow", 0, 500, 2, 0.1);
    List<Double> noise = List.of(0.15, 0.3);

    // When
    List<SimulatedFrame> moved =
        facts(new Scenario(new Valve(), noise, 20, 1, 0, 500, List.of(shock)), 500);

    // Then E[(2 sqrt(pressure))^2] = 4 E[pressure] = 12
    List<SimulatedFrame> twin = facts(Scenario.nominal(new Valve(), noise, 1, 0), 500);
    for (int i = 0; i < 500; i++) {
      assertThat(moved.get(i).factors()[2] - twin.get(i).factors()[2])
          .isCloseTo(2 * 0.15 * Math.sqrt(12), within(0.02));
    }
  }

  @Test
  void shouldShowEachFactorInAPlaceOfItsOwn() {
    // Given
    double[] base = {3, 1.5, 3.5, 4};
    double[] more = {5, 3, 6, 7};
    byte[] before = new byte[SHAPE.size()];
    new Valve().draw(base, new double[0], before, 0, SHAPE);
    int[] owner = new int[64 * 64];

    for (int node = 0; node < 4; node++) {
      // When
      double[] factors = base.clone();
      factors[node] = more[node];
      byte[] after = new byte[SHAPE.size()];
      new Valve().draw(factors, new double[0], after, 0, SHAPE);

      // Then
      int changed = 0;
      for (int p = 0; p < owner.length; p++) {
        if (before[3 * p + 1] != after[3 * p + 1]) {
          assertThat(owner[p]).isZero();
          owner[p] = node + 1;
          changed++;
        }
      }
      assertThat(changed).as(new Valve().factors().get(node)).isGreaterThan(15);
    }
  }
}
