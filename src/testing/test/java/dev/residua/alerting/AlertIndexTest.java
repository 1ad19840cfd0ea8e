package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.incident.Incident;
import dev.residua.testing.Incidents;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlertIndexTest {
  private static final String KEY = StoredAlerts.key("group.a.0");
  private static final Incident FIRST = Incidents.with(i -> i.id = "a");
  private static final Incident SECOND = Incidents.with(i -> i.id = "b");

  private final AlertIndex alerts = new AlertIndex();

  @Test
  void shouldFindTheGroupOfEachOfItsIncidentsUntilItIsOver() {
    // Given
    alerts.apply(StoredAlerts.key("b"), StoredAlerts.single(SECOND));
    alerts.apply(KEY, StoredAlerts.group("group.a.0", 0, FIRST));

    // When
    boolean early = alerts.group("b").isPresent();
    alerts.apply(KEY, StoredAlerts.group("group.a.0", 0, FIRST, SECOND));

    // Then
    assertThat(early).isFalse();
    assertThat(alerts.group("a")).isPresent().isEqualTo(alerts.group("b"));
    assertThat(alerts.group("b").orElseThrow().incident().id()).isEqualTo("group.a.0");
    alerts.apply(KEY, null);
    assertThat(alerts.group("a")).isEmpty();
  }

  @Test
  void shouldKnowToWhomAnIncidentOrItsGroupWasEscalatedUntilItIsOver() {
    // Given
    Instant at = Instant.parse("2026-05-01T10:15:00Z");
    alerts.apply(StoredAlerts.key("a"), StoredAlerts.escalated(FIRST, "boss", at));
    alerts.apply(StoredAlerts.key("b"), StoredAlerts.single(SECOND));

    // When
    Map<String, Instant> first = alerts.escalations("a");

    // Then
    assertThat(first).isEqualTo(Map.of("boss", at));
    assertThat(alerts.escalations("b")).isEmpty();
    assertThat(alerts.group("a")).isEmpty();
    alerts.apply(StoredAlerts.key("a"), null);
    assertThat(alerts.escalations("a")).isEmpty();
  }

  @Test
  void shouldKeepTheThousandThatChangedLast() {
    // When
    for (int i = 0; i <= 1_000; i++) {
      String incident = "i" + i;
      alerts.apply(
          StoredAlerts.key("group." + i),
          StoredAlerts.group("group." + i, 0, Incidents.with(one -> one.id = incident)));
    }

    // Then
    assertThat(alerts.group("i0")).isEmpty();
    assertThat(alerts.group("i1")).isPresent();
    assertThat(alerts.group("i1000")).isPresent();
  }

  @Test
  void shouldRefuseADamagedGroup() {
    assertThatThrownBy(() -> alerts.apply(KEY, new byte[] {'{'}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(alerts.group("a")).isEmpty();
  }
}
