package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Scored;
import org.junit.jupiter.api.Test;

class LastReadingTest {
  private static final float HIDDEN = Float.NaN;

  /** The reading after frames 0, 1, ... with these values. */
  private static LastReading after(float... values) {
    LastReading reading = LastReading.NONE;
    for (int i = 0; i < values.length; i++) {
      reading = reading.next(values[i], Scored.time(i));
    }
    return reading;
  }

  /** Values, of which the first one is shown and a number of others is hidden. */
  private static float[] values(int shown, int hidden, int shownAgain) {
    float[] values = new float[shown + hidden + shownAgain];
    for (int i = 0; i < values.length; i++) {
      values[i] = i >= shown && i < shown + hidden ? HIDDEN : i;
    }
    return values;
  }

  @Test
  void shouldHaveTheNewestValueOfAReadableLatent() {
    assertThat(after(1, 2, 3)).isEqualTo(new LastReading(3, 0, null));
    assertThat(LastReading.NONE.isLasting()).isFalse();
  }

  @Test
  void shouldKeepTheLastValueAndTheTimeFromWhichFramesDoNotShowIt() {
    // When
    LastReading reading = after(values(4, 2, 0));
    // Then
    assertThat(reading.value()).isEqualTo(3);
    assertThat(reading.since()).isEqualTo(Scored.time(4));
    assertThat(reading.frames()).isEqualTo(2);
    assertThat(reading.isLasting()).isFalse();
    assertThat(after(values(4, 8, 0)).isLasting()).isTrue();
    assertThat(after(values(4, 500, 0)).frames()).isEqualTo(32);
  }

  @Test
  void shouldKnowNoValueBeforeTheFirst() {
    // When
    LastReading reading = after(HIDDEN, HIDDEN);
    // Then
    assertThat(reading.value()).isNaN();
    assertThat(reading.since()).isEqualTo(Scored.time(0));
  }

  @Test
  void shouldDistrustValuesUntilEightFramesInARowShowIt() {
    // When
    LastReading stillHidden = after(values(4, 20, 7));
    LastReading shown = after(values(4, 20, 8));
    // Then
    assertThat(stillHidden.since()).isEqualTo(Scored.time(4));
    assertThat(stillHidden.value()).isEqualTo(3);
    assertThat(shown).isEqualTo(new LastReading(31, 0, null));
    assertThat(after(1, HIDDEN, 7, 7, HIDDEN, 7))
        .isEqualTo(new LastReading(1, 0b10010, Scored.time(1)));
  }
}
