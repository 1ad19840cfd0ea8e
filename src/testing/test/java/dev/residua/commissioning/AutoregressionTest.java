package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AutoregressionTest {
  @Test
  void shouldKnowTheFirstOrder() {
    // When
    Autoregression model = Autoregression.of(List.of(0.9));

    // Then
    assertThat(model.variance()).isCloseTo(1 / (1 - 0.81), within(1e-9));
    assertThat(model.time()).isCloseTo(19, within(1e-9));
    assertThat(model.lagOne()).isCloseTo(0.9, within(1e-12));
  }

  /**
   * Closed forms for order 2: rho_1 = a / (1 - b), variance (1 - b) / ((1 + b)((1 - b)^2 - a^2)).
   */
  @Test
  void shouldKnowTheSecondOrder() {
    // Given
    double a = 0.5;
    double b = 0.3;

    // When
    Autoregression model = Autoregression.of(List.of(a, b));

    // Then
    double variance = (1 - b) / ((1 + b) * ((1 - b) * (1 - b) - a * a));
    assertThat(model.variance()).isCloseTo(variance, within(1e-9));
    assertThat(model.lagOne()).isCloseTo(a / (1 - b), within(1e-9));
    assertThat(model.predictor(1)).containsExactly(new double[] {a / (1 - b)}, within(1e-9));
    assertThat(model.error(1))
        .isCloseTo(Math.sqrt(variance * (1 - Math.pow(a / (1 - b), 2))), within(1e-9));
    assertThat(model.error(2)).isEqualTo(1);
  }

  /** The sum of the autocorrelations by the recursion itself, term by term. */
  @Test
  void shouldSumTheAutocorrelationsOfTheFourthOrder() {
    // Given
    List<Double> c = List.of(0.4, 0.2, -0.1, 0.3);
    Autoregression model = Autoregression.of(c);
    double[] impulse = new double[3_000];
    for (int t = 0; t < impulse.length; t++) {
      impulse[t] = t == 0 ? 1 : 0;
      for (int i = 0; i < 4 && i < t; i++) {
        impulse[t] += c.get(i) * impulse[t - 1 - i];
      }
    }
    double sum = 0;
    double squares = 0;
    for (double value : impulse) {
      sum += value;
      squares += value * value;
    }

    // When, Then
    assertThat(model.variance()).isCloseTo(squares, within(1e-9 * squares));
    assertThat(model.time()).isCloseTo(sum * sum / squares, within(1e-6));
    assertThat(model.coefficients())
        .containsExactly(new double[] {0.4, 0.2, -0.1, 0.3}, within(1e-9));
  }

  @Test
  void shouldRefuseAndRepairWhatIsNotStationary() {
    assertThatThrownBy(() -> Autoregression.of(List.of(1.01)))
        .hasMessageContaining("must be stationary");
    assertThatThrownBy(() -> Autoregression.of(List.of(0.6, 0.5)))
        .hasMessageContaining("must be stationary");
    assertThat(Autoregression.nearest(new double[] {1.2}).lagOne())
        .isEqualTo(Autoregression.MAX_PARTIAL);
    assertThat(Autoregression.nearest(new double[] {0.6, 0.5}).variance()).isFinite().isPositive();
  }

  /** What is brought back is stored by its coefficients, and must be accepted when it is read. */
  @Test
  void shouldAcceptTheCoefficientsOfWhatItRepairs() {
    // Given
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double[] wild = random.doubles(1 + random.nextInt(4), -5, 5).toArray();
      // When
      Autoregression repaired = Autoregression.nearest(wild);
      // Then
      List<Double> stored = Arrays.stream(repaired.coefficients()).boxed().toList();
      assertThatCode(() -> Autoregression.of(stored)).doesNotThrowAnyException();
    }
  }
}
