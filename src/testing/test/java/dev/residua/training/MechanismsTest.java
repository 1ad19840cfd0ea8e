package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.testing.AdditiveNoise;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MechanismsTest {
  private static final MechanismSettings FAST =
      new MechanismSettings(128, new double[] {0.7, 1.4}, new double[] {1e-5, 1e-4}, 3_000, 1);

  @Test
  void shouldLeaveTheTrueNoiseAsResidual() {
    // Given
    Mechanisms f = Mechanisms.fit(AdditiveNoise.graph(), AdditiveNoise.latents(3_000, 1), FAST);
    double[][] fresh = AdditiveNoise.withNoises(1_000, 2);
    double[] predicted = new double[4];
    double squares3 = 0;
    double squares4 = 0;
    // When
    for (double[] row : fresh) {
      f.predict(java.util.Arrays.copyOf(row, 4), predicted);
      squares3 += Math.pow((row[2] - predicted[2]) / 0.6 - row[6], 2) / fresh.length;
      squares4 += Math.pow((row[3] - predicted[3]) / 0.6 - row[7], 2) / fresh.length;
    }
    // Then the error of the residual is small against the noise, whose variance is 1
    assertThat(squares3).isLessThan(0.15);
    assertThat(squares4).isLessThan(0.15);
  }

  @Test
  void shouldKeepRootsConstantAndIgnoreLatentsThatAreNotParents() {
    // Given
    double[][] z = AdditiveNoise.latents(2_000, 3);
    double mean = 0;
    for (double[] row : z) {
      mean += row[0] / z.length;
    }
    // When
    Mechanisms f = Mechanisms.fit(AdditiveNoise.graph(), z, FAST);
    // Then
    assertThat(f.intercept(0)).isCloseTo(mean, within(1e-12));
    assertThat(f.weights(0)).containsOnly(0);
    for (double[] frequency : f.frequencies(3)) {
      assertThat(frequency[0]).isZero();
      assertThat(frequency[1]).isZero();
      assertThat(frequency[2]).isNotZero();
      assertThat(frequency[3]).isZero();
    }
    assertThat(f.explainedVariance(0)).isZero();
    assertThat(f.explainedVariance(2)).isBetween(0.3, 0.8);
  }

  @Test
  void shouldEqualItsOwnFormula() {
    // Given
    Mechanisms f = Mechanisms.fit(AdditiveNoise.graph(), AdditiveNoise.latents(500, 4), FAST);
    double[] z = {0.3, -1.2, 0.7, 2.1};
    double[] predicted = new double[4];
    // When
    f.predict(z, predicted);
    // Then
    for (int i = 0; i < 4; i++) {
      double expected = f.intercept(i);
      for (int j = 0; j < 4; j++) {
        expected += f.linear(i)[j] * z[j];
      }
      for (int m = 0; m < f.features(); m++) {
        double angle = f.phases(i)[m];
        for (int j = 0; j < 4; j++) {
          angle += f.frequencies(i)[m][j] * z[j];
        }
        expected += f.weights(i)[m] * Math.cos(angle);
      }
      assertThat(predicted[i]).isCloseTo(expected, within(1e-9));
    }
  }

  @Test
  void shouldRefuseRowsOfAnotherWidth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mechanisms.fit(AdditiveNoise.graph(), new double[200][3], FAST))
        .withMessageContaining("row 0 has 3 latents, the graph has 4");
  }

  private static final CausalGraph PAIR =
      CausalGraph.of(List.of("a", "b"), new boolean[][] {{false, true}, {false, false}});

  /** Rows of {@code a ~ N(0, 1)} and {@code b = f(a) + 0.3 N(0, 1)}. */
  private static double[][] pairs(int n, long seed, DoubleUnaryOperator f) {
    Random random = new Random(seed);
    double[][] z = new double[n][2];
    for (double[] row : z) {
      row[0] = random.nextGaussian();
      row[1] = f.applyAsDouble(row[0]) + 0.3 * random.nextGaussian();
    }
    return z;
  }

  private static double at(Mechanisms f, double a) {
    double[] predicted = new double[2];
    f.predict(new double[] {a, 0}, predicted);
    return predicted[1];
  }

  @Test
  void shouldGoOnStraightOutsideTheDataWhereTheMechanismIsALine() {
    // Given
    double[][] z = pairs(3_000, 1, a -> 1.5 * a - 0.5);
    // When
    Mechanisms f = Mechanisms.fit(PAIR, z, FAST);
    // Then also at twice the range of the data
    assertThat(f.weights(1)).containsOnly(0);
    assertThat(f.linear(1)[0]).isCloseTo(1.5, within(0.02));
    assertThat(at(f, 8)).isCloseTo(1.5 * 8 - 0.5, within(0.15));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldBendWhereTheMechanismDoes(long seed) {
    // Given
    double[][] z = pairs(3_000, seed, a -> Math.sin(2 * a) + 0.5 * a * a);
    // When
    Mechanisms f = Mechanisms.fit(PAIR, z, FAST);
    // Then
    for (double a = -2; a <= 2; a += 0.25) {
      assertThat(at(f, a)).isCloseTo(Math.sin(2 * a) + 0.5 * a * a, within(0.12));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReportThatACauseWithoutEffectExplainsNothing(long seed) {
    // Given few held-out rows, whose variance differs from that of all rows
    Random random = new Random(seed);
    double[][] z = new double[400][2];
    for (int r = 0; r < z.length; r++) {
      z[r][0] = random.nextGaussian();
      z[r][1] = (r % 4 == 3 ? 0.5 : 1) * random.nextGaussian();
    }
    // When
    Mechanisms f = Mechanisms.fit(PAIR, z, FAST);
    // Then
    assertThat(f.explainedVariance(1)).isBetween(-0.3, 0.1);
  }

  @Test
  void shouldLeaveOutRowsInWhichTheMechanismWasBroken() {
    // Given a third of the rows in which b was set to 4
    double[][] z = pairs(3_000, 2, a -> 1.5 * a);
    boolean[][] holds = new boolean[z.length][2];
    for (int r = 0; r < z.length; r++) {
      boolean broken = r % 3 == 0;
      holds[r][0] = true;
      holds[r][1] = !broken;
      z[r][1] = broken ? 4 : z[r][1];
    }
    // When
    Mechanisms marked = Mechanisms.fit(PAIR, z, holds, FAST);
    Mechanisms ignored = Mechanisms.fit(PAIR, z, FAST);
    // Then
    assertThat(at(marked, 1)).isCloseTo(1.5, within(0.05));
    assertThat(at(ignored, 1)).isGreaterThan(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mechanisms.fit(PAIR, z, new boolean[z.length][2], FAST))
        .withMessageContaining("the mechanism of a holds in 0 rows, needed are 100");
  }
}
