package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LearningPaceTest {
  @Test
  void shouldSayHowLongMoreFramesTake() {
    // Given 978 frames at 4 per second, which are worth 116
    LearningPace pace = new LearningPace(978, Duration.ofMillis(977 * 250));
    // When
    long frames = pace.framesFor(116, 1_000);
    // Then (8,431 - 978) / 4 s = 31 min
    assertThat(frames).isEqualTo(8_432);
    assertThat(pace.remaining(frames - 978))
        .isEqualTo("about 31 minutes more at 4 frames per second");
  }

  @Test
  void shouldSpeakOfRatesInAUnitThatFits() {
    assertThat(new LearningPace(79, Duration.ofDays(1)).remaining(178))
        .isEqualTo("about 2 days more at 3.3 frames per hour");
    assertThat(new LearningPace(11, Duration.ofDays(100)).remaining(1))
        .isEqualTo("about 10 days more at 0.1 frames per day");
    assertThat(new LearningPace(21, Duration.ofSeconds(1)).remaining(20))
        .isEqualTo("about 1 second more at 20 frames per second");
    assertThat(new LearningPace(61, Duration.ofHours(1)).remaining(90))
        .isEqualTo("about 90 minutes more at 1 frame per minute");
  }

  @Test
  void shouldCountFramesWhileTheRateIsUnknown() {
    assertThat(new LearningPace(1, Duration.ZERO).remaining(255))
        .isEqualTo("about 255 frames more");
    assertThatThrownBy(() -> new LearningPace(0, Duration.ZERO))
        .hasMessageContaining("but has 0 in PT0S");
  }
}
