package dev.residua.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionTest {
  /** Intervals as R's {@code prop.test(x, n, correct = FALSE)} gives them. */
  @ParameterizedTest
  @CsvSource({
    "8, 2, 0.4901625, 0.9433178",
    "0, 10, 0.0000000, 0.2775328",
    "10, 0, 0.7224672, 1.0000000",
    "1, 0, 0.2065493, 1.0000000",
    "50, 50, 0.4038315, 0.5961685"
  })
  void shouldHaveTheIntervalOfWilson(int good, int bad, double low, double high) {
    Precision precision = new Precision(200, good, bad);
    assertThat(precision.value()).isCloseTo((double) good / (good + bad), within(1e-12));
    assertThat(precision.low()).isCloseTo(low, within(1e-6));
    assertThat(precision.high()).isCloseTo(high, within(1e-6));
  }

  @Test
  void shouldSayNothingWithoutAVerdict() {
    Precision precision = new Precision(3, 0, 0);
    assertThat(precision.value()).isNaN();
    assertThat(precision.low()).isZero();
    assertThat(precision.high()).isEqualTo(1);
  }

  @Test
  void shouldRefuseMoreVerdictsThanIncidents() {
    assertThatThrownBy(() -> new Precision(2, 2, 1)).hasMessageContaining("2 true and 1 false");
  }
}
