package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanDurationTest {
  @ParameterizedTest
  @CsvSource({
    "2h, PT2H",
    "90s, PT1M30S",
    "30 min, PT30M",
    "15m, PT15M",
    "1h30m, PT1H30M",
    "1d 12h, PT36H",
    "7D, P7D",
    "0.5s, PT0.5S",
    " 1d2h3m4s , PT26H3M4S",
    "PT2H, PT2H",
    "p1d, P1D"
  })
  void shouldReadWhatPeopleWrite(String text, Duration expected) {
    assertThat(HumanDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "2", "h", "2h1d", "two hours", "1.5h", "-2h", "99999999999999999999d"})
  void shouldSayWhatIsExpected(String text) {
    assertThatThrownBy(() -> HumanDuration.parse(text))
        .isInstanceOf(DateTimeException.class)
        .hasMessageContaining("invalid duration '%s', expected one such as 2h".formatted(text));
  }

  @ParameterizedTest
  @CsvSource({
    "PT0.9S, 0 s",
    "PT59S, 59 s",
    "PT3M20S, 3 min 20 s",
    "PT1H, 1 h 0 min",
    "PT2H5M59S, 2 h 5 min",
    "P2DT3H, 2 d 3 h"
  })
  void shouldSayItsTwoLargestUnits(Duration time, String expected) {
    assertThat(HumanDuration.spoken(time)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0.05, 0.05 s",
    "1.5, 1.5 s",
    "60, 1 min 0 s",
    "75.2, 1 min 15 s",
    "3600, 1 h 0 min",
    "7500, 2 h 5 min"
  })
  void shouldSayShortTimesExactly(double seconds, String expected) {
    assertThat(HumanDuration.spokenSeconds(seconds)).isEqualTo(expected);
  }
}
