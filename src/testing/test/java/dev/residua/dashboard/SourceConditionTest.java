package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dashboard.SourceCondition.Facts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceConditionTest {
  private static final Duration PACE = Duration.ofMillis(50);

  private static SourceCondition of(
      boolean maintained,
      boolean incident,
      boolean drift,
      boolean beyond,
      boolean watched,
      boolean warm,
      int seconds) {
    return SourceCondition.of(
        new Facts(
            maintained, incident, drift, beyond, watched, warm, Duration.ofSeconds(seconds), PACE));
  }

  @Test
  void shouldSayTheMostUrgentThingOfSeveral() {
    assertThat(of(true, true, false, true, false, true, 3600)).isEqualTo(SourceCondition.ANOMALOUS);
    assertThat(of(true, true, true, true, false, true, 3600)).isEqualTo(SourceCondition.DRIFTING);
    assertThat(of(true, false, false, true, false, true, 3600))
        .isEqualTo(SourceCondition.MAINTENANCE);
    assertThat(of(false, false, false, true, false, true, 3600)).isEqualTo(SourceCondition.SILENT);
    assertThat(of(false, false, false, true, false, true, 1))
        .isEqualTo(SourceCondition.NOT_WATCHED);
    assertThat(of(false, false, false, true, true, true, 1)).isEqualTo(SourceCondition.WARMING_UP);
    assertThat(of(false, false, false, true, true, false, 1)).isEqualTo(SourceCondition.DRIFTING);
    assertThat(of(false, false, false, false, true, false, 1)).isEqualTo(SourceCondition.NORMAL);
  }

  @Test
  void shouldWaitLongerForASlowCamera() {
    assertThat(SourceCondition.silence(PACE)).isEqualTo(Duration.ofSeconds(10));
    assertThat(SourceCondition.silence(Duration.ofMinutes(1))).isEqualTo(Duration.ofMinutes(20));
    assertThat(SourceCondition.silence(Duration.ZERO)).isEqualTo(Duration.ofSeconds(10));
  }
}
