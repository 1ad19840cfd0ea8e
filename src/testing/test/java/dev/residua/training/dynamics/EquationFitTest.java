package dev.residua.training.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.DynamicState;
import dev.residua.dynamics.Innovations;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EquationFitTest {
  private static final double STEP = 0.5;

  /** Log density of the innovations of one variable by the exact filter, from a row on. */
  private static double likelihood(DynamicModel model, int variable, double[][] rows, int from) {
    double sum = 0;
    DynamicState state = model.start();
    for (int t = 0; t < rows.length; t++) {
      Innovations next = model.next(state, t * STEP, rows[t]);
      state = next.state();
      double deviation = next.deviations()[variable];
      if (t >= from && !Double.isNaN(deviation)) {
        double z = next.values()[variable] / deviation;
        sum -= Math.log(deviation) + z * z / 2;
      }
    }
    return sum;
  }

  /** A valve and a tank with an outflow by the root of its level; readings of both. */
  private static double[][] tank(int frames, long seed) {
    return tank(frames, 0.012, seed);
  }

  private static double[][] tank(int frames, double noise, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[frames][2];
    double valve = 0;
    double level = 0.5;
    for (int t = 0; t < frames; t++) {
      rows[t][0] = valve;
      rows[t][1] = level + noise * random.nextGaussian();
      level += 0.02 * (0.55 + 0.35 * valve) - 0.0155 * Math.sqrt(Math.max(0, level));
      level += 0.002 * random.nextGaussian();
      valve += -valve / 60 + 0.4 * Math.sqrt(2 / 60.0) * random.nextGaussian();
    }
    return rows;
  }

  private static DynamicModel alone(DynamicEquation equation) {
    return new DynamicModel(STEP, List.of(equation));
  }

  @Test
  void shouldSeparateProcessNoiseFromReadingNoise() {
    // Given
    double[][] rows = tank(6_000, 3);
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    CandidateEquation terms = CandidateEquation.empty(1, Memory.FIRST_ORDER).with(0, 0);
    // When
    DynamicEquation equation = fit.fit(terms).equation();
    // Then
    assertThat(Math.sqrt(equation.processVariance() * STEP)).isCloseTo(0.002, within(0.0004));
    assertThat(Math.sqrt(equation.readingVariance())).isCloseTo(0.012, within(0.0006));
    SmoothFunction own = equation.own();
    for (double level : new double[] {0.3, 0.5, 0.8}) {
      double slope = -0.0155 / (2 * Math.sqrt(level)) / STEP;
      assertThat(own.slope(level)).isCloseTo(slope, within(0.3 * Math.abs(slope)));
    }
    SmoothFunction inflow = equation.causes().get(0).effect();
    assertThat(inflow.slope(0)).isCloseTo(0.007 / STEP, within(0.0025));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldNotEndAtAGainOfOneIfReadingsAreGood(long seed) {
    // Given
    double[][] rows = tank(6_000, 0.0014, seed);
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    CandidateEquation alone = CandidateEquation.empty(1, Memory.FIRST_ORDER);
    double[] theta = fit.fit(alone).theta();
    double[] start = Arrays.copyOf(theta, theta.length + 3);
    start[theta.length - 1] = 0;
    start[start.length - 1] = theta[theta.length - 1];
    // When
    DynamicEquation equation = fit.fit(alone.with(0, 0), start).equation();
    // Then
    assertThat(Math.sqrt(equation.processVariance() * STEP)).isCloseTo(0.002, within(0.0001));
    assertThat(Math.sqrt(equation.readingVariance())).isCloseTo(0.0014, within(0.0001));
  }

  @Test
  void shouldReachTheLargestLikelihoodOfTheExactFilter() {
    // Given a random walk that is read with noise
    Random random = new Random(8);
    double[][] rows = new double[1_000][1];
    double x = 0;
    for (double[] row : rows) {
      row[0] = x + 0.5 * random.nextGaussian();
      x += 0.2 * random.nextGaussian();
    }
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    // When
    DynamicEquation fitted = fit.fit(CandidateEquation.empty(0, Memory.INTEGRATOR)).equation();
    double best =
        new SimplexOptimizer(1e-10, 1e-10)
            .optimize(
                new MaxEval(2_000),
                GoalType.MAXIMIZE,
                new InitialGuess(new double[] {0, -2, -2}),
                new NelderMeadSimplex(3, 0.3),
                new ObjectiveFunction(
                    p ->
                        likelihood(
                            alone(
                                new DynamicEquation(
                                    Memory.INTEGRATOR,
                                    p[0],
                                    null,
                                    List.of(),
                                    Math.exp(p[1]),
                                    Math.exp(p[2]))),
                            0,
                            rows,
                            50)))
            .getValue();
    // Then
    assertThat(likelihood(alone(fitted), 0, rows, 50)).isCloseTo(best, within(0.05));
  }

  @Test
  void shouldBeLeastSquaresWithoutMemory() {
    // Given
    double[][] rows = tank(1_000, 4);
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    // When
    DynamicEquation equation =
        fit.fit(CandidateEquation.empty(1, Memory.NONE).with(0, 3)).equation();
    SmoothFunction effect = equation.causes().get(0).effect();
    double[] y = new double[950];
    double[][] x = new double[950][3];
    for (int k = 0; k < 950; k++) {
      y[k] = rows[50 + k][1];
      for (int j = 0; j < 3; j++) {
        x[k][j] = SmoothFunction.basis(effect.knots(), j, rows[47 + k][0]);
      }
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.newSampleData(y, x);
    // Then
    double[] expected = regression.estimateRegressionParameters();
    assertThat(equation.constant()).isCloseTo(expected[0], within(1e-6));
    for (int j = 0; j < 3; j++) {
      assertThat(effect.coefficients()[j]).isCloseTo(expected[1 + j], within(1e-5));
    }
    assertThat(equation.readingVariance())
        .isCloseTo(regression.calculateResidualSumOfSquares() / 950, within(1e-8));
  }

  @Test
  void shouldEstimateASlowErrorAndTheNoiseOfTheReading() {
    // Given y = 2 x(2 frames before) + e + r, e(t+1) = .95 e(t) + w, and gaps
    Random random = new Random(8);
    int n = 20_000;
    double[][] rows = new double[n][2];
    double slow = 0;
    for (int t = 0; t < n; t++) {
      slow = 0.95 * slow + 0.05 * random.nextGaussian();
      rows[t][0] = random.nextGaussian();
      rows[t][1] = slow + 0.1 * random.nextGaussian() + (t < 2 ? 0 : 2 * rows[t - 2][0]);
    }
    for (int t = 0; t < n; t += 50) {
      rows[t][1] = Double.NaN;
    }
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    CandidateEquation terms = CandidateEquation.empty(1, Memory.SLOW_ERROR).with(0, 2);
    // When
    FittedEquation fitted = fit.fit(terms);
    DynamicEquation equation = fitted.equation();
    // Then
    assertThat(1 + STEP * equation.own().slope(0)).isCloseTo(0.95, within(0.01));
    assertThat(STEP * equation.processVariance()).isCloseTo(0.0025, within(0.0004));
    assertThat(equation.readingVariance()).isCloseTo(0.01, within(0.0006));
    assertThat(equation.causes().get(0).effect().slope(0)).isCloseTo(2, within(0.01));
    assertThat(fitted.influence(0)).isCloseTo(1, within(0.01));
  }

  @Test
  void shouldStateTheInfluenceOfACauseOnARate() {
    // Given the level of the tank, which the valve alone moves
    EquationFit fit = new EquationFit(new RegularSequence(STEP, tank(20_000, 5)));
    // When
    FittedEquation fitted = fit.fit(CandidateEquation.empty(1, Memory.FIRST_ORDER).with(0, 0));
    // Then the process noise makes the rest
    assertThat(fitted.influence(0)).isBetween(0.9, 1.05);
  }

  @Test
  void shouldEstimateTheGainOfACauseBeforeItIsFitted() {
    // Given
    EquationFit fit = new EquationFit(new RegularSequence(STEP, tank(3_000, 5)));
    for (Memory memory : Memory.values()) {
      FittedEquation empty = fit.fit(CandidateEquation.empty(1, memory));
      // When
      double estimated = CauseGains.of(empty, new int[] {0}, new int[] {0})[0];
      CandidateEquation more = empty.terms().with(0, 0);
      FittedEquation fitted = fit.fit(more, empty.moved(more));
      // Then
      double gained = Math.log(empty.square() / fitted.square()) / 2;
      assertThat(gained).isPositive();
      assertThat(estimated).isBetween(0.5 * gained, 1.5 * gained);
    }
  }

  @Test
  void shouldMakeALineOfAStraightEffectAndKeepACurve() {
    // Given an effect that is straight and one that is not
    Random random = new Random(2);
    double[][] rows = new double[2_000][3];
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian();
      row[2] = 0.8 * row[0] + Math.tanh(2 * row[1]) + 0.3 * random.nextGaussian();
    }
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    FittedEquation curves = fit.fit(CandidateEquation.empty(2, Memory.NONE).with(0, 0).with(1, 0));
    // When
    FittedEquation simplified = fit.simplified(curves, 3);
    DynamicEquation equation = simplified.equation();
    // Then
    SmoothFunction line = equation.causes().get(0).effect();
    assertThat(line.slope(-2)).isEqualTo(line.slope(2)).isCloseTo(0.8, within(0.03));
    SmoothFunction curve = equation.causes().get(1).effect();
    assertThat(curve.slope(0)).isGreaterThan(1.5 * curve.slope(2));
    assertThat(simplified.square()).isCloseTo(curves.square(), within(0.01 * curves.square()));
  }

  @Test
  void shouldLeaveMissingReadingsOut() {
    // Given every seventh reading of the tank missing
    double[][] rows = tank(6_000, 3);
    for (int t = 0; t < rows.length; t += 7) {
      rows[t][1] = Double.NaN;
    }
    // When
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    FittedEquation fitted = fit.fit(CandidateEquation.empty(1, Memory.FIRST_ORDER).with(0, 0));
    DynamicEquation equation = fitted.equation();
    // Then
    assertThat(fitted.count()).isBetween(5_000, 5_150);
    assertThat(Math.sqrt(equation.readingVariance())).isCloseTo(0.012, within(0.001));
  }

  @Test
  void shouldPreferTheTrueCauseInHeldOutBlocks() {
    // Given a third variable without an effect
    double[][] rows =
        Arrays.stream(tank(3_000, 6)).map(r -> Arrays.copyOf(r, 3)).toArray(double[][]::new);
    double[][] other = tank(3_000, 7);
    for (int t = 0; t < rows.length; t++) {
      rows[t][2] = other[t][0];
    }
    EquationFit fit = new EquationFit(new RegularSequence(STEP, rows));
    CandidateEquation none = CandidateEquation.empty(1, Memory.FIRST_ORDER);
    // When
    double without = fit.heldOut(fit.fit(none), 3);
    double right = fit.heldOut(fit.fit(none.with(0, 0)), 3);
    double both = fit.heldOut(fit.fit(none.with(0, 0).with(2, 0)), 3);
    // Then
    assertThat(right).isGreaterThan(without + 0.01);
    assertThat(both).isLessThan(right + 0.001);
  }

  @Test
  void shouldRefuseASequenceWithoutVariation() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EquationFit(new RegularSequence(STEP, new double[400][1])))
        .withMessageContaining("too few different readings");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RegularSequence(STEP, new double[10][1]))
        .withMessageContaining("at least 300 rows");
  }
}
