package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.residua.access.Visitor;
import dev.residua.alerting.StoredAlerts;
import dev.residua.causal.Finding.Severity;
import dev.residua.dashboard.LiveViews.AlertChildView;
import dev.residua.dashboard.LiveViews.AlertGroupView;
import dev.residua.dashboard.LiveViews.CommandView;
import dev.residua.dashboard.LiveViews.EscalationView;
import dev.residua.dashboard.LiveViews.IncidentDetail;
import dev.residua.dashboard.LiveViews.IncidentGroup;
import dev.residua.dashboard.LiveViews.IncidentView;
import dev.residua.dashboard.LiveViews.IncidentsView;
import dev.residua.dashboard.LiveViews.StepView;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommandParser;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Incidents;
import dev.residua.testing.Visits;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IncidentHistoryTest {
  private static final Instant NOW = Incidents.OPENED.plusSeconds(60);

  private final LiveHistory history = new LiveHistory();

  private Incident add(String id, Consumer<Incidents> changes) {
    Incident incident = Incidents.with(((Consumer<Incidents>) i -> i.id = id).andThen(changes));
    history.incident(incident);
    return incident;
  }

  private List<String> listed(String... parameters) {
    return view(parameters).incidents().stream().map(IncidentView::incidentId).toList();
  }

  private IncidentsView view(String... parameters) {
    Map<String, String> query = new HashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      query.put(parameters[i], parameters[i + 1]);
    }
    return history.incidents(Visits.OWNER, IncidentQuery.of(query), NOW);
  }

  private void say(String kind, String id, Instant at, String... more) {
    Map<String, String> fields = new HashMap<>(Map.of("incident", "a", "reason", "because"));
    for (int i = 0; i < more.length; i += 2) {
      fields.put(more[i], more[i + 1]);
    }
    history.ordered(
        id,
        new ControlCommandParser(ControlCommand.Kind.of(kind), fields, name -> name)
            .command(id, at, "ann"));
  }

  @Test
  void shouldListTheMostUrgentFirst() {
    // Given
    add("old", i -> i.state = State.RESOLVED);
    add("mild", i -> i.severity = Severity.INFO);
    add("bad", i -> i.severity = Severity.CRITICAL);
    add("usual", i -> {});
    // When, Then
    assertThat(listed()).containsExactly("bad", "usual", "mild");
    assertThat(listed("state", "all")).containsExactly("bad", "usual", "mild", "old");
    assertThat(listed("state", "ended")).containsExactly("old");
    assertThat(view("state", "all").open()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "text, CAM2, b",
    "text, deviates more, a b c",
    "severity, critical, c",
    "subject, mechanism, a b",
    "subject, mechanism:shadow_length, a b",
    "subject, picture, c",
    "source, cam1, a c",
    "scene, line-3, b",
    "scene, default, a c",
    "from, 2026-05-01T10:00:00Z, a b c",
    "to, 2026-05-01T09:59:59Z, ''"
  })
  void shouldListWhatIsAskedFor(String parameter, String value, String expected) {
    // Given
    add("a", i -> {});
    add(
        "b",
        i -> {
          i.source = "cam2";
          i.labels = Map.of("scene", "line-3");
        });
    add(
        "c",
        i -> {
          i.severity = Severity.CRITICAL;
          i.subject = Subject.PICTURE;
        });
    // When, Then
    assertThat(listed(parameter, value))
        .containsExactlyInAnyOrder(expected.isEmpty() ? new String[0] : expected.split(" "));
  }

  @Test
  void shouldLeaveOutWhatHadEndedBefore() {
    // Given one that ended 5 seconds after it opened
    add(
        "over",
        i -> {
          i.state = State.RESOLVED;
          i.sequence = 200;
        });
    // When, Then
    assertThat(listed("state", "all", "from", "2026-05-01T10:00:05Z")).containsExactly("over");
    assertThat(listed("state", "all", "from", "2026-05-01T10:00:06Z")).isEmpty();
  }

  @Test
  void shouldGiveAPageAndTheLastOneBeyondTheEnd() {
    // Given
    for (int k = 0; k < 5; k++) {
      add("id" + k, i -> {});
    }
    // When, Then
    assertThat(listed("size", "2", "page", "1")).hasSize(2);
    assertThat(view("size", "2", "page", "9").page()).isEqualTo(2);
    assertThat(view("size", "2").matching()).isEqualTo(5);
  }

  @Test
  void shouldCountGroupsWithTheMostOpenFirst() {
    // Given
    add("a", i -> {});
    add("b", i -> i.source = "cam2");
    add("c", i -> i.subject = Subject.PICTURE);
    add(
        "d",
        i -> {
          i.subject = Subject.PICTURE;
          i.state = State.RESOLVED;
          i.severity = Severity.CRITICAL;
        });
    // When, Then
    assertThat(view("state", "all", "group", "subject").groups())
        .containsExactly(
            new IncidentGroup("mechanism:shadow_length", 2, 2, "WARNING"),
            new IncidentGroup("picture", 1, 2, "CRITICAL"));
    assertThat(view("group", "scene").groups())
        .containsExactly(new IncidentGroup("default", 3, 3, "WARNING"));
    assertThat(view().groups()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "state, closed, state must be one of [open; ended; all]",
    "severity, high, severity must be one of",
    "group, day, group must be one of [source; scene; subject]",
    "from, yesterday, from must be a time such as 2026-05-01T10:00:00Z",
    "page, -1, page must be at least 0",
    "page, x, page must be a whole number",
    "size, 201, size must be from 1 to 200"
  })
  void shouldSayWhichParameterIsWrong(String parameter, String value, String problem) {
    // Given, When, Then
    assertThatThrownBy(() -> listed(parameter, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem.replace(';', ','));
  }

  @Test
  void shouldTellWhatHappenedToAnIncident() {
    // Given
    add("a", i -> {});
    add("a", i -> i.sequence = 110); // nothing new for a reader
    say("acknowledge", "1", Incidents.OPENED.plusSeconds(1));
    say("note", "2", Incidents.OPENED.plusSeconds(2), "reason", "lens is dirty");
    say("acknowledge", "3", Incidents.OPENED.plusSeconds(3), "assignee", "kim");
    say("note", "4", Incidents.OPENED, "incident", "another");
    history.ordered(
        "5",
        new ControlCommandParser(
                ControlCommand.Kind.MAINTENANCE,
                Map.of("for", "PT1H", "reason", "repair", "sources", "cam1"),
                name -> name)
            .command("5", Incidents.OPENED.plusSeconds(4), "ann"));
    add(
        "a",
        i -> {
          i.state = State.ESCALATED;
          i.severity = Severity.CRITICAL;
          i.sequence = 120;
        });
    // When
    IncidentDetail detail = history.incident(Visits.OWNER, "a", NOW).orElseThrow();
    // Then
    assertThat(detail.steps()).extracting(StepView::state).containsExactly("OPENED", "ESCALATED");
    assertThat(detail.steps().get(1).at())
        .isEqualTo(Incidents.OPENED.plusMillis(1_000).toEpochMilli());
    assertThat(detail.incident().assignee()).isEqualTo("kim");
    assertThat(detail.commands())
        .extracting(CommandView::kind, CommandView::assignee)
        .containsExactly(
            tuple("silence", null),
            tuple("acknowledge", "kim"),
            tuple("note", null),
            tuple("acknowledge", "ann"));
    assertThat(detail.commands().get(2).reason()).isEqualTo("lens is dirty");
    assertThat(history.incident(Visits.OWNER, "b", NOW)).isEqualTo(Optional.empty());
  }

  @Test
  void shouldShowTheGroupOfAnIncidentIfAllItsSourcesAreVisible() {
    // Given
    Incident first = add("a", i -> i.source = "north/1");
    Incident second = add("b", i -> i.source = "south/1");
    add("c", i -> i.source = "north/2");
    history.alert(StoredAlerts.key("group.a.0"), StoredAlerts.group("group.a.0", 5, first, second));
    SourceRules rules =
        new SourceRules(
            List.of(SourceRule.of("north", "north/*").with(r -> r.revision(1).scene("north"))));

    // When
    AlertGroupView all = group(Visits.OWNER, "b");

    // Then
    assertThat(all.id()).isEqualTo("group.a.0");
    assertThat(all.headline()).endsWith(": 2 of 7 sources of lamp 3");
    assertThat(all.incidents()).isEqualTo(7);
    assertThat(all.children())
        .extracting(AlertChildView::incidentId, AlertChildView::source, AlertChildView::open)
        .containsExactly(tuple("a", "north/1", true), tuple("b", "south/1", true));
    assertThat(group(Visits.of("viewer:scene=north", rules), "a")).isNull();
    assertThat(group(Visits.OWNER, "c")).isNull();
  }

  @Test
  void shouldShowToWhomAnIncidentWasEscalated() {
    // Given
    Incident incident = add("a", i -> {});
    Instant at = NOW.minusSeconds(60);

    // When
    history.alert(StoredAlerts.key("a"), StoredAlerts.escalated(incident, "boss", at));

    // Then
    assertThat(history.incident(Visits.OWNER, "a", NOW).orElseThrow().escalations())
        .containsExactly(new EscalationView("boss", at.toEpochMilli()));
  }

  private @Nullable AlertGroupView group(Visitor visitor, String id) {
    return history.incident(visitor, id, NOW).orElseThrow().group();
  }

  @Test
  void shouldKeepHowItBeganAndTheLastStates() {
    // Given an incident that comes and goes
    add("a", i -> {});
    for (int k = 0; k < 100; k++) {
      boolean flapping = k % 2 == 0;
      int at = 101 + k;
      add(
          "a",
          i -> {
            i.state = flapping ? State.FLAPPING : State.UPDATED;
            i.sequence = at;
          });
    }
    // When
    List<StepView> steps = history.incident(Visits.OWNER, "a", NOW).orElseThrow().steps();
    // Then
    assertThat(steps).hasSize(30);
    assertThat(steps.get(0).state()).isEqualTo("OPENED");
    assertThat(steps.get(29).at()).isEqualTo(Incidents.OPENED.plusMillis(50 * 100).toEpochMilli());
  }

  @Test
  void shouldFindEarlierIncidentsOfTheSameSubject() {
    // Given
    Instant earlier = Incidents.OPENED.minusSeconds(100);
    history.incident(of("mine", "cam1", earlier));
    history.incident(of("other", "cam2", earlier.plusSeconds(50)));
    history.incident(
        of("elsewhere", "cam1", earlier).with(i -> i.labels(Map.of("scene", "line-3"))));
    history.incident(of("picture", "cam1", earlier).with(i -> i.subject(Subject.PICTURE)));
    history.incident(of("later", "cam1", NOW));
    add("a", i -> {});
    // When, Then
    assertThat(history.incident(Visits.OWNER, "a", NOW).orElseThrow().similar())
        .extracting(IncidentView::incidentId)
        .containsExactly("mine", "other");
  }

  private static Incident of(String id, String source, Instant opened) {
    return Incidents.with(
            i -> {
              i.id = id;
              i.source = source;
            })
        .with(i -> i.openedAt(opened));
  }
}
