package dev.residua.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmoothFunctionTest {
  private static final SmoothFunction CURVE =
      new SmoothFunction(new double[] {1, 2, 4, 7}, new double[] {0.5, -3, 2});

  @ParameterizedTest
  @ValueSource(doubles = {-2, 1, 1.5, 2, 3.3, 4, 5, 6.9, 7, 12})
  void shouldHaveTheSlopeOfItsValues(double x) {
    // Given
    double step = 1e-5;
    // When
    double difference = (CURVE.value(x + step) - CURVE.value(x - step)) / (2 * step);
    // Then
    assertThat(CURVE.slope(x)).isCloseTo(difference, within(1e-8));
  }

  @Test
  void shouldBeStraightBeyondItsKnots() {
    assertThat(CURVE.slope(7)).isCloseTo(CURVE.slope(100), within(1e-12));
    assertThat(CURVE.slope(1)).isCloseTo(CURVE.slope(-100), within(1e-12));
    assertThat(CURVE.slope(3)).isNotCloseTo(CURVE.slope(1), within(1e-3));
  }

  @Test
  void shouldBeUnknownAtAnUnknownPoint() {
    assertThat(CURVE.value(Double.NaN)).isNaN();
    assertThat(CURVE.slope(Double.NaN)).isNaN();
  }

  @Test
  void shouldDrawALine() {
    // Given
    SmoothFunction line = SmoothFunction.line(2, 6, 0.25);
    // Then
    assertThat(line.value(4)).isZero();
    assertThat(line.value(10)).isCloseTo(1.5, within(1e-12));
  }

  @Test
  void shouldRefuseKnotsThatDoNotAscend() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SmoothFunction(new double[] {1, 1}, new double[] {0}))
        .withMessageContaining("ascending");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SmoothFunction(new double[] {1, 2}, new double[] {0, 0}))
        .withMessageContaining("one coefficient fewer");
  }
}
