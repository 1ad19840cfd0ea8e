package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TopicAdminTest {
  private static final Duration WEEK = Duration.ofDays(7);

  @Test
  void shouldNotForgetASourceWhoseFramesAreStillStored() {
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", WEEK.toMillis(), WEEK)).isEmpty();
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", WEEK.toMillis() + 1, WEEK).orElseThrow())
        .startsWith(
            "topic t.frames keeps frames for PT168H0.001S, but a source is forgotten after PT168H")
        .contains("set residua.sources.forget-after=PT168H0.001S");
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", -1, WEEK).orElseThrow())
        .contains("keeps frames for ever", "set residua.sources.forget-after=PT876000H");
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", -1, Duration.ofDays(36_500))).isEmpty();
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", Long.MAX_VALUE, Duration.ofDays(36_500)))
        .isEmpty();
  }
}
