package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.intervention.AutocorrelatedRegression.Fit;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutocorrelatedRegressionTest {
  private static boolean[] unbroken(int n) {
    boolean[] follows = new boolean[n];
    Arrays.fill(follows, 1, n, true);
    return follows;
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 21, 40, 333})
  void shouldKnowTheTailsOfStudent(int freedom) {
    for (double t : new double[] {0, 0.3, 1, 2, 3.5, 5}) {
      double exact = 1 - central(t, freedom);
      assertThat(StudentTail.twoSided(t, freedom)).isCloseTo(exact, Percentage.withPercentage(0.5));
      assertThat(StudentTail.twoSided(-t, freedom)).isEqualTo(StudentTail.twoSided(t, freedom));
    }
    assertThat(StudentTail.twoSided(1e300, freedom)).isEqualTo(NormalTail.SMALLEST);
    assertThat(StudentTail.twoSided(Double.NaN, freedom)).isNaN();
  }

  /** The finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
  private static double central(double t, int freedom) {
    double angle = Math.atan(t / Math.sqrt(freedom));
    double square = Math.cos(angle) * Math.cos(angle);
    boolean odd = freedom % 2 == 1;
    double term = odd ? Math.cos(angle) : 1;
    double sum = term;
    for (int k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
      term *= square * (k - 1) / k;
      sum += term;
    }
    return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  }

  @Test
  void shouldAgreeWithOrdinaryLeastSquaresOfDifferencesFromThePast() {
    // Given errors with a gap, and the filter that the fit finds in them
    int n = 60;
    Random random = new Random(3);
    double[] x = random.doubles(n, -1, 1).toArray();
    double[] y = new double[n];
    double error = 0;
    for (int t = 0; t < n; t++) {
      error = 0.6 * error + random.nextGaussian();
      y[t] = 2 + 1.5 * x[t] + error;
    }
    boolean[] follows = unbroken(n);
    follows[30] = false;
    // When
    Fit fit = AutocorrelatedRegression.fit(y, new double[][] {x}, follows).orElseThrow();
    // Then it is what the textbook gives, written out
    double memory = 0;
    double[] line = {0, 0};
    for (int round = 0; round <= 4; round++) {
      line = line(x, y, follows, memory, round == 0);
      if (round < 4) {
        double[] rest = new double[n];
        for (int t = 0; t < n; t++) {
          rest[t] = y[t] - line[0] - line[1] * x[t];
        }
        double mean = Arrays.stream(rest).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int t = 0; t < n; t++) {
          squares += (rest[t] - mean) * (rest[t] - mean);
          products += follows[t] ? (rest[t] - mean) * (rest[t - 1] - mean) : 0;
        }
        memory = products / squares;
        memory += (1 + 3 * Math.max(0, memory)) / n;
      }
    }
    assertThat(fit.coefficients()[0]).isCloseTo(line[1], within(1e-7));
    assertThat(fit.usual()[0]).isCloseTo(line[2], within(1e-7));
    assertThat(fit.robust()[0]).isCloseTo(line[3], within(1e-7));
    assertThat(fit.freedom()).isEqualTo(58 - 2 - 1);
    assertThat(fit.order()).isEqualTo(1);
  }

  /** Intercept, slope, and two standard errors of the slope. */
  private static double[] line(
      double[] x, double[] y, boolean[] follows, double memory, boolean all) {
    int n = 0;
    double[] u = new double[x.length];
    double[] v = new double[x.length];
    for (int t = 0; t < x.length; t++) {
      if (all || follows[t]) {
        u[n] = all ? x[t] : x[t] - memory * x[t - 1];
        v[n++] = all ? y[t] : y[t] - memory * y[t - 1];
      }
    }
    double meanU = Arrays.stream(u, 0, n).average().orElseThrow();
    double meanV = Arrays.stream(v, 0, n).average().orElseThrow();
    double uu = 0;
    double uv = 0;
    for (int t = 0; t < n; t++) {
      uu += (u[t] - meanU) * (u[t] - meanU);
      uv += (u[t] - meanU) * (v[t] - meanV);
    }
    double slope = uv / uu;
    double squares = 0;
    double robust = 0;
    for (int t = 0; t < n; t++) {
      double rest = v[t] - meanV - slope * (u[t] - meanU);
      double leverage = 1.0 / n + (u[t] - meanU) * (u[t] - meanU) / uu;
      squares += rest * rest;
      robust += Math.pow((u[t] - meanU) / uu, 2) * rest * rest / (1 - leverage);
    }
    return new double[] {
      (meanV - slope * meanU) / (1 - memory),
      slope,
      Math.sqrt(squares / (n - 3) / uu),
      Math.sqrt(robust)
    };
  }

  @Test
  void shouldFindALongerMemoryInLongSeries() {
    // Given errors that are the sum of a slow one and noise, and a slow column
    int n = 2_000;
    Random random = new Random(7);
    double[] x = new double[n];
    double[] y = new double[n];
    double slow = 0;
    for (int t = 1; t < n; t++) {
      x[t] = 0.9 * x[t - 1] + random.nextGaussian();
      slow = 0.9 * slow + random.nextGaussian();
      y[t] = 0.5 * x[t] + slow + 2 * random.nextGaussian();
    }
    // When
    Fit fit = AutocorrelatedRegression.fit(y, new double[][] {x}, unbroken(n)).orElseThrow();
    // Then
    assertThat(fit.order()).isGreaterThan(1);
    assertThat(fit.coefficients()[0]).isCloseTo(0.5, within(4 * fit.standardError(0)));
  }

  @Test
  void shouldNotTellColumnsApartThatAreOne() {
    // Given
    double[] x = new Random(9).doubles(100).toArray();
    double[] twice = Arrays.stream(x).map(value -> 2 * value).toArray();
    double[] other = new Random(10).doubles(100).toArray();
    double[] y = new double[100];
    for (int t = 0; t < 100; t++) {
      y[t] = x[t] + other[t];
    }
    // When
    Fit fit =
        AutocorrelatedRegression.fit(
                y, new double[][] {x, twice, other, new double[100]}, unbroken(100))
            .orElseThrow();
    // Then
    assertThat(fit.coefficients()[0]).isNaN();
    assertThat(fit.coefficients()[1]).isNaN();
    assertThat(fit.coefficients()[2]).isCloseTo(1, within(1e-6));
    assertThat(fit.coefficients()[3]).isNaN();
    assertThat(fit.pValue(0, 0)).isNaN();
    assertThat(AutocorrelatedRegression.fit(y, new double[95][100], unbroken(100))).isEmpty();
  }
}
