package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTailTest {
  /** Quantiles {@code (j - 0.5) / 500} of a generalised Pareto distribution. */
  private static double[] quantiles(double shape, double scale) {
    double[] x = new double[500];
    for (int j = 0; j < 500; j++) {
      double left = 1 - (j + 0.5) / 500;
      x[j] = shape == 0 ? -scale * Math.log(left) : scale * (Math.pow(left, -shape) - 1) / shape;
    }
    return x;
  }

  private static float[] draw(int n, ToDoubleFunction<Random> distribution, Random random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) distribution.applyAsDouble(random);
    }
    return values;
  }

  private static double exponential(Random random) {
    return -Math.log(1 - random.nextDouble());
  }

  @ParameterizedTest
  @CsvSource({
    // scipy 1.15.3, x = genpareto.ppf((arange(500) + .5) / 500, c, scale=s): probability-weighted
    // moments by numpy, then the result of genpareto.fit(x, floc=0) by maximum likelihood
    "0, 2, 0.0010012264988943365, 1.9966129736352545, -0.00466, 2.00792",
    "0.25, 1.5, 0.24605686807942728, 1.5013032221368787, 0.24642, 1.50408",
    "0.45, 3, 0.43493488430846994, 3.0242132945430655, 0.44687, 3.00634"
  })
  void shouldFitWhatScipyFits(
      double trueShape,
      double trueScale,
      double shape,
      double scale,
      double likelyShape,
      double likelyScale) {
    // When
    GeneralizedPareto distribution =
        GeneralizedPareto.fit(quantiles(trueShape, trueScale), 0, 1e-6);
    // Then to rounding against the same moments, within a standard error (0.058) of the likelihood
    assertThat(distribution.shape()).isCloseTo(shape, within(1e-9));
    assertThat(distribution.scale()).isCloseTo(scale, within(1e-9));
    assertThat(distribution.shape()).isCloseTo(likelyShape, within(0.02));
    assertThat(distribution.scale()).isCloseTo(likelyScale, within(0.02 * likelyScale));
    assertThat(distribution.shape()).isCloseTo(trueShape, within(0.02));
  }

  @ParameterizedTest
  @CsvSource({
    // scipy.stats.genpareto.sf(x, shape, scale=scale)
    "0, 2, 3, 0.22313016014842982",
    "0.25, 1.5, 10, 0.019775390625000003",
    "0.5, 0.1, 40, 2.475186257765897e-05",
    "0.1, 1, 100, 3.8554328942953124e-11"
  })
  void shouldGiveTheProbabilitiesOfScipy(double shape, double scale, double x, double survival) {
    assertThat(new GeneralizedPareto(shape, scale).survival(x))
        .isCloseTo(survival, within(1e-12 * survival));
  }

  @Test
  void shouldBoundTheShape() {
    // Given excesses of a uniform distribution, whose shape is -1, and of one without a mean
    double[] uniform = new double[100];
    double[] wild = new double[100];
    for (int i = 0; i < 100; i++) {
      uniform[i] = i / 100.0;
      wild[i] = 1 / (1 - i / 100.0) / (1 - i / 100.0) - 1;
    }
    // When and then the mean is kept
    assertThat(GeneralizedPareto.fit(uniform, 0, 1e-6).shape()).isZero();
    assertThat(GeneralizedPareto.fit(uniform, 0, 1e-6).scale()).isCloseTo(0.495, within(1e-12));
    assertThat(GeneralizedPareto.fit(wild, 0, 1e-6).shape()).isEqualTo(0.5);
    assertThat(GeneralizedPareto.fit(wild, 0, 1e-6).scale())
        .isCloseTo(Arrays.stream(wild).average().orElseThrow() / 2, within(1e-9));
    assertThat(GeneralizedPareto.fit(new double[30], 1, 1e-6))
        .isEqualTo(new GeneralizedPareto(1.3 / Math.sqrt(30), 1e-6));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GeneralizedPareto.fit(new double[] {1, 0.5}, 0, 1e-6))
        .withMessageContaining("excess 1 is 0.5");
  }

  @Test
  void shouldBeTheConformalPValueInTheBulk() {
    // Given
    Scores scores = new Scores(draw(1_000, ScoreTailTest::exponential, new Random(1)));
    ScoreTail tail = new ScoreTail(scores);
    // When and then up to the 50 largest
    for (int i = 0; i < 950; i++) {
      assertThat(tail.pValue(scores.sorted[i])).isEqualTo(scores.pValue(scores.sorted[i]));
    }
    // And it falls without a jump beyond
    double before = tail.pValue(scores.sorted[949]);
    for (float s = scores.sorted[949]; s < 60; s += 0.01f) {
      double now = tail.pValue(s);
      assertThat(now).isLessThanOrEqualTo(before).isGreaterThan(0.8 * before - 1e-12);
      before = now;
    }
    assertThat(tail.pValue(1e9f)).isEqualTo(1e-12);
    assertThat(tail.pValue(Float.POSITIVE_INFINITY)).isEqualTo(1e-12);
    assertThat(tail.pValue(Float.NaN)).isEqualTo(1e-12);
  }

  @Test
  void shouldNotSayThatAFrameIsMuchRarerThanItIs() {
    // Given 200 calibrations of 2,000 exponential scores, a true p of 1e-6
    Random random = new Random(5);
    double[] ratio = new double[200];
    // When
    for (int r = 0; r < ratio.length; r++) {
      ScoreTail tail = new ScoreTail(new Scores(draw(2_000, ScoreTailTest::exponential, random)));
      ratio[r] = tail.pValue((float) -Math.log(1e-6)) / 1e-6;
    }
    Arrays.sort(ratio);
    // Then one in ten is at most ten times too small, the median is too large by less than a
    // hundred
    assertThat(ratio[20]).isGreaterThan(0.1);
    assertThat(ratio[100]).isBetween(1.0, 100.0);
  }

  @Test
  void shouldServeScoresThatAreAllEqual() {
    ScoreTail tail = new ScoreTail(new Scores(new float[100]));
    assertThat(tail.pValue(0)).isEqualTo(1);
    assertThat(tail.pValue(1)).isEqualTo(1e-12);
  }
}
