package dev.residua.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealVector;
import org.junit.jupiter.api.Test;

class DynamicModelTest {
  private static final double STEP = 0.5;

  /** Rate of change -0.2 x per second, around 0. */
  private static final SmoothFunction DECAY = SmoothFunction.line(-1, 1, -0.2);

  private static DynamicEquation walk(double process, double reading) {
    return new DynamicEquation(Memory.INTEGRATOR, 0, null, List.of(), process, reading);
  }

  private static DynamicEquation decay(double process, double reading) {
    return new DynamicEquation(Memory.FIRST_ORDER, 0.1, DECAY, List.of(), process, reading);
  }

  private static DynamicEquation follower(int cause, double delay) {
    return new DynamicEquation(
        Memory.NONE,
        0,
        null,
        List.of(new DelayedCause(cause, delay, SmoothFunction.line(-1, 1, 2))),
        0,
        0.01);
  }

  /** Integrates a delayed effect of the first variable. */
  private static DynamicEquation integrator(double delay, double slope, double reading) {
    return new DynamicEquation(
        Memory.INTEGRATOR,
        0,
        null,
        List.of(new DelayedCause(0, delay, SmoothFunction.line(-1, 1, slope))),
        0.01,
        reading);
  }

  private static DynamicModel model(DynamicEquation... equations) {
    return new DynamicModel(STEP, List.of(equations));
  }

  private static List<Innovations> run(DynamicModel model, double[] times, double[][] readings) {
    List<Innovations> all = new ArrayList<>();
    DynamicState state = model.start();
    for (int t = 0; t < times.length; t++) {
      Innovations next = model.next(state, times[t], readings[t]);
      all.add(next);
      state = next.state();
    }
    return all;
  }

  private static double[] regular(int frames) {
    double[] times = new double[frames];
    Arrays.setAll(times, t -> 100 + STEP * t);
    return times;
  }

  @Test
  void shouldReachTheStationaryGainOfARandomWalk() {
    // Given
    double process = 0.03;
    double reading = 0.2;
    double ratio = process * STEP / reading;
    double gain = (Math.sqrt(ratio * ratio + 4 * ratio) - ratio) / 2;
    // When
    List<Innovations> all = run(model(walk(process, reading)), regular(200), new double[200][1]);
    SteadyState steady = SteadyState.of(walk(process, reading), STEP, 0);
    // Then
    assertThat(steady.gain()).isCloseTo(gain, within(1e-9));
    assertThat(all.get(199).deviations()[0])
        .isCloseTo(Math.sqrt(reading / (1 - gain)), within(1e-9))
        .isCloseTo(steady.deviation(), within(1e-9));
  }

  @Test
  void shouldPredictASlowErrorAsTheNormalDistributionOfAllReadingsDoes() {
    // Given a reading that follows a cause, and one that is missing
    double process = 0.04;
    double reading = 0.09;
    DelayedCause cause = new DelayedCause(0, STEP, SmoothFunction.line(-1, 1, 2));
    DynamicEquation slow =
        new DynamicEquation(Memory.SLOW_ERROR, 0.3, DECAY, List.of(cause), process, reading);
    DynamicModel model = model(decay(0.1, 0.1), slow);
    Random random = new Random(3);
    int n = 12;
    double[][] readings = new double[n][2];
    for (double[] row : readings) {
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian();
    }
    readings[5][1] = Double.NaN;
    // When
    List<Innovations> all = run(model, regular(n), readings);
    // Then each is the conditional expectation of a normal vector with these covariances
    double kept = 1 - 0.2 * STEP;
    double stationary = STEP * process / (1 - kept * kept);
    for (int t = 2; t < n; t++) {
      List<Integer> past = IntStream.range(1, t).filter(k -> k != 5).boxed().toList();
      double[][] covariance = new double[past.size()][past.size()];
      double[] with = new double[past.size()];
      double[] values = new double[past.size()];
      for (int a = 0; a < past.size(); a++) {
        for (int b = 0; b < past.size(); b++) {
          int apart = Math.abs(past.get(a) - past.get(b));
          covariance[a][b] = stationary * Math.pow(kept, apart) + (apart == 0 ? reading : 0);
        }
        with[a] = stationary * Math.pow(kept, t - past.get(a));
        values[a] = readings[past.get(a)][1] - 0.3 - 2 * readings[past.get(a) - 1][0];
      }
      RealVector weights =
          new LUDecomposition(new Array2DRowRealMatrix(covariance))
              .getSolver()
              .solve(new ArrayRealVector(with));
      double expected =
          0.3 + 2 * readings[t - 1][0] + weights.dotProduct(new ArrayRealVector(values));
      double variance = stationary + reading - weights.dotProduct(new ArrayRealVector(with));
      assertThat(all.get(t).expected()[1]).isCloseTo(expected, within(1e-9));
      if (t != 5) {
        assertThat(all.get(t).deviations()[1]).isCloseTo(Math.sqrt(variance), within(1e-9));
      }
    }
  }

  @Test
  void shouldStartASlowErrorAgainAfterALongPause() {
    // Given
    DynamicEquation slow =
        new DynamicEquation(Memory.SLOW_ERROR, 0.3, DECAY, List.of(), 0.04, 0.09);
    // When
    List<Innovations> all =
        run(model(slow), new double[] {100, 100 + 1e6 * STEP}, new double[][] {{5}, {5}});
    // Then both are as if nothing were known
    assertThat(all).extracting(i -> i.expected()[0]).containsExactly(0.3, 0.3);
    assertThat(all.get(0).deviations()).containsExactly(all.get(1).deviations());
  }

  @Test
  void shouldGiveWhiteInnovationsWithTheirVarianceOfANonlinearTank() {
    // Given
    DynamicEquation valve =
        new DynamicEquation(Memory.FIRST_ORDER, 0, DECAY, List.of(), 0.1, 0.0004);
    SmoothFunction outflow =
        new SmoothFunction(new double[] {0, 0.5, 1, 2}, new double[] {-0.12, 0.08, -0.02});
    DelayedCause inflow = new DelayedCause(0, 0, SmoothFunction.line(-1, 1, 0.02));
    DynamicEquation tank =
        new DynamicEquation(Memory.FIRST_ORDER, -0.01, outflow, List.of(inflow), 1e-5, 1e-4);
    DynamicModel model = model(valve, tank);
    Random random = new Random(5);
    int n = 20_000;
    double[][] readings = new double[n][2];
    double[] x = {0, 1};
    for (int t = 0; t < n; t++) {
      readings[t][0] = x[0] + 0.02 * random.nextGaussian();
      readings[t][1] = x[1] + 0.01 * random.nextGaussian();
      double seen = readings[t][0];
      x[1] += STEP * (-0.01 + outflow.value(x[1]) + inflow.effect().value(seen));
      x[1] += Math.sqrt(STEP * 1e-5) * random.nextGaussian();
      x[0] += STEP * DECAY.value(x[0]) + Math.sqrt(STEP * 0.1) * random.nextGaussian();
    }
    // When
    List<Innovations> all = run(model, regular(n), readings);
    // Then
    for (int i = 0; i < 2; i++) {
      double square = 0;
      double product = 0;
      double before = 0;
      for (Innovations one : all.subList(100, n)) {
        double z = one.values()[i] / one.deviations()[i];
        square += z * z / (n - 100);
        product += z * before / (n - 100);
        before = z;
      }
      assertThat(square).isCloseTo(1, within(0.04));
      assertThat(product).isCloseTo(0, within(0.02));
    }
  }

  @Test
  void shouldAgreeWithTheJointDistributionOfAllReadings() {
    // Given a linear equation, irregular times and missing readings
    double q = 0.05;
    double r = 0.3;
    double[] steps = {0, 1, 2, 5, 6, 7.5, 9, 9.25, 12, 13};
    double[] y = {1, 1.4, Double.NaN, 0.2, 0.9, -0.1, 0.4, Double.NaN, 0.7, 1.1};
    double[] times = Arrays.stream(steps).map(s -> s * STEP).toArray();
    // The state after each frame is a constant plus a weighted sum of the first state and noises.
    int n = y.length;
    double[] mean = new double[n];
    double[][] weights = new double[n][1 + 30];
    double level = y[0];
    double[] state = new double[31];
    state[0] = Math.sqrt(r);
    int used = 1;
    weights[0] = state.clone();
    for (int t = 1; t < n; t++) {
      double left = times[t] - times[t - 1];
      while (left > 1e-9) {
        double length = Math.min(STEP, left);
        double kept = 1 - 0.2 * length;
        level = kept * level + 0.1 * length;
        for (int k = 0; k < used; k++) {
          state[k] *= kept;
        }
        state[used++] = Math.sqrt(q * length);
        left -= length;
      }
      mean[t] = level;
      weights[t] = state.clone();
    }
    // When
    List<Innovations> all =
        run(
            model(decay(q, r)),
            times,
            Arrays.stream(y).mapToObj(v -> new double[] {v}).toArray(double[][]::new));
    // Then
    List<Integer> past = new ArrayList<>();
    for (int t = 1; t < n; t++) {
      double expected = mean[t];
      double variance = dot(weights[t], weights[t]) + r;
      if (!past.isEmpty()) {
        int m = past.size();
        double[][] joint = new double[m][m];
        double[] cross = new double[m];
        double[] deviation = new double[m];
        for (int a = 0; a < m; a++) {
          for (int b = 0; b < m; b++) {
            joint[a][b] = dot(weights[past.get(a)], weights[past.get(b)]) + (a == b ? r : 0);
          }
          cross[a] = dot(weights[past.get(a)], weights[t]);
          deviation[a] = y[past.get(a)] - mean[past.get(a)];
        }
        double[] gain =
            new CholeskyDecomposition(new Array2DRowRealMatrix(joint))
                .getSolver()
                .solve(new ArrayRealVector(cross))
                .toArray();
        expected += dot(gain, deviation);
        variance -= dot(gain, cross);
      }
      assertThat(all.get(t).expected()[0]).isCloseTo(expected, within(1e-9));
      if (Double.isNaN(y[t])) {
        assertThat(all.get(t).values()[0]).isNaN();
      } else {
        assertThat(all.get(t).values()[0]).isCloseTo(y[t] - expected, within(1e-9));
        assertThat(all.get(t).deviations()[0]).isCloseTo(Math.sqrt(variance), within(1e-9));
        past.add(t);
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  @Test
  void shouldPredictOverAGapAsOverMissingReadings() {
    // Given
    DynamicModel model = model(decay(0.05, 0.3));
    double[] times = regular(12);
    double[][] missing = new double[12][1];
    for (int t = 0; t < 12; t++) {
      missing[t][0] = t > 3 && t < 11 ? Double.NaN : 0.3 * t;
    }
    // When
    Innovations each = run(model, times, missing).get(11);
    int[] kept = {0, 1, 2, 3, 11};
    Innovations gap =
        run(
                model,
                Arrays.stream(kept).mapToDouble(t -> times[t]).toArray(),
                Arrays.stream(kept).mapToObj(t -> missing[t]).toArray(double[][]::new))
            .get(4);
    // Then
    assertThat(gap.values()[0]).isCloseTo(each.values()[0], within(1e-12));
    assertThat(gap.deviations()[0]).isCloseTo(each.deviations()[0], within(1e-12));
  }

  @Test
  void shouldReadADelayedCauseBetweenFrames() {
    // Given a cause that rises by 1 per second, read 0.8 s later
    DynamicModel model = model(walk(1, 0), follower(0, 0.8));
    double[] times = regular(8);
    double[][] readings = new double[8][2];
    for (int t = 0; t < 8; t++) {
      readings[t][0] = times[t] - 100;
    }
    // When
    List<Innovations> all = run(model, times, readings);
    // Then
    assertThat(all.get(1).values()[1]).isNaN();
    assertThat(all.get(2).expected()[1]).isCloseTo(2 * (1.0 - 0.8), within(1e-9));
    assertThat(all.get(7).expected()[1]).isCloseTo(2 * (3.5 - 0.8), within(1e-9));
  }

  @Test
  void shouldHaveNoInnovationWhileACauseIsUnknown() {
    // Given a tank that follows its cause, which is missing in frames 3 to 6
    DynamicEquation tank = integrator(0, 1, 0.04);
    DynamicModel model = model(walk(1, 0), tank, follower(0, 0));
    double[][] readings = new double[12][3];
    for (int t = 3; t < 7; t++) {
      readings[t][0] = Double.NaN;
    }
    // When
    List<Innovations> all = run(model, regular(12), readings);
    // Then
    for (int t = 1; t < 12; t++) {
      boolean inflowUnknown = t >= 4 && t <= 7;
      assertThat(Double.isNaN(all.get(t).values()[1]))
          .as("tank, frame " + t)
          .isEqualTo(inflowUnknown);
      boolean unknown = t >= 3 && t <= 6;
      assertThat(Double.isNaN(all.get(t).values()[2]))
          .as("follower, frame " + t)
          .isEqualTo(unknown);
    }
    assertThat(all.get(8).deviations()[1]).isEqualTo(all.get(1).deviations()[1]);
  }

  @Test
  void shouldBeUnknownAfterAGapInWhichCausesActed() {
    // Given
    DynamicEquation tank = integrator(0, 1, 0.04);
    DynamicModel model = model(walk(1, 0), tank);
    // When
    List<Innovations> all = run(model, new double[] {0, 0.5, 1.5, 5, 5.5}, new double[5][2]);
    // Then
    assertThat(all.get(2).values()).doesNotContain(Double.NaN);
    assertThat(all.get(3).values()[0]).isZero();
    assertThat(all.get(3).values()[1]).isNaN();
    assertThat(all.get(4).values()).doesNotContain(Double.NaN);
  }

  @Test
  void shouldIgnoreALateFrame() {
    // Given
    DynamicModel model = model(decay(0.05, 0.3));
    DynamicState state = model.next(model.start(), 10, new double[] {1}).state();
    // When
    Innovations late = model.next(state, 10, new double[] {7});
    // Then
    assertThat(late.state()).isSameAs(state);
    assertThat(late.values()).containsExactly(Double.NaN);
  }

  @Test
  void shouldNotDependOnTheRateOfFramesButForTheStep() {
    // Given a ramp as cause and a tank, at the rate of the training and 40 times as fast
    DynamicEquation tank = integrator(3, 0.1, 1e6);
    DynamicModel model = model(walk(1, 0), tank);
    double[] last = new double[2];
    // When
    for (int k = 0; k < 2; k++) {
      int rate = k == 0 ? 1 : 40;
      int n = 40 * rate + 1;
      double[] times = new double[n];
      double[][] readings = new double[n][2];
      for (int t = 0; t < n; t++) {
        times[t] = STEP * t / rate;
        readings[t][0] = times[t];
        readings[t][1] = t == 0 ? 0 : Double.NaN;
      }
      List<Innovations> all = run(model, times, readings);
      // The state is known from its first reading after the first delayed value on.
      Innovations end = all.get(n - 1);
      assertThat(end.expected()[1]).isNaN();
      readings[n / 2][1] = 0;
      last[k] = run(model, times, readings).get(n - 1).expected()[1];
    }
    // Then the integral of 0.1 (t - 3) from 10 to 20, by Euler's rule with its error of one step
    assertThat(last[0]).isCloseTo(0.1 * 10 * (12 - STEP / 2), within(1e-9));
    assertThat(last[1]).isCloseTo(0.1 * 10 * (12 - STEP / 80), within(1e-9));
  }

  @Test
  void shouldKeepABoundedStateOfTwelveVariables() {
    // Given the longest delay of a frame every half second, at 25 frames per second
    DynamicEquation[] equations = new DynamicEquation[12];
    Arrays.fill(equations, walk(1, 1));
    equations[11] = follower(0, 60);
    DynamicModel model = model(equations);
    DynamicState state = model.start();
    double[] readings = new double[12];
    int unknown = 0;
    // When
    for (int t = 0; t < 5_000; t++) {
      readings[0] = t / 25.0;
      Innovations next = model.next(state, t / 25.0, readings);
      state = next.state();
      if (t > 60 * 25) {
        unknown += Double.isNaN(next.values()[11]) ? 1 : 0;
        assertThat(next.expected()[11]).isCloseTo(2 * (t / 25.0 - 60), within(1e-9));
      }
    }
    // Then
    assertThat(unknown).isZero();
    int numbers = state.times().length * 13 + 24;
    assertThat(numbers * Double.BYTES).isLessThan(24_000);
  }

  @Test
  void shouldGiveEqualBitsForEqualInput() {
    // Given
    DynamicModel model = model(decay(0.05, 0.3), follower(0, 1));
    Random random = new Random(1);
    double[][] readings = new double[100][2];
    for (double[] row : readings) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    // When
    List<Innovations> once = run(model, regular(100), readings);
    List<Innovations> again = run(model, regular(100), readings);
    // Then
    for (int t = 0; t < 100; t++) {
      assertThat(again.get(t).values()).isEqualTo(once.get(t).values());
      assertThat(again.get(t).deviations()).isEqualTo(once.get(t).deviations());
    }
  }

  @Test
  void shouldRefuseACycleWithoutDelayAndAllowFeedbackOverTime() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(follower(1, 0), follower(0, 0)))
        .withMessageContaining("cycle");
    assertThat(model(follower(1, 0), follower(0, 0.5)).size()).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(follower(0, 1)))
        .withMessageContaining("cannot have the cause 0");
  }

  @Test
  void shouldRefuseAnEquationThatContradictsItsMemory() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicEquation(Memory.INTEGRATOR, 0, DECAY, List.of(), 1, 1))
        .withMessageContaining("FIRST_ORDER");
    SmoothFunction growth = SmoothFunction.line(-1, 1, 0.2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicEquation(Memory.SLOW_ERROR, 0, growth, List.of(), 1, 1))
        .withMessageContaining("must decay");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicEquation(Memory.NONE, 0, null, List.of(), 1, 1))
        .withMessageContaining("no process noise");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> walk(0, 0))
        .withMessageContaining("variances");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DelayedCause(0, 61, DECAY))
        .withMessageContaining("delay");
  }
}
