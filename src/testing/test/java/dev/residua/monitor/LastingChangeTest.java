package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Latent;
import dev.residua.causal.ScoredFrame;
import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.DynamicState;
import dev.residua.dynamics.Innovations;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Changes of an equation over time that are too small for the frames of one diagnosis. */
class LastingChangeTest {
  private static final double STEP =
      Duration.between(Scored.time(0), Scored.time(1)).toMillis() / 1e3;
  private static final int CALIBRATION = 3_000;
  private static final int QUIET = 1_000;
  private static final int CHANGED = 3_000;
  private static final int RUNS = 10;

  /** Litres per unit of the level. */
  private static final double LITRES = 50;

  /**
   * Valve, which wanders; level, which it fills; gauge, which shows the level; lamp. All
   * innovations have a deviation near 1.
   */
  private static final DynamicModel EQUATIONS =
      new DynamicModel(
          STEP,
          List.of(
              new DynamicEquation(
                  Memory.FIRST_ORDER, 0, SmoothFunction.line(-99, 99, -1), List.of(), 19.4, 0.01),
              new DynamicEquation(
                  Memory.FIRST_ORDER,
                  0,
                  SmoothFunction.line(-99, 99, -0.2),
                  List.of(new DelayedCause(0, 0, SmoothFunction.line(-99, 99, 0.2))),
                  7.2,
                  0.4),
              new DynamicEquation(
                  Memory.NONE,
                  0,
                  null,
                  List.of(new DelayedCause(1, 3 * STEP, SmoothFunction.line(-99, 99, 1))),
                  0,
                  1),
              new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1)));

  private static MonitorThresholds thresholds;

  /** A plant with the equations, and its readings. */
  private static final class Plant {
    private final Random random;
    private final double[] levels = new double[4];
    private double valve;
    private double level;
    private int t;

    Plant(long seed) {
      random = new Random(seed);
    }

    /**
     * @param push on the level, per second
     * @param offset of the gauge
     */
    double[] next(double push, double offset) {
      level += STEP * (0.2 * valve - 0.2 * level + push) + noise(STEP * 7.2);
      valve += -STEP * valve + noise(STEP * 19.4);
      double read = level + noise(0.4);
      levels[t % 4] = read;
      double earlier = t < 3 ? 0 : levels[(t - 3) % 4];
      t++;
      return new double[] {valve + noise(0.01), read, earlier + offset + noise(1), noise(1)};
    }

    private double noise(double variance) {
      return Math.sqrt(variance) * random.nextGaussian();
    }
  }

  @BeforeAll
  static void calibrate() {
    Plant plant = new Plant(1);
    DynamicState state = EQUATIONS.start();
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < CALIBRATION; i++) {
      double[] readings = plant.next(0, 0);
      Innovations next = EQUATIONS.next(state, i * STEP, readings);
      state = next.state();
      float[] expected = new float[4];
      float[] residuals = new float[4];
      for (int k = 0; k < 4; k++) {
        expected[k] = k == 3 ? 0 : (float) next.expected()[k];
        residuals[k] = (float) readings[k] - expected[k];
      }
      if (i >= 100) { // when the filters have settled
        frames.add(Scored.nominal().expected(expected).residuals(residuals).frame(i));
      }
    }
    FactorScale litres = new FactorScale(0, LITRES, -100, 100);
    FactorScales factors =
        FactorScales.of(
            List.of(
                new Latent(0, "valve", false),
                new Latent(1, "level", true, litres),
                new Latent(2, "gauge", true, litres),
                new Latent(3, "lamp", false)));
    MonitorModel model =
        TestModels.calibratedOn(frames)
            .names("valve", "level", "gauge", "lamp")
            .edge(0, 1)
            .edge(1, 2)
            .diagnoses()
            .targetRunLength(100_000)
            .build();
    thresholds =
        new MonitorThresholds(
            ChangedModel.of(
                model,
                changed -> {
                  changed.dynamics = Optional.of(EQUATIONS);
                  changed.factors = factors;
                }));
  }

  /** The incident that opens first after a change, when it was last reported; null if none does. */
  private static @Nullable Incident first(long seed, double push, double offset) {
    Plant plant = new Plant(seed);
    SourceMonitor monitor = SourceMonitor.start(thresholds);
    Incident first = null;
    for (int t = 0; t < QUIET + CHANGED; t++) {
      boolean changed = t >= QUIET;
      double[] readings = plant.next(changed ? push : 0, changed ? offset : 0);
      float[] latents = new float[4];
      for (int k = 0; k < 4; k++) {
        latents[k] = (float) readings[k];
      }
      ScoredFrame frame = Scored.nominal().residuals(latents).frame(t);
      for (Incident incident : monitor.next(frame, ActiveControls.EMPTY).incidents()) {
        boolean opens = incident.state() == Incident.State.OPENED && changed;
        first = (first == null && opens) || isSame(first, incident) ? incident : first;
      }
    }
    return first;
  }

  private static boolean isSame(@Nullable Incident one, Incident other) {
    return one != null && one.id().equals(other.id());
  }

  private static boolean isOf(@Nullable Incident incident, String latent, String kind) {
    return incident != null
        && incident.subject().equals(Subject.latent(latent, false))
        && incident.kind().equals("INTERVENTION." + kind);
  }

  private static double number(Incident incident, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(incident.summary().explanation());
    assertThat(matcher.find()).as(incident.summary().explanation()).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void shouldNameASmallLossThatOnlyTheMemoryOfAChartShows() {
    // Given a loss that moves the mean of the innovations by .2 of their deviation
    double loss = -0.2 / EQUATIONS.lastingChange(1, STEP).end();
    List<Double> sizes = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      // When
      Incident incident = first(50 + run, loss, 0);
      // Then
      if (isOf(incident, "level", "BALANCE_CHANGE")) {
        sizes.add(number(incident, "level loses ([0-9.]+) per second more than valve explains"));
      }
    }
    assertThat(sizes).as("losses that are named").hasSizeGreaterThanOrEqualTo(RUNS - 2);
    double truth = -LITRES * loss;
    assertThat(sizes.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
        .isCloseTo(truth, within(0.3 * truth));
  }

  @Test
  void shouldNameASmallOffsetOfALatentWithoutAMemory() {
    // Given an offset of .2 of the deviation of the gauge
    List<Double> sizes = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      // When
      Incident incident = first(150 + run, 0, 0.2);
      // Then
      if (isOf(incident, "gauge", "OFFSET")) {
        sizes.add(number(incident, "gauge is off by ([0-9.]+) from what its equation expects"));
      }
    }
    assertThat(sizes).as("offsets that are named").hasSizeGreaterThanOrEqualTo(RUNS - 2);
    double truth = LITRES * 0.2;
    assertThat(sizes.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
        .isCloseTo(truth, within(0.3 * truth));
  }
}
