package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.bench.experiment.ScriptedEvents.Scripted;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import dev.residua.simulation.SimulatedScene;
import dev.residua.simulation.Valve;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Plays events on the noisy pendulum and compares with nominal frames of the same draws. Tolerances
 * are four standard errors of {@value #FRAMES} frames unless the draws cancel.
 */
class ScriptedEventsTest {
  private static final int FRAMES = 1_200;
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final SimulatedScene SCENE = new Pendulum();
  private static final List<Double> NOISE = List.of(0.5, 0.4);
  private static final int LIGHT = 1;
  private static final int LENGTH = 2;
  private static final int POSITION = 3;

  private static final Map<String, Scripted> EVENTS = new HashMap<>();
  private static Played nominal;

  /**
   * Columns of some frames: values, residuals, expected values by the causes, and the mean
   * intensity.
   */
  private record Played(
      double[][] factors, double[][] residuals, double[][] explained, double light) {
    static Played of(List<Scripted> events) {
      Scenario scenario =
          new Scenario(
              SCENE, NOISE, 20, 7, 0, FRAMES, events.stream().map(Scripted::event).toList());
      ScenarioStream stream = new ScenarioStream(scenario, IMAGE);
      int d = SCENE.graph().size();
      double[][] factors = new double[d][FRAMES];
      double[][] residuals = new double[d][FRAMES];
      double[][] explained = new double[d][FRAMES];
      byte[] pixels = new byte[IMAGE.size()];
      double light = 0;
      for (int n = 0; n < FRAMES; n++) {
        SimulatedFrame frame = stream.next(pixels, 0);
        for (int i = 0; i < d; i++) {
          factors[i][n] = frame.factors()[i];
          residuals[i][n] = frame.noise()[i];
          explained[i][n] = frame.factors()[i] - frame.noise()[i];
        }
        for (byte pixel : pixels) {
          light += (pixel & 0xff) / (255.0 * FRAMES * pixels.length);
        }
      }
      return new Played(factors, residuals, explained, light);
    }
  }

  @BeforeAll
  static void playNominal() {
    ScriptedEvents.of(SCENE, NOISE, FRAMES).forEach(one -> EVENTS.put(one.name(), one));
    nominal = Played.of(List.of());
  }

  private static Played play(String name) {
    assertThat(EVENTS).containsKey(name);
    return Played.of(List.of(EVENTS.get(name)));
  }

  private static double mean(double[] x) {
    return Arrays.stream(x).average().orElseThrow();
  }

  private static double covariance(double[] x, double[] y) {
    double sum = 0;
    for (int n = 0; n < x.length; n++) {
      sum += (x[n] - mean(x)) * (y[n] - mean(y));
    }
    return sum / (x.length - 1);
  }

  private static double sd(double[] x) {
    return Math.sqrt(covariance(x, x));
  }

  @Test
  void shouldTouchEveryNodeInEveryWayThatItCanBeTouched() {
    assertThat(EVENTS).hasSize(2 * 3 + 2 * 5 + 2);
    EVENTS.forEach(
        (name, one) -> {
          assertThat(one.event().at()).isZero();
          assertThat(one.event().frames()).isEqualTo(FRAMES);
          assertThat(name)
              .startsWith(one.node() < 0 ? "picture" : SCENE.graph().name(one.node()) + " ");
        });
  }

  @Test
  void shouldShiftTheResidualByOneNoiseDeviation() {
    // Given
    // When
    Played played = play("shadow_length +1 noise sd");
    // Then the draws cancel but for frames that are cut at the edge of the picture
    assertThat(mean(played.residuals()[LENGTH]) - mean(nominal.residuals()[LENGTH]))
        .isCloseTo(0.5, within(1e-3));
    assertThat(sd(played.residuals()[LENGTH])).isCloseTo(0.5, within(0.05));
    assertThat(played.residuals()[POSITION]).containsExactly(nominal.residuals()[POSITION]);
  }

  @Test
  void shouldDoubleTheNoise() {
    // Given
    // When
    Played played = play("shadow_position noise x2");
    // Then
    assertThat(sd(played.residuals()[POSITION]) / sd(nominal.residuals()[POSITION]))
        .isCloseTo(2, within(1e-3));
    assertThat(played.residuals()[LENGTH]).containsExactly(nominal.residuals()[LENGTH]);
  }

  @Test
  void shouldTakeAwayPartOfWhatCausesExplain() {
    for (int node : SCENE.caused()) {
      // Given
      double[] f = nominal.explained()[node];
      // When
      Played played = play(SCENE.graph().name(node) + " gain .85");
      // Then residual = noise - 0.15 (f - mean f), so its slope on f is that of the noise - 0.15
      double slope =
          covariance(played.residuals()[node], f) - covariance(nominal.residuals()[node], f);
      assertThat(slope / covariance(f, f)).isCloseTo(-0.15, within(0.004));
      assertThat(mean(played.residuals()[node])).isCloseTo(0, within(0.08));
    }
  }

  @Test
  void shouldCutANodeFromItsCausesWithItsSpreadKept() {
    for (int node : SCENE.caused()) {
      // Given
      double f = sd(nominal.explained()[node]);
      double s = sd(nominal.factors()[node]);
      // When
      Played played = play(SCENE.graph().name(node) + " cut from causes");
      // Then a residual x - f with x independent of f
      double[] residual = played.residuals()[node];
      double[] explained = played.explained()[node];
      double correlation = covariance(residual, explained) / (sd(residual) * sd(explained));
      assertThat(correlation).isCloseTo(-f / Math.sqrt(f * f + s * s), within(0.06));
      assertThat(sd(played.factors()[node]) / s).isCloseTo(1, within(0.09));
      assertThat(mean(played.factors()[node]))
          .isCloseTo(mean(nominal.factors()[node]), within(6 * s / Math.sqrt(FRAMES)));
    }
  }

  @Test
  void shouldHitEveryFrameByFourNoiseDeviations() {
    // Given
    // When
    Played played = play("shadow_position +-4 noise sd");
    // Then
    double[] moved = new double[FRAMES];
    for (int n = 0; n < FRAMES; n++) {
      moved[n] = played.residuals()[POSITION][n] - nominal.residuals()[POSITION][n];
      assertThat(Math.abs(moved[n])).isCloseTo(1.6, within(0.02));
    }
    assertThat(mean(moved)).isCloseTo(0, within(4 * 1.6 / Math.sqrt(FRAMES)));
  }

  @Test
  void shouldHoldNarrowAndMoveARoot() {
    // Given a uniform root
    double range = SCENE.highest(LIGHT) - SCENE.lowest(LIGHT);
    double unit = range / Math.sqrt(12);
    double middle = (SCENE.highest(LIGHT) + SCENE.lowest(LIGHT)) / 2;
    // When
    double[] held = play("light held").factors()[LIGHT];
    double[] narrowed = play("light narrowed").factors()[LIGHT];
    double[] drifted = play("light drifts .35 sd").factors()[LIGHT];
    // Then
    assertThat(held).containsOnly(middle + 0.5 * unit);
    assertThat(sd(narrowed)).isCloseTo(0.3 * unit, within(0.03 * unit));
    assertThat(mean(narrowed)).isCloseTo(middle, within(0.04 * unit));
    // E Phi(Z + a) = Phi(a / sqrt 2): scipy.stats.norm.cdf(.35 / 2 ** .5) = 0.5977343
    assertThat((mean(drifted) - mean(nominal.factors()[LIGHT])) / range)
        .isCloseTo(0.5977343 - 0.5, within(0.006));
  }

  /** On a scene whose noise is scaled by the causes, by hand: E[4 pressure] = 12. */
  @Test
  void shouldCountTheScaleOfTheNoise() {
    // Given
    SimulatedScene valve = new Valve();
    List<Double> noise = List.of(0.15, 0.3);
    int flow = valve.factors().indexOf("flow");
    // When
    double[][] moments = ScriptedEvents.moments(valve, noise);
    Scripted cut =
        ScriptedEvents.of(valve, noise, FRAMES).stream()
            .filter(one -> one.name().equals("flow cut from causes"))
            .findFirst()
            .orElseThrow();
    // Then four standard errors of 4,000 frames
    assertThat(moments[flow][2]).isCloseTo(Math.sqrt(12), within(0.05));
    assertThat(cut.event().size())
        .isCloseTo(moments[flow][0] / (0.15 * moments[flow][2]), within(1e-9));
    // Var(2 sqrt p) = 12 - E[2 sqrt p]^2 with E = (5^1.5 - 1) / 3, p uniform from 1 to 5
    assertThat(moments[flow][1])
        .isCloseTo(Math.sqrt(12 - Math.pow((Math.pow(5, 1.5) - 1) / 3, 2)), within(0.04));
  }

  @Test
  void shouldDarkenThePictureOnly() {
    // Given
    // When
    Played darker = play("picture x0.85");
    Played dim = play("picture x0.97");
    // Then up to the rounding of grey levels
    assertThat(darker.light() / nominal.light()).isCloseTo(0.85, within(0.003));
    assertThat(dim.light() / nominal.light()).isCloseTo(0.97, within(0.003));
    assertThat(darker.factors()).isDeepEqualTo(nominal.factors());
  }
}
