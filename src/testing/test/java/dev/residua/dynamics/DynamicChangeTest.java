package dev.residua.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DynamicChangeTest {
  private static final double STEP = 0.5;
  private static final int FRAMES = 96;
  private static final int DELAY = 3;
  private static final int RUNS = 40;

  /** Valve, which wanders; level, which it fills; gauge, which follows level later. */
  private static final DynamicModel MODEL = model(0.02, 1, DELAY, 0.02);

  private static DynamicModel model(double inflow, double speed, int delay, double outflow) {
    DynamicEquation valve =
        new DynamicEquation(
            Memory.FIRST_ORDER, 0, SmoothFunction.line(-1, 1, -0.1), List.of(), 0.2, 0.0004);
    DynamicEquation level =
        new DynamicEquation(
            Memory.FIRST_ORDER,
            0,
            SmoothFunction.line(-1, 1, -speed * outflow),
            List.of(new DelayedCause(0, 0, SmoothFunction.line(-1, 1, speed * inflow))),
            1e-5,
            1e-4);
    DynamicEquation gauge =
        new DynamicEquation(
            Memory.NONE,
            0,
            null,
            List.of(new DelayedCause(1, delay * STEP, SmoothFunction.line(-1, 1, 1))),
            0,
            4e-4);
    return new DynamicModel(STEP, List.of(valve, level, gauge));
  }

  /**
   * Event of a simulated plant.
   *
   * @param held reading of the gauge; NaN if it moves
   */
  private record Event(DynamicModel changed, double push, double offset, double held) {}

  /** History of a plant to which an event happens before its newest frames. */
  private static DynamicState run(Event event, Random random) {
    DynamicState state = MODEL.start();
    double[] x = new double[2];
    double[] levels = new double[64];
    for (int t = 0; t < 600; t++) {
      boolean after = t >= 600 - FRAMES;
      DynamicModel plant = after ? event.changed : MODEL;
      double[] seen = {x[0] + 0.02 * random.nextGaussian(), x[1] + 0.01 * random.nextGaussian(), 0};
      levels[t % 64] = seen[1];
      DynamicEquation gauge = plant.equations().get(2);
      int delay = (int) Math.round(gauge.longestDelay() / STEP);
      seen[2] = t < delay ? 0 : levels[(t - delay) % 64];
      seen[2] += 0.02 * random.nextGaussian() + (after ? event.offset : 0);
      if (after && !Double.isNaN(event.held)) {
        seen[2] = event.held + 0.005 * random.nextGaussian();
      }
      DynamicEquation level = plant.equations().get(1);
      x[1] += STEP * (level.own(x[1]) + level.causes().get(0).effect().value(seen[0]));
      x[1] += STEP * (after ? event.push : 0) + Math.sqrt(STEP * 1e-5) * random.nextGaussian();
      x[0] += STEP * MODEL.equations().get(0).own(x[0]);
      x[0] += Math.sqrt(STEP * 0.2) * random.nextGaussian();
      state = MODEL.next(state, 100 + STEP * t, seen).state();
    }
    return state;
  }

  @Test
  void shouldKeepAKindThatExplainsLaterFramesNearlyAsWell() {
    // Given a small loss of the level, which a slower inflow explains nearly as well
    Random random = new Random(11);
    Event small = new Event(MODEL, -0.003, 0, Double.NaN);
    int kept = 0;
    for (int i = 0; i < RUNS; i++) {
      DynamicState history = run(small, random);
      DynamicChange best = DynamicChange.of(MODEL, history, 1, FRAMES, null).orElseThrow();
      for (DynamicChange.Kind before : DynamicChange.Kind.values()) {
        // When
        DynamicChange found = DynamicChange.of(MODEL, history, 1, FRAMES, before).orElseThrow();
        // Then
        if (found.kind() == before) {
          assertThat(found.nats()).isGreaterThanOrEqualTo(best.nats() - 8);
          kept += best.kind() == before ? 0 : 1;
        } else {
          assertThat(found).isEqualTo(best);
        }
      }
    }
    assertThat(kept).isPositive();
  }

  @Test
  void shouldKeepAKindForItsOwnVariableAlone() {
    // Given a change of which another kind is kept, see above
    Random random = new Random(11);
    Event small = new Event(MODEL, -0.003, 0, Double.NaN);
    int kept = 0;
    for (int i = 0; i < RUNS; i++) {
      DynamicHistory history = new DynamicHistory(MODEL, run(small, random));
      DynamicChange best = history.change(1, FRAMES).orElseThrow();
      DynamicHistory.Before response = new DynamicHistory.Before(1, DynamicChange.Kind.RESPONSE);
      DynamicHistory.Before ofGauge = new DynamicHistory.Before(2, DynamicChange.Kind.RESPONSE);
      // Then
      assertThat(history.after(ofGauge).change(1, FRAMES)).contains(best);
      kept += history.after(response).change(1, FRAMES).orElseThrow().equals(best) ? 0 : 1;
    }
    assertThat(kept).isPositive();
  }

  @Test
  void shouldReviseAKindThatLaterFramesContradict() {
    // Given
    Event late = new Event(model(0.02, 1, DELAY + 7, 0.02), 0, 0, Double.NaN);
    // When
    DynamicChange found =
        DynamicChange.of(MODEL, run(late, new Random(12)), 2, FRAMES, DynamicChange.Kind.OFFSET)
            .orElseThrow();
    // Then
    assertThat(found.kind()).isEqualTo(DynamicChange.Kind.DELAY);
  }

  @Test
  void shouldNotExplainASlowErrorByARate() {
    // Given a gauge with a slow error, read without any change
    DynamicEquation gauge = MODEL.equations().get(2);
    DynamicEquation slow =
        new DynamicEquation(
            Memory.SLOW_ERROR, 0, SmoothFunction.line(-1, 1, -0.1), gauge.causes(), 1e-4, 4e-4);
    DynamicModel model =
        new DynamicModel(STEP, List.of(MODEL.equations().get(0), MODEL.equations().get(1), slow));
    // When
    DynamicState later =
        run(new Event(model(0.02, 1, DELAY + 7, 0.02), 0, 0, Double.NaN), new Random(9));
    DynamicChange found = DynamicChange.of(model, later, 2, FRAMES, null).orElseThrow();
    // Then
    assertThat(found.kind()).isEqualTo(DynamicChange.Kind.DELAY);
    assertThat(found.size()).isEqualTo((DELAY + 7) * STEP);
  }

  @ParameterizedTest
  @EnumSource(DynamicChange.Kind.class)
  void shouldNameTheKindAndSizeOfAChange(DynamicChange.Kind kind) {
    // Given
    int variable =
        switch (kind) {
          case OFFSET, DELAY, HELD -> 2;
          case PUSH, GAIN, RESPONSE -> 1;
        };
    DynamicModel changed =
        switch (kind) {
          case PUSH, OFFSET, HELD -> MODEL;
          case GAIN -> model(0.01, 1, DELAY, 0.02);
          case RESPONSE -> model(0.02, 0.5, DELAY, 0.02);
          case DELAY -> model(0.02, 1, DELAY + 7, 0.02);
        };
    double truth =
        switch (kind) {
          case PUSH -> -0.006;
          case OFFSET, HELD -> 0.04;
          case GAIN, RESPONSE -> 0.5;
          case DELAY -> (DELAY + 7) * STEP;
        };
    double push = kind == DynamicChange.Kind.PUSH ? truth : 0;
    double offset = kind == DynamicChange.Kind.OFFSET ? truth : 0;
    double held = kind == DynamicChange.Kind.HELD ? truth : Double.NaN;
    Event event = new Event(changed, push, offset, held);
    Random random = new Random(7);
    int right = 0;
    double size = 0;
    // When
    for (int i = 0; i < RUNS; i++) {
      DynamicState history = run(event, random);
      DynamicChange found = DynamicChange.of(MODEL, history, variable, FRAMES, null).orElseThrow();
      if (found.kind() == kind) {
        right++;
        size += found.size();
      }
    }
    // Then
    assertThat(right).isGreaterThanOrEqualTo(RUNS * 9 / 10);
    assertThat(size / right).isCloseTo(truth, withinPercentage(15));
  }
}
