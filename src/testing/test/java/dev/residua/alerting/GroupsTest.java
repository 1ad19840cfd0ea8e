package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.incident.GroupedIncident;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentGroup;
import dev.residua.incident.Subject;
import dev.residua.testing.Incidents;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which incidents receivers are notified of together. */
class GroupsTest {
  private static final Duration DELAY = Duration.ofSeconds(30);
  private static final Subject LIGHT = Subject.latent("light", false);
  private static final DeliveryResult TAKEN = new DeliveryResult.Accepted("202");

  private AlertingSettings settings =
      grouped(Receivers.pagerduty(r -> {}), Receivers.slack(r -> {}), Receivers.webhook(r -> {}));
  private Instant now = Incidents.OPENED.plusSeconds(5);
  private long offset;
  private PendingAlerts book = book();
  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final Map<String, Integer> partitions = new HashMap<>();
  private final List<IncidentGroup> published = new ArrayList<>();

  static AlertingSettings grouped(ReceiverSettings... receivers) {
    AlertingSettings of = Receivers.settings(receivers);
    return new AlertingSettings(
        of.receivers(),
        of.routes(),
        of.dashboard(),
        of.giveUpAfter(),
        new GroupSettings(DELAY, 3),
        of.heartbeat());
  }

  private PendingAlerts book() {
    return new PendingAlerts(settings, new Random(7));
  }

  private void restart() {
    book = book();
    stored.forEach((id, entry) -> book.restore(partitions.get(id), entry));
  }

  private Incident record(String source, Consumer<Incidents> changes) {
    Incident incident =
        Incidents.with(
            i -> {
              i.id = "i-" + source;
              i.source = source;
              i.subject = LIGHT;
              i.labels = Map.of("lamp", "3", "scene", "tanks", "site", "north");
              i.sequence = 100 + offset;
              changes.accept(i);
            });
    int partition = Math.floorMod(incident.source().hashCode(), 3);
    book.incident(incident, new PendingAlerts.Position(partition, ++offset, now, false), now);
    return incident;
  }

  private void open(int first, int end) {
    for (int i = first; i < end; i++) {
      record("cam" + i, incident -> {});
    }
  }

  private void end(int first, int end) {
    for (int i = first; i < end; i++) {
      record("cam" + i, incident -> incident.state = State.RESOLVED);
    }
  }

  /** What a receiver gets in a number of seconds. */
  private List<Notification> after(int seconds, String receiver) {
    List<Notification> all = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      now = now.plusSeconds(1);
      all.addAll(round(receiver));
    }
    return all;
  }

  private List<Notification> round(String receiver) {
    book.group(now);
    book.sweep(now);
    book.changes()
        .forEach(
            (id, change) -> {
              partitions.put(id, change.partition());
              change.group().ifPresent(published::add);
              change.entry().ifPresentOrElse(e -> stored.put(id, e), () -> stored.remove(id));
            });
    List<Notification> due = book.due(receiver, 100, 100, Map.of(), now);
    due.forEach(notification -> book.applyResult(receiver, notification, TAKEN, now));
    return due;
  }

  private static List<String> texts(List<Notification> notifications) {
    return notifications.stream()
        .map(notification -> notification.action() + " " + AlertText.title(notification.entry()))
        .toList();
  }

  @Test
  void shouldPageOnceForThirtySourcesOfOneLamp() {
    // Given
    open(0, 17);
    List<Notification> early = after(20, "pager");
    open(17, 30);

    // When
    List<Notification> pager = after(60, "pager");
    List<Notification> chat = after(1, "chat");
    end(0, 30);
    List<Notification> ended = after(60, "pager");

    // Then
    assertThat(early).isEmpty();
    assertThat(texts(pager))
        .containsExactly("OPEN Light no longer follows its causes: 30 sources of lamp 3");
    AlertEntry parent = pager.get(0).entry();
    assertThat(parent.incident().summary().explanation())
        .isEqualTo(
            "30 sources of lamp 3 have the same incident since 10:00 UTC: light no longer follows"
                + " its causes");
    assertThat(AlertText.sources(parent)).startsWith("cam").endsWith(" and 12 more");
    assertThat(parent.incident().labels())
        .isEqualTo(Map.of("lamp", "3", "scene", "tanks", "site", "north"));
    assertThat(chat).extracting(Notification::action).containsExactly(Action.OPEN);
    assertThat(texts(ended))
        .containsExactly("RESOLVE Light no longer follows its causes: 30 sources of lamp 3");
    assertThat(ended.get(0).entry().incident().summary().explanation())
        .startsWith("30 sources of lamp 3 had the same incident from 10:00 to 10:00 UTC: light");
  }

  @Test
  void shouldSendFewerThanTheSizeOneByOneAfterTheDelay() {
    // Given
    open(0, 2);

    // When
    List<Notification> before = after(29, "pager");
    List<Notification> then = after(5, "pager");

    // Then
    assertThat(before).isEmpty();
    assertThat(then)
        .extracting(notification -> notification.entry().incident().id())
        .containsExactlyInAnyOrder("i-cam0", "i-cam1");
  }

  @Test
  void shouldNotWaitLongerForAnIncidentThatChangesMeanwhile() {
    // Given
    open(0, 1);
    List<Notification> all = new ArrayList<>();

    // When
    for (int i = 0; i < 4; i++) {
      all.addAll(after(8, "pager"));
      record("cam0", incident -> incident.state = State.UPDATED);
    }

    // Then
    assertThat(all).extracting(Notification::action).containsExactly(Action.OPEN);
  }

  @Test
  void shouldNotGroupOtherSubjectsOrOtherLabels() {
    // Given
    record("a", i -> i.labels = Map.of("lamp", "1", "scene", "a"));
    record("b", i -> i.labels = Map.of("lamp", "2", "scene", "b"));
    record("c", i -> i.labels = Map.of("lamp", "3", "scene", "c"));
    record("d", i -> i.subject = Subject.SILENCE);
    record("e", i -> i.subject = Subject.latent("valve", false));
    record("f", i -> i.subject = Subject.latent("light", true));

    // When, Then
    assertThat(after(40, "pager")).hasSize(6).allMatch(n -> n.entry().members() == 0);
  }

  @Test
  void shouldGroupSilentSourcesByTheirScene() {
    // Given
    for (String source : List.of("a", "b", "c")) {
      record(
          source,
          i -> {
            i.subject = Subject.SILENCE;
            i.labels = Map.of("scene", "tanks", "lamp", source);
          });
    }

    // When, Then
    assertThat(texts(after(40, "pager")))
        .containsExactly("OPEN No frames arrive: 3 sources of scene tanks");
  }

  @Test
  void shouldUseTheLabelThatMostSourcesShareAndOfThoseAlikeNotTheScene() {
    // Given
    open(0, 3);
    record("other", i -> i.labels = Map.of("lamp", "4", "scene", "tanks", "site", "north"));

    // When, Then
    assertThat(texts(after(40, "pager")))
        .singleElement()
        .asString()
        .endsWith(": 4 sources of site north");
  }

  @Test
  void shouldJoinAnOpenGroupAsAnUpdateAndResolveItOnceAllHaveEnded() {
    // Given
    open(0, 3);
    after(31, "pager");
    after(1, "hook");

    // When
    open(3, 4);
    List<Notification> at = after(1, "pager");
    open(4, 9);
    List<Notification> joined = after(60, "pager");
    List<Notification> hook = after(1, "hook");
    end(0, 8);
    List<Notification> some = after(60, "pager");
    end(8, 9);
    List<Notification> all = after(60, "pager");

    // Then
    assertThat(at).as("at most one update per delay").hasSizeLessThanOrEqualTo(1);
    List<Notification> updates = new ArrayList<>(at);
    updates.addAll(joined);
    assertThat(updates).extracting(Notification::action).containsOnly(Action.UPDATE);
    assertThat(updates).hasSizeLessThanOrEqualTo(2);
    assertThat(updates.get(updates.size() - 1).entry().members()).isEqualTo(9);
    assertThat(hook).extracting(Notification::action).containsExactly(Action.UPDATE);
    assertThat(some).isEmpty();
    assertThat(all).extracting(Notification::action).containsExactly(Action.RESOLVE);
  }

  @Test
  void shouldCountIncidentsWithoutADiagnosisAndNameItOnceHalfAreDiagnosed() {
    // Given
    for (int i = 0; i < 6; i++) {
      record("cam" + i, incident -> incident.subject = Subject.UNDETERMINED);
    }
    record("cam5", i -> i.state = State.UPDATED);

    // When
    List<Notification> first = after(40, "chat");
    for (int i = 0; i < 3; i++) {
      record("cam" + i, incident -> incident.state = State.UPDATED);
    }
    List<Notification> then = after(40, "chat");

    // Then
    assertThat(texts(first))
        .containsExactly(
            "OPEN Something has changed and is not diagnosed yet: 6 sources of lamp 3");
    assertThat(texts(then))
        .containsExactly("UPDATE Light no longer follows its causes: 6 sources of lamp 3");
  }

  @Test
  void shouldNotTakeAnUndiagnosedIncidentLongAfterTheOthers() {
    // Given
    open(0, 3);
    after(40, "pager");

    // When
    record("soon", i -> i.subject = Subject.UNDETERMINED);
    List<Notification> soon = after(60, "pager");
    now = now.plusSeconds(600);
    record("late", i -> i.subject = Subject.UNDETERMINED);
    List<Notification> late = after(60, "pager");

    // Then
    assertThat(soon).extracting(Notification::action).containsExactly(Action.UPDATE);
    assertThat(late)
        .extracting(n -> n.action() + " " + n.entry().members())
        .containsExactly("OPEN 0");
  }

  @Test
  void shouldGoOnWithTheSameGroupAfterARestart() {
    // Given
    open(0, 2);
    after(10, "pager");
    restart();
    open(2, 30);
    List<Notification> pages = new ArrayList<>(after(25, "pager"));
    restart();

    // When
    pages.addAll(after(40, "pager"));
    end(0, 29);
    pages.addAll(after(40, "pager"));
    restart();
    end(29, 30);
    pages.addAll(after(40, "pager"));

    // Then
    assertThat(pages)
        .extracting(n -> n.action() + " " + n.entry().members())
        .containsExactly("OPEN 30", "RESOLVE 30");
  }

  @Test
  void shouldNotLoseIncidentsWhoseGroupCannotBeReadBack() {
    // Given
    open(0, 3);
    after(40, "pager");
    stored.keySet().removeIf(id -> id.startsWith("group."));

    // When
    restart();

    // Then
    assertThat(after(2, "pager"))
        .extracting(n -> n.action() + " " + n.entry().members())
        .containsExactly("OPEN 3");
  }

  @Test
  void shouldOpenTheGroupAgainWhenOneOfItComesBackBeforeItsEndIsStored() {
    // Given
    open(0, 3);
    after(40, "pager");
    end(0, 3);
    book.group(now);

    // When
    record("cam1", i -> i.flaps = 1);
    List<Notification> again = after(2, "pager");
    end(0, 3);

    // Then
    assertThat(again)
        .extracting(n -> n.action() + " " + n.entry().incident().flaps())
        .containsExactly("OPEN 1");
    assertThat(after(40, "pager")).extracting(Notification::action).containsExactly(Action.RESOLVE);
  }

  @Test
  void shouldDropWhatMergesWhileItWaits() {
    // Given
    record("a", i -> i.subject = Subject.UNDETERMINED);

    // When
    record(
        "a",
        i -> {
          i.subject = Subject.UNDETERMINED;
          i.state = State.CLOSED;
          i.reason = Reason.MERGED;
          i.mergedInto = "other";
        });

    // Then
    assertThat(after(40, "pager")).isEmpty();
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldGroupWhatComesBackFromMaintenance() {
    // Given
    for (int i = 0; i < 4; i++) {
      record("cam" + i, incident -> incident.state = State.SUSPENDED);
    }
    List<Notification> hidden = after(100, "pager");

    // When
    for (int i = 0; i < 4; i++) {
      record("cam" + i, incident -> incident.state = State.UPDATED);
      after(2, "pager");
    }

    // Then
    assertThat(hidden).isEmpty();
    assertThat(after(60, "pager"))
        .extracting(n -> n.action() + " " + n.entry().members())
        .containsExactly("OPEN 4");
  }

  @Test
  void shouldTriggerAgainWhenOneOfTheGroupIsWorse() {
    // Given
    open(0, 3);
    after(40, "pager");

    // When
    record(
        "cam1",
        i -> {
          i.state = State.ESCALATED;
          i.severity = Severity.CRITICAL;
        });

    // Then
    assertThat(after(1, "pager"))
        .extracting(n -> n.action() + " " + n.entry().incident().severity())
        .containsExactly("UPDATE CRITICAL");
  }

  @Test
  void shouldNotifyTheReceiversOfAllItsIncidents() {
    // Given
    settings =
        new AlertingSettings(
            List.of(Receivers.pagerduty(r -> {}), Receivers.slack(r -> {})),
            List.of(
                Route.of("all", "cam.*", ".*", Severity.INFO, Set.of("chat")),
                Route.of("one", "cam7", ".*", Severity.INFO, Set.of("pager"))),
            Optional.empty(),
            Duration.ofDays(1),
            new GroupSettings(DELAY, 3),
            Optional.empty());
    book = book();
    open(6, 9);
    record("elsewhere", i -> {});

    // When
    List<Notification> pager = after(40, "pager");
    List<Notification> chat = after(1, "chat");

    // Then
    assertThat(pager).extracting(n -> n.entry().members()).containsExactly(3);
    assertThat(chat).extracting(n -> n.entry().members()).containsExactly(3);
  }

  @Test
  void shouldAcknowledgeTheGroupOfAnIncidentThatSomeoneCallsATrueAlarm() {
    // Given
    open(0, 3);
    after(40, "pager");

    // When
    List<Notification> due = book.due("pager", 10, 10, Map.of("i-cam2", "Kim"), now);

    // Then
    assertThat(due).extracting(Notification::action).containsExactly(Action.ACKNOWLEDGE);
  }

  @Test
  void shouldSayTheSameToEveryKindOfReceiver() {
    // Given
    open(0, 30);
    AlertEntry parent = after(40, "pager").get(0).entry();
    Notification notification = new Notification(Action.OPEN, parent, NotifiedState.NOTHING);
    Summary summary = parent.incident().summary();

    // When
    JsonNode event = body(Receivers.webhook(r -> {}), notification);
    JsonNode alert = body(Receivers.alertmanager(r -> {}), notification).get(0);
    JsonNode page = body(Receivers.pagerduty(r -> {}), notification);
    JsonNode message = body(Receivers.slack(r -> {}), notification);

    // Then
    assertThat(event.at("/source").asText()).isEqualTo("/residua/groups/lamp%203");
    assertThat(event.at("/data/headline").asText()).isEqualTo(summary.headline());
    assertThat(event.at("/data/group/label").asText()).isEqualTo("lamp");
    assertThat(event.at("/data/group/incidents").asInt()).isEqualTo(30);
    assertThat(event.at("/residuagroup").asText())
        .isEqualTo(parent.alertId())
        .isEqualTo(event.at("/data/incidentId").asText());
    assertThat(event.at("/data/group/more").asInt()).isZero();
    assertThat(event.at("/data/group/children")).hasSize(30);
    String first = event.at("/data/group/children/0/incidentId").asText();
    assertThat(first).startsWith("i-cam");
    assertThat(event.at("/data/links/dashboard").asText())
        .isEqualTo("https://residua.test/#/incidents/" + first);
    assertThat(alert.at("/annotations/summary").asText()).isEqualTo(summary.headline());
    assertThat(alert.at("/annotations/sources").asText()).endsWith(" and 12 more");
    assertThat(alert.at("/labels/lamp").asText()).isEqualTo("3");
    assertThat(alert.at("/labels/kind").asText()).isEqualTo("GROUP.MECHANISM");
    assertThat(page.at("/payload/summary").asText()).isEqualTo(summary.headline());
    assertThat(page.at("/payload/custom_details/group/children")).hasSize(18);
    assertThat(page.at("/payload/custom_details/group/more").asInt()).isEqualTo(12);
    assertThat(message.at("/text").asText()).contains(summary.headline());
    assertThat(message.at("/attachments/0/fields/0/value").asText()).endsWith(" and 12 more");
  }

  private static JsonNode body(ReceiverSettings receiver, Notification notification) {
    Links links = new Links(Optional.of(URI.create("https://residua.test/")));
    return Json.read(
        Protocol.of(receiver, links)
            .request(List.of(notification), notification.entry().since())
            .body());
  }

  @Test
  void shouldPublishEachStateOfAGroupOnce() {
    // Given
    open(0, 3);
    after(31, "pager");

    // When one joins, one ends, the process begins anew, and all end
    open(3, 4);
    after(40, "pager");
    end(0, 1);
    after(40, "pager");
    restart();
    after(40, "pager");
    end(1, 4);
    after(40, "pager");

    // Then
    assertThat(published).extracting(IncidentGroup::revision).containsExactly(0L, 1L, 2L, 3L);
    assertThat(published).extracting(IncidentGroup::groupId).containsOnly("group.i-cam0.0");
    assertThat(published)
        .extracting(IncidentGroup::state)
        .containsExactly(State.OPENED, State.UPDATED, State.UPDATED, State.RESOLVED);
    assertThat(published).extracting(IncidentGroup::incidents).containsExactly(3, 4, 4, 4);
    assertThat(published)
        .extracting(group -> group.children().stream().filter(GroupedIncident::open).count())
        .containsExactly(3L, 4L, 3L, 0L);
  }

  @Test
  void shouldPublishTheIncidentsOfAGroupAndItsNotification() {
    // Given
    open(0, 3);

    // When
    Notification notification = after(31, "pager").get(0);

    // Then
    Incident shown = notification.entry().incident();
    assertThat(published)
        .containsExactly(
            new IncidentGroup(
                "group.i-cam0.0",
                0,
                "lamp",
                "3",
                LIGHT,
                State.OPENED,
                shown.severity(),
                shown.summary(),
                shown.openedAt(),
                shown.updatedAt(),
                null,
                3,
                List.of(
                    new GroupedIncident("i-cam0", "cam0", LIGHT, true),
                    new GroupedIncident("i-cam1", "cam1", LIGHT, true),
                    new GroupedIncident("i-cam2", "cam2", LIGHT, true))));
    assertThat(notification.entry().alertId()).isEqualTo("group.i-cam0.0");
  }

  @Test
  void shouldKeepABoundedListOfMany() {
    // Given
    open(0, 2_000);

    // When
    List<Notification> pages = after(40, "pager");

    // Then
    assertThat(pages).hasSize(1);
    AlertEntry parent = pages.get(0).entry();
    assertThat(parent.members()).isEqualTo(2_000);
    assertThat(((Grouping.Group) parent.grouping()).children())
        .hasSize(Grouping.Group.MAX_CHILDREN);
    assertThat(AlertText.sources(parent)).endsWith(" and 1982 more");
  }
}
