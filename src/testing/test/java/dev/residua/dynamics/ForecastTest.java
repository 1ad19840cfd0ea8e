package dev.residua.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.dynamics.Forecast.Arrival;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Means and spreads of 400 futures are within four standard errors of closed forms. */
class ForecastTest {
  private static final double STEP = 0.5;
  private static final int FRAMES = 60;
  private static final int PATHS = 400;

  /** Rate of change {@code 0.1 - 0.2 x} per second. */
  private static final DynamicEquation DECAY =
      new DynamicEquation(
          Memory.FIRST_ORDER, 0.1, SmoothFunction.line(-1, 1, -0.2), List.of(), 0.03, 0.2);

  private static final DynamicEquation NOISE =
      new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1);

  /** Rises by 0.2 per second and unit of the first variable, without noise of its own. */
  private static final DynamicEquation TANK =
      new DynamicEquation(
          Memory.INTEGRATOR,
          0,
          null,
          List.of(new DelayedCause(0, 0, SmoothFunction.line(-1, 1, 0.2))),
          0,
          0.01);

  /** Twice the first variable one second earlier. */
  private static final DynamicEquation LATE =
      new DynamicEquation(
          Memory.NONE,
          0,
          null,
          List.of(new DelayedCause(0, 1, SmoothFunction.line(-1, 1, 2))),
          0,
          0.01);

  private static DynamicModel model(DynamicEquation... equations) {
    return new DynamicModel(STEP, List.of(equations));
  }

  /** State after frames with the same readings. */
  private static DynamicState after(DynamicModel model, double... readings) {
    DynamicState state = model.start();
    for (int t = 0; t < FRAMES; t++) {
      state = model.next(state, 100 + STEP * t, readings).state();
    }
    return state;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length);
  }

  @Test
  void shouldReturnToTheMeanWithTheSpreadOfItsNoise() {
    // Given
    DynamicModel model = model(DECAY);
    DynamicState state = after(model, 3);
    double mean = state.means()[0];
    double variance = state.variances()[0];
    // When
    Forecast forecast = Forecast.of(model, state, 40, 4, Map.of(), Map.of(), 1);
    // Then
    assertThat(forecast.seconds()).containsExactly(5, 10, 15, 20);
    for (int k = 1; k <= 40; k++) {
      mean = 0.9 * mean + 0.05;
      variance = 0.81 * variance + STEP * 0.03;
      if (k % 10 == 0) {
        double deviation = Math.sqrt(variance);
        double[] drawn = forecast.values()[0][k / 10 - 1];
        assertThat(mean(drawn)).isCloseTo(mean, within(4 * deviation / Math.sqrt(PATHS)));
        assertThat(deviation(drawn))
            .isCloseTo(deviation, within(4 * deviation / Math.sqrt(2.0 * PATHS)));
        assertThat(forecast.quantile(0, k / 10 - 1, 0.95))
            .isCloseTo(mean + 1.645 * deviation, within(0.45 * deviation));
      }
    }
  }

  @Test
  void shouldSayWhenALimitIsReachedIfACauseIsHeld() {
    // Given
    DynamicModel model = model(NOISE, TANK);
    DynamicState state = after(model, 0, 1);
    // When the first step still has the cause as it was
    Forecast up = Forecast.of(model, state, 100, 1, Map.of(0, 1.5), Map.of(1, 4.0), 1);
    Forecast down = Forecast.of(model, state, 100, 1, Map.of(0, -1.5), Map.of(1, -2.0), 1);
    Forecast never = Forecast.of(model, state, 100, 1, Map.of(0, 1.5), Map.of(1, -2.0), 1);
    // Then 0.3 per second from 1 to 4 and to -2, and 10 s are 20 steps
    double left = (4 - state.means()[1]) / 0.3;
    assertThat(up.arrivals().get(1).share()).isEqualTo(1);
    assertThat(up.arrivals().get(1).medianSeconds()).isCloseTo(left + STEP, within(2 * STEP));
    assertThat(down.arrivals().get(1).medianSeconds()).isCloseTo(left + STEP, within(2 * STEP));
    assertThat(never.arrivals()).isEqualTo(Map.of(1, new Arrival(-2, 0, Double.NaN)));
    assertThat(up.values()[0][0]).containsOnly(1.5);
  }

  @Test
  void shouldKnowWhatADelayBrings() {
    // Given a cause that was 0.7 throughout
    DynamicModel model = model(NOISE, LATE);
    DynamicState state = after(model, 0.7, 1.4);
    // When
    Forecast forecast = Forecast.of(model, state, 4, 4, Map.of(), Map.of(), 1);
    // Then its effect is known for a second, but for the noise of its reading
    for (int time = 0; time < 2; time++) {
      assertThat(mean(forecast.values()[1][time])).isCloseTo(1.4, within(0.02));
      assertThat(deviation(forecast.values()[1][time])).isCloseTo(0.1, within(0.015));
    }
    for (int time = 2; time < 4; time++) {
      assertThat(mean(forecast.values()[1][time])).isCloseTo(0, within(0.41));
      assertThat(deviation(forecast.values()[1][time])).isCloseTo(2, within(0.29));
    }
  }

  @Test
  void shouldKnowNothingOfAnUnknownState() {
    // Given
    DynamicModel model = model(DECAY, NOISE);
    DynamicState state = after(model, Double.NaN, 0);
    // When
    Forecast forecast = Forecast.of(model, state, 10, 2, Map.of(), Map.of(0, 1.0), 1);
    // Then
    assertThat(forecast.quantile(0, 1, 0.5)).isNaN();
    assertThat(forecast.quantile(1, 1, 0.5)).isCloseTo(0, within(0.25));
    assertThat(forecast.arrivals().get(0).share()).isZero();
  }

  @Test
  void shouldDrawTheSameFuturesForTheSameSeed() {
    // Given
    DynamicModel model = model(NOISE, TANK, LATE);
    DynamicState state = after(model, 0.2, 1, 0.4);
    // When
    Forecast one = Forecast.of(model, state, 9, 3, Map.of(), Map.of(), 7);
    Forecast same = Forecast.of(model, state, 9, 3, Map.of(), Map.of(), 7);
    Forecast other = Forecast.of(model, state, 9, 3, Map.of(), Map.of(), 8);
    // Then
    assertThat(one.values()).isDeepEqualTo(same.values());
    assertThat(Arrays.deepEquals(one.values(), other.values())).isFalse();
  }

  @Test
  void shouldRefuseWhatItCannotForecast() {
    DynamicModel model = model(DECAY);
    DynamicState state = after(model, 1);
    int tooFar = Forecast.MAX_STEPS + 1;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Forecast.of(model, model.start(), 5, 1, Map.of(), Map.of(), 1))
        .withMessageContaining("0 frames");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Forecast.of(model, state, tooFar, 1, Map.of(), Map.of(), 1))
        .withMessageContaining("1 to 20000 steps");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Forecast.of(model, state, 2, 3, Map.of(), Map.of(), 1))
        .withMessageContaining("3 times");
  }
}
