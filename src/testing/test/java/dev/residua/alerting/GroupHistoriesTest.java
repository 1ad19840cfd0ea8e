package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentGroup;
import dev.residua.incident.Subject;
import dev.residua.testing.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random incidents of sources that share lamps, and processes that follow one another. Half of the
 * histories end each of them in order, the other half before the answers of receivers are stored.
 * Every opening is announced, alone or in a group, and only there; every group ends; each of its
 * states is published once; and what is stored stays within its bounds.
 */
@Tag("slow")
class GroupHistoriesTest {
  private static final Duration DELAY = Duration.ofSeconds(30);
  private static final int SOURCES = 24;
  private static final int SECONDS = 1_500;
  private static final Subject[] SUBJECTS = {
    Subject.UNDETERMINED,
    Subject.latent("light", false),
    Subject.latent("valve", false),
    Subject.SILENCE,
    Subject.PICTURE
  };

  private final AlertingSettings settings =
      GroupsTest.grouped(Receivers.pagerduty(r -> {}), Receivers.alertmanager(r -> {}));
  private final List<Incident> topic = new ArrayList<>();
  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final Map<String, Integer> partitions = new HashMap<>();
  private final Map<String, Incident> current = new TreeMap<>();

  /** Alerts in which PagerDuty was notified of each incident: its own, or that of a group. */
  private final Map<String, Set<String>> announced = new TreeMap<>();

  private final Set<String> firing = new HashSet<>();

  /** Newest published state of each group. */
  private final Map<String, IncidentGroup> published = new TreeMap<>();

  private PendingAlerts book;
  private boolean crashes;
  private int committed;
  private int read;
  private Instant now = Instant.parse("2026-05-01T10:00:00Z");

  static List<Long> seeds() {
    return new Random(20260501).longs(60).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldAnnounceEveryOpeningOnceAndEndEveryGroup(long seed) {
    // Given
    Random random = new Random(seed);
    crashes = seed % 2 != 0;
    restart();

    // When
    for (int second = 0; second < SECONDS; second++) {
      now = now.plusSeconds(1);
      if (random.nextInt(40) == 0) {
        strike(random);
      }
      if (random.nextInt(4) == 0) {
        change(random);
      }
      boolean ends = random.nextInt(60) == 0;
      round(ends && crashes);
      if (ends) {
        restart();
      }
    }
    current.values().stream()
        .filter(Incident::open)
        .toList()
        .forEach(incident -> publish(incident, State.RESOLVED, incident.subject()));
    for (int second = 0; second < 600; second++) {
      now = now.plusSeconds(1);
      round(false);
    }

    // Then
    assertThat(announced.keySet()).containsExactlyInAnyOrderElementsOf(current.keySet());
    assertThat(announced.values()).allMatch(alerts -> alerts.size() == 1);
    assertThat(announced.values().stream().flatMap(Set::stream))
        .as("groups there are")
        .anyMatch(alert -> alert.startsWith("group."));
    assertThat(published.keySet())
        .isEqualTo(
            announced.values().stream()
                .flatMap(Set::stream)
                .filter(alert -> alert.startsWith("group."))
                .collect(Collectors.toSet()));
    assertThat(published.values()).allMatch(group -> group.state() == State.RESOLVED);
    assertThat(firing).isEmpty();
    assertThat(stored).isEmpty();
  }

  /** Several sources of one lamp open the same subject within some seconds. */
  private void strike(Random random) {
    Subject subject = SUBJECTS[random.nextInt(SUBJECTS.length)];
    int lamp = random.nextInt(3);
    for (int source = lamp; source < SOURCES; source += 3) {
      if (random.nextInt(3) > 0) {
        open(source, subject);
      }
    }
  }

  private void open(int source, Subject subject) {
    String id = "s" + source + "-" + topic.size();
    publish(
        Incidents.with(
            i -> {
              i.id = id;
              i.source = "s" + source;
              i.labels = Map.of("scene", "tanks", "lamp", Integer.toString(source % 3));
            }),
        State.OPENED,
        subject);
  }

  /** One incident opens, is diagnosed, is suspended, goes on, gets worse or ends. */
  private void change(Random random) {
    List<Incident> open = current.values().stream().filter(Incident::open).toList();
    if (open.isEmpty() || random.nextInt(5) == 0) {
      open(random.nextInt(SOURCES), SUBJECTS[random.nextInt(SUBJECTS.length)]);
      return;
    }
    Incident incident = open.get(random.nextInt(open.size()));
    Subject subject = incident.subject();
    switch (random.nextInt(6)) {
      case 0 ->
          publish(
              incident,
              State.UPDATED,
              subject.equals(Subject.UNDETERMINED) ? SUBJECTS[1 + random.nextInt(2)] : subject);
      case 1 -> publish(incident, State.SUSPENDED, subject);
      case 2 -> publish(incident.withSeverity(Severity.CRITICAL), State.ESCALATED, subject);
      default -> publish(incident, State.RESOLVED, subject);
    }
  }

  private void publish(Incident incident, State state, Subject subject) {
    Incident next =
        Incidents.with(
            i -> {
              i.id = incident.id();
              i.source = incident.source();
              i.labels = incident.labels();
              i.subject = subject;
              i.state = state;
              i.severity = incident.severity();
              i.sequence = 100 + topic.size();
            });
    current.put(next.id(), next);
    topic.add(next);
  }

  private void restart() {
    book = new PendingAlerts(settings, new Random(1));
    stored.forEach((id, entry) -> book.restore(partitions.get(id), entry));
    read = committed;
  }

  private void round(boolean dies) {
    for (; read < topic.size(); read++) {
      Incident incident = topic.get(read);
      int partition = Math.floorMod(incident.source().hashCode(), 4);
      book.incident(incident, new PendingAlerts.Position(partition, read, now, false), now);
    }
    book.group(now);
    book.sweep(now);
    store();
    committed = read;
    for (String receiver : List.of("pager", "am")) {
      for (Notification notification : book.due(receiver, 100, 100, Map.of(), now)) {
        if (receiver.equals("pager")) {
          take(notification);
        }
        book.applyResult(receiver, notification, new DeliveryResult.Accepted("202"), now);
      }
    }
    if (!dies) {
      store();
    }
  }

  private void store() {
    book.changes()
        .forEach(
            (id, change) -> {
              partitions.put(id, change.partition());
              change.group().ifPresent(this::published);
              change.entry().ifPresentOrElse(e -> stored.put(id, e), () -> stored.remove(id));
            });
    stored.values().stream()
        .filter(entry -> entry.grouping() instanceof Group)
        .forEach(
            entry ->
                assertThat(((Group) entry.grouping()).children())
                    .hasSizeLessThanOrEqualTo(Group.MAX_CHILDREN));
  }

  private void published(IncidentGroup group) {
    IncidentGroup before = published.put(group.groupId(), group);
    assertThat(before == null || before.revision() < group.revision()).as("%s", group).isTrue();
  }

  private void take(Notification notification) {
    String alert = notification.entry().alertId();
    switch (notification.action()) {
      // As PagerDuty does: what is open is not opened again, what is not is not resolved.
      case OPEN -> assertThat(firing.add(alert) || crashes).as("opened once: %s", alert).isTrue();
      case RESOLVE ->
          assertThat(firing.remove(alert) || crashes).as("was open: %s", alert).isTrue();
      case UPDATE, REPEAT, ACKNOWLEDGE -> {}
    }
    announce(notification.entry());
  }

  private void announce(AlertEntry entry) {
    List<String> incidents =
        entry.grouping() instanceof Group group
            ? group.children().stream().map(Child::incident).toList()
            : List.of(entry.incident().id());
    incidents.forEach(
        id -> announced.computeIfAbsent(id, key -> new HashSet<>()).add(entry.alertId()));
  }
}
