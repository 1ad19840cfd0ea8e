package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.Grouping.Member;
import dev.residua.alerting.Grouping.Waiting;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Subject;
import dev.residua.testing.Incidents;
import dev.residua.wire.IncidentMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertStateJsonTest {
  private static final Instant AT = Instant.parse("2026-05-01T10:00:00Z");

  private static final String FIRST =
      """
      {"version":1,"alert":"alert-1","revision":7,"since":"2026-05-01T10:00:00Z","changedAt":"2026-05-01T10:00:01Z","only":"pager",\
      "notified":{"am":{"stage":"FIRING","revision":6,"severity":"WARNING","kind":"DRIFT.RESIDUAL","subject":"mechanism:shadow_length","flaps":2,"at":"2026-05-01T10:00:00Z","acknowledged":true,"members":0}},\
      "incident":%s}""";

  private static AlertEntry entry() {
    return new AlertEntry(
        "alert-1",
        Incidents.opened(),
        7,
        AT,
        AT.plusSeconds(1),
        Optional.of("pager"),
        Map.of(
            "am",
            new NotifiedState(
                NotifiedState.Stage.FIRING,
                6,
                Severity.WARNING,
                "DRIFT.RESIDUAL",
                "mechanism:shadow_length",
                2,
                AT,
                true,
                0)));
  }

  @Test
  void shouldReadWhatItWrote() {
    assertThat(AlertStateJson.entry(AlertStateJson.bytes(entry()))).isEqualTo(entry());
    assertThat(AlertStateJson.activations(AlertStateJson.activations(Map.of("pager", 7L))))
        .isEqualTo(Map.of("pager", 7L));
  }

  @Test
  void shouldReadBackTheRecordThatOpenedAnIncidentThatHasEnded() {
    // Given
    AlertEntry ended = entry().next(Incidents.resolved(), 9, AT.plusSeconds(20));

    // When
    AlertEntry read = AlertStateJson.entry(AlertStateJson.bytes(ended));

    // Then
    assertThat(read).isEqualTo(ended);
    assertThat(read.opened().incident().state()).isEqualTo(Incidents.opened().state());
    assertThat(read.opened().incident().updatedSequence())
        .isEqualTo(Incidents.opened().updatedSequence());
  }

  @Test
  void shouldReadBackTheEscalationOfAnAlert() {
    // Given
    AlertEntry escalated =
        entry()
            .with(
                new Escalation(
                    true, Map.of("pager", AT), Map.of("chat", AT.plusSeconds(1), "hook", AT)));

    // When, Then
    assertThat(AlertStateJson.entry(AlertStateJson.bytes(escalated))).isEqualTo(escalated);
    assertThat(new String(AlertStateJson.bytes(escalated), StandardCharsets.UTF_8))
        .endsWith(
            """
            "escalation":{"acknowledged":true,"since":{"pager":"2026-05-01T10:00:00Z"},"to":{"chat":"2026-05-01T10:00:01Z","hook":"2026-05-01T10:00:00Z"}}}""");
  }

  @Test
  void shouldReadBackTheGroupOfAnAlert() {
    // Given
    Child child = new Child("alert-1", "incident-1", "cam1", Subject.SILENCE, true);
    List<Grouping> all =
        List.of(
            new Waiting(AT.plusSeconds(30)),
            new Member("group.alert-1.0"),
            new Group("lamp", "3", List.of(child), 7, AT, Set.of("am", "pager")));

    // When, Then
    assertThat(all)
        .allSatisfy(
            grouping ->
                assertThat(AlertStateJson.entry(AlertStateJson.bytes(entry().with(grouping))))
                    .isEqualTo(entry().with(grouping)));
  }

  @Test
  void shouldStoreAnIncidentThatPeopleCanRead() {
    // Given
    String incident = new String(IncidentMapper.json(Incidents.opened()), StandardCharsets.UTF_8);
    byte[] first = FIRST.formatted(incident).getBytes(StandardCharsets.UTF_8);

    // When, Then
    assertThat(AlertStateJson.entry(first)).isEqualTo(entry());
    assertThat(new String(AlertStateJson.bytes(entry()), StandardCharsets.UTF_8))
        .isEqualTo(FIRST.formatted(incident));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "7", "\"\"", "[]"})
  void shouldRefuseAnAlertWithoutIncident(String incident) {
    // Given
    byte[] damaged =
        "{\"version\":1,\"revision\":3,\"since\":\"2026-03-01T12:00:00Z\",\"changedAt\":\"2026-03-01T12:00:00Z\",\"notified\":{},\"incident\":%s}"
            .formatted(incident)
            .getBytes(StandardCharsets.UTF_8);

    // When, Then
    assertThatThrownBy(() -> AlertStateJson.entry(damaged))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no incident");
  }

  @Test
  void shouldRefuseWhatALaterVersionWrote() {
    // Given
    byte[] later = "{\"version\":2}".getBytes(StandardCharsets.UTF_8);

    // When, Then
    assertThatThrownBy(() -> AlertStateJson.entry(later))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 2, expected 1");
  }
}
