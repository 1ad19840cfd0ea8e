package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamePatternTest {
  @Test
  void shouldMatchTheWholeName() {
    // Given
    NamePattern pattern = NamePattern.of("cam[0-9]+|line\\.a");
    // When, Then
    assertThat(pattern.matches("cam12")).isTrue();
    assertThat(pattern.matches("line.a")).isTrue();
    assertThat(pattern.matches("xcam12")).isFalse();
    assertThat(pattern.matches("line-a")).isFalse();
    assertThat(NamePattern.of("drift", true).matches("DRIFT")).isTrue();
    assertThat(NamePattern.of("drift").matches("DRIFT")).isFalse();
  }

  /** A backtracking engine takes more than 2^40 steps for most of these. */
  @ParameterizedTest
  @ValueSource(strings = {"(a+)+b", "(a|aa)+b", "(a|a)*b", "(.*a){20}b"})
  void shouldMatchHostileExpressionsInLinearTime(String hostile) {
    // When, Then
    assertThat(NamePattern.of(hostile).matches("a".repeat(255))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(((a{100}){100}){100})", "(a{2,1000}){2}", "a{1001}", "(?=a)", "(a)\\1", "cam["})
  void shouldRefuseExpressionsThatAreTooLargeOrNotRe2(String text) {
    // When, Then
    assertThatThrownBy(() -> NamePattern.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("regular expression")
        .hasMessageContaining(text);
  }

  @Test
  void shouldRefuseExpressionsThatAreTooLong() {
    // When, Then
    assertThatThrownBy(() -> NamePattern.of("a".repeat(501)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("501 characters");
    assertThat(NamePattern.of("a".repeat(500)).matches("a".repeat(500))).isTrue();
  }
}
