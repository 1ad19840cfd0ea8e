package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.PendingAlerts.Lost;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.testing.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is delivered what and when, over records, time and answers. */
class PendingAlertsTest {
  private static final int ROOM = 100;
  private static final AlertingSettings PAGER = Receivers.settings(Receivers.pagerduty(r -> {}));
  private static final DeliveryResult TAKEN = new DeliveryResult.Accepted("202");
  private static final DeliveryResult AWAY =
      new DeliveryResult.Unavailable("500", Optional.empty(), false);

  private Instant now = Instant.parse("2026-05-01T10:00:00Z");
  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final Map<String, Incident> incidents = new HashMap<>();
  private long offset;

  private static PendingAlerts book(AlertingSettings settings) {
    return new PendingAlerts(settings, new Random(7));
  }

  private PendingAlerts.Position at(long position, boolean history) {
    return new PendingAlerts.Position(3, position, now, history);
  }

  private void record(PendingAlerts book, Incident incident) {
    incidents.put(incident.id(), incident);
    book.incident(incident, at(++offset, false), now);
  }

  /** Delivers what is due to a receiver; every notification gets the same answer. */
  private List<Notification> deliver(PendingAlerts book, String receiver, DeliveryResult answer) {
    return deliver(book, receiver, answer, ROOM, Map.of());
  }

  private List<Notification> deliver(
      PendingAlerts book,
      String receiver,
      DeliveryResult answer,
      int budget,
      Map<String, String> acknowledgedBy) {
    List<Notification> due = book.due(receiver, ROOM, budget, acknowledgedBy, now);
    due.forEach(notification -> book.applyResult(receiver, notification, answer, now));
    book.sweep(now);
    StoredAlerts.take(book, stored);
    return due;
  }

  private PendingAlerts restarted(AlertingSettings settings) {
    PendingAlerts book = book(settings);
    stored.values().forEach(entry -> book.restore(3, entry));
    return book;
  }

  private static List<Action> actions(List<Notification> notifications) {
    return notifications.stream().map(Notification::action).toList();
  }

  @Test
  void shouldOpenOnceAndResolveOnceForThoseWhoRemember() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.webhook(r -> {})));
    record(book, Incidents.opened());

    // When
    List<Action> delivered = new ArrayList<>(actions(deliver(book, "hook", TAKEN)));
    for (int i = 0; i < 20; i++) {
      now = now.plusSeconds(60);
      delivered.addAll(actions(deliver(book, "hook", TAKEN)));
    }
    record(book, Incidents.resolved());
    for (int i = 0; i < 20; i++) {
      delivered.addAll(actions(deliver(book, "hook", TAKEN)));
      now = now.plusSeconds(60);
    }

    // Then
    assertThat(delivered).containsExactly(Action.OPEN, Action.RESOLVE);
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldRepeatToAlertmanagerWhileItFiresAndFiveMinutesAfter() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.alertmanager(r -> {})));
    record(book, Incidents.opened());

    // When
    List<Action> delivered = new ArrayList<>();
    for (int second = 0; second < 180; second++) {
      delivered.addAll(actions(deliver(book, "am", TAKEN)));
      now = now.plusSeconds(1);
    }
    record(book, Incidents.resolved());
    for (int second = 0; second < 600; second++) {
      delivered.addAll(actions(deliver(book, "am", TAKEN)));
      now = now.plusSeconds(1);
    }

    // Then
    assertThat(delivered)
        .containsExactly(
            Action.OPEN,
            Action.REPEAT,
            Action.REPEAT,
            Action.RESOLVE,
            Action.REPEAT,
            Action.REPEAT,
            Action.REPEAT,
            Action.REPEAT);
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldGoOnAfterARestartWithoutOpeningAgain() {
    // Given
    AlertingSettings settings =
        Receivers.settings(Receivers.alertmanager(r -> {}), Receivers.pagerduty(r -> {}));
    PendingAlerts book = book(settings);
    record(book, Incidents.opened());
    deliver(book, "am", TAKEN);
    deliver(book, "pager", TAKEN);

    // When
    PendingAlerts next = restarted(settings);
    next.incident(Incidents.opened(), at(offset, false), now); // was not committed
    List<Notification> pager = deliver(next, "pager", TAKEN);
    List<Notification> alertmanager = deliver(next, "am", TAKEN);
    record(next, Incidents.resolved());

    // Then
    assertThat(pager).isEmpty();
    assertThat(actions(alertmanager)).containsExactly(Action.REPEAT);
    assertThat(actions(deliver(next, "pager", TAKEN))).containsExactly(Action.RESOLVE);
  }

  @Test
  void shouldKeepWhatAReceiverMissesUntilItIsBackAndHoldNobodyElseUp() {
    // Given
    AlertingSettings settings =
        Receivers.settings(Receivers.pagerduty(r -> {}), Receivers.slack(r -> {}));
    PendingAlerts book = book(settings);
    record(book, Incidents.opened());

    // When
    List<Action> chat = new ArrayList<>(actions(deliver(book, "chat", TAKEN)));
    int attempts = deliver(book, "pager", AWAY).size();
    record(book, Incidents.resolved());
    chat.addAll(actions(deliver(book, "chat", TAKEN)));
    for (int second = 0; second < 600; second++) {
      now = now.plusSeconds(1);
      attempts += deliver(book, "pager", AWAY).size();
    }
    now = now.plusSeconds(60);
    List<Action> pager = new ArrayList<>(actions(deliver(book, "pager", TAKEN)));
    pager.addAll(actions(deliver(book, "pager", TAKEN)));

    // Then
    assertThat(chat).containsExactly(Action.OPEN, Action.RESOLVE);
    assertThat(attempts).isBetween(12, 25);
    assertThat(pager).containsExactly(Action.OPEN, Action.RESOLVE);
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldNotOpenInPagerDutyAgainWhatIsResolvedThere() {
    // Given
    AlertingSettings settings = Receivers.settings(Receivers.pagerduty(r -> {}));
    PendingAlerts book = book(settings);
    record(book, Incidents.opened());
    deliver(book, "pager", TAKEN);
    record(book, Incidents.resolved());
    book.due("pager", ROOM, ROOM, Map.of(), now); // on its way when the process dies

    // When
    PendingAlerts next = restarted(settings);
    next.incident(Incidents.resolved(), at(offset, false), now);

    // Then
    assertThat(actions(deliver(next, "pager", TAKEN))).containsExactly(Action.RESOLVE);
  }

  @Test
  void shouldOpenAgainWhatComesBack() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.pagerduty(r -> {})));
    record(book, Incidents.opened());
    deliver(book, "pager", TAKEN);
    record(book, Incidents.resolved());
    deliver(book, "pager", TAKEN);

    // When
    record(
        book,
        Incidents.with(
            i -> {
              i.sequence = 300;
              i.flaps = 1;
            }));

    // Then
    assertThat(actions(deliver(book, "pager", TAKEN))).containsExactly(Action.OPEN);
  }

  @Test
  void shouldTriggerPagerDutyAgainOnlyForWhatIsWorse() {
    // Given
    PendingAlerts book =
        book(Receivers.settings(Receivers.pagerduty(r -> {}), Receivers.slack(r -> {})));
    record(book, Incidents.opened());
    deliver(book, "pager", TAKEN);
    deliver(book, "chat", TAKEN);

    // When
    record(
        book,
        Incidents.with(
            i -> {
              i.state = State.UPDATED;
              i.kind = "INTERVENTION.OFFSET";
              i.sequence = 120;
            }));
    List<Action> same = actions(deliver(book, "pager", TAKEN));
    List<Action> chat = actions(deliver(book, "chat", TAKEN));
    record(book, escalated(Severity.CRITICAL, 140));
    List<Action> worse = actions(deliver(book, "pager", TAKEN));

    // Then
    assertThat(same).isEmpty();
    assertThat(chat).containsExactly(Action.UPDATE);
    assertThat(worse).containsExactly(Action.UPDATE);
  }

  private static Incident escalated(Severity severity, long sequence) {
    return Incidents.with(
        i -> {
          i.state = State.ESCALATED;
          i.severity = severity;
          i.sequence = sequence;
        });
  }

  @Test
  void shouldAcknowledgeOnceWhatSomeoneLooksAfter() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.pagerduty(r -> {})));
    record(book, Incidents.opened());
    Map<String, String> people = Map.of("incident-1", "Kim");

    // When
    List<Notification> sent = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sent.addAll(deliver(book, "pager", TAKEN, ROOM, people));
    }

    // Then
    assertThat(actions(sent)).containsExactly(Action.OPEN, Action.ACKNOWLEDGE);
    assertThat(sent.get(1).acknowledgedBy()).hasValue("Kim");
  }

  @Test
  void shouldKeepTheAcknowledgementOfAnIncidentThatAnotherFollows() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.pagerduty(r -> {})));
    record(book, Incidents.opened());
    deliver(book, "pager", TAKEN);
    record(
        book,
        Incidents.with(
            i -> {
              i.id = "incident-2";
              i.follows = "incident-1";
            }));
    // When
    List<Notification> sent = deliver(book, "pager", TAKEN, ROOM, Map.of("incident-1", "Kim"));
    // Then
    assertThat(actions(sent)).containsExactly(Action.ACKNOWLEDGE);
  }

  @Test
  void shouldBuryWhatIsRefusedAndNotSendItAgain() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.webhook(r -> {})));
    record(book, Incidents.opened());
    Notification notification = book.due("hook", ROOM, ROOM, Map.of(), now).get(0);

    // When
    Optional<Lost> lost =
        book.applyResult("hook", notification, new DeliveryResult.Refused("400 bad"), now);

    // Then
    assertThat(lost).get().extracting(Lost::why, Lost::refused).containsExactly("400 bad", true);
    assertThat(deliver(book, "hook", TAKEN)).isEmpty();
  }

  @Test
  void shouldGiveUpWhatNobodyTakesForTooLongButNeverWhatAlertmanagerMustKnow() {
    // Given
    PendingAlerts book =
        book(Receivers.settings(Receivers.alertmanager(r -> {}), Receivers.webhook(r -> {})));
    record(book, Incidents.opened());

    // When
    now = now.plus(Duration.ofHours(23));
    List<Lost> early = book.expire("hook", "no route", now);
    now = now.plus(Duration.ofHours(2));
    List<Lost> hook = book.expire("hook", "no route", now);
    List<Lost> alertmanager = book.expire("am", "no route", now);

    // Then
    assertThat(early).isEmpty();
    assertThat(hook)
        .singleElement()
        .extracting(Lost::why)
        .isEqualTo("was not delivered for PT24H: no route");
    assertThat(alertmanager).isEmpty();
    assertThat(deliver(book, "hook", TAKEN)).isEmpty();
    assertThat(actions(deliver(book, "am", TAKEN))).containsExactly(Action.OPEN);
  }

  @Test
  void shouldNotTellWhatWasOverBeforeAnyoneWasToBeTold() {
    // Given
    PendingAlerts book = book(Receivers.settings(Receivers.slack(r -> {})));

    // When
    book.incident(Incidents.resolved(), at(5, true), now);
    book.incident(Incidents.with(i -> i.id = "open"), at(6, true), now);

    // Then
    assertThat(deliver(book, "chat", TAKEN))
        .extracting(notification -> notification.entry().incident().id())
        .containsExactly("open");
  }

  @Test
  void shouldTellThoseWhomARouteNamesAndEndWhatWasBegun() {
    // Given
    AlertingSettings settings =
        new AlertingSettings(
            List.of(Receivers.pagerduty(r -> {}), Receivers.slack(r -> {})),
            List.of(
                Route.of("all", "cam.*", ".*", Severity.INFO, Set.of("chat")),
                Route.of("night", ".*", "drift.*", Severity.CRITICAL, Set.of("pager"))),
            Optional.empty(),
            Duration.ofDays(1),
            GroupSettings.OFF,
            Optional.empty());
    PendingAlerts book = book(settings);

    // When
    record(book, Incidents.opened());
    List<Notification> before = deliver(book, "pager", TAKEN);
    record(book, escalated(Severity.CRITICAL, 120));
    List<Action> pager = new ArrayList<>(actions(deliver(book, "pager", TAKEN)));
    record(
        book,
        Incidents.with(
            i -> {
              i.state = State.RESOLVED;
              i.kind = "INTERVENTION.OFFSET";
              i.sequence = 150;
            }));
    pager.addAll(actions(deliver(book, "pager", TAKEN)));
    record(
        book,
        Incidents.with(
            i -> {
              i.id = "other";
              i.source = "press-7";
            }));

    // Then
    assertThat(before).isEmpty();
    assertThat(pager).containsExactly(Action.OPEN, Action.RESOLVE);
    assertThat(deliver(book, "chat", TAKEN))
        .extracting(notification -> notification.entry().incident().source())
        .containsExactly("cam1");
  }

  @Test
  void shouldHoldBackWhatIsBeyondTheLimitSayHowMuchAndNeverHoldBackAResolve() {
    // Given
    PendingAlerts book =
        book(Receivers.settings(Receivers.pagerduty(r -> r.limit = OptionalInt.of(2))));
    for (int i = 0; i < 5; i++) {
      int number = i;
      record(book, one(number, State.OPENED));
    }

    // When
    List<Notification> first = deliver(book, "pager", TAKEN, 2, Map.of());
    List<Notification> second = deliver(book, "pager", TAKEN, 0, Map.of());
    record(book, one(0, State.RESOLVED));
    record(book, one(4, State.RESOLVED));
    List<Notification> third = deliver(book, "pager", TAKEN, 0, Map.of());
    int waiting = book.limited("pager");
    now = now.plusSeconds(70);
    List<Notification> fourth = deliver(book, "pager", TAKEN, 2, Map.of());
    deliver(book, "pager", TAKEN, 2, Map.of());
    List<Notification> last = deliver(book, "pager", TAKEN, 2, Map.of());

    // Then
    assertThat(ids(first)).containsExactly("i-0", "i-1");
    assertThat(ids(second)).containsExactly("held-back-pager");
    assertThat(second.get(0).entry().incident().summary().explanation())
        .isEqualTo(
            "3 incidents are suppressed by the limit of 2 alerts per minute, of cam2, cam3, cam4");
    assertThat(third)
        .extracting(n -> n.action() + " " + n.entry().incident().id())
        .containsExactly("RESOLVE i-0");
    assertThat(waiting).isEqualTo(2);
    assertThat(ids(fourth)).containsExactly("i-2", "i-3");
    assertThat(last).isEmpty();
    assertThat(stored.keySet()).containsExactlyInAnyOrder("i-1", "i-2", "i-3");
  }

  @Test
  void shouldResolveTheSummaryOnceNothingIsHeldBack() {
    // Given
    PendingAlerts book =
        book(Receivers.settings(Receivers.pagerduty(r -> r.limit = OptionalInt.of(1))));
    record(book, one(0, State.OPENED));
    record(book, one(1, State.OPENED));
    deliver(book, "pager", TAKEN, 1, Map.of());
    deliver(book, "pager", TAKEN, 0, Map.of());

    // When
    now = now.plusSeconds(70);
    List<Notification> delivered = new ArrayList<>(deliver(book, "pager", TAKEN, 1, Map.of()));
    delivered.addAll(deliver(book, "pager", TAKEN, 0, Map.of()));

    // Then
    assertThat(delivered)
        .extracting(n -> n.action() + " " + n.entry().incident().id())
        .containsExactly("OPEN i-1", "RESOLVE held-back-pager");
    assertThat(stored.keySet()).containsExactlyInAnyOrder("i-0", "i-1");
  }

  private static List<String> ids(List<Notification> notifications) {
    return notifications.stream().map(n -> n.entry().incident().id()).toList();
  }

  private static Incident one(int number, State state) {
    return Incidents.with(
        i -> {
          i.id = "i-" + number;
          i.source = "cam" + number;
          i.state = state;
        });
  }

  @Test
  void shouldPauseLongerAfterEveryFailure() {
    // When
    List<Long> pauses = new ArrayList<>();
    for (int failures = 1; failures <= 40; failures++) {
      pauses.add(BackOff.after(failures, new Random(failures)).toMillis());
    }

    // Then
    assertThat(pauses.get(0)).isBetween(500L, 1_000L);
    assertThat(pauses.get(3)).isBetween(4_000L, 8_000L);
    assertThat(pauses.subList(6, 40)).allMatch(pause -> pause >= 30_000 && pause <= 60_000);
    assertThat(pauses.subList(6, 40).stream().distinct().count()).isGreaterThan(20);
  }

  @Test
  void shouldCountEveryMinuteAnew() {
    // Given
    RateLimit limit = new RateLimit(2);
    limit.use(now);
    limit.use(now.plusSeconds(30));

    // When, Then
    assertThat(limit.free(now.plusSeconds(59))).isZero();
    assertThat(limit.free(now.plusSeconds(60))).isEqualTo(1);
    assertThat(limit.free(now.plusSeconds(90))).isEqualTo(2);
  }

  private static Incident follower() {
    return Incidents.with(
        i -> {
          i.id = "incident-2";
          i.subject = Subject.latent("light", true);
          i.follows = "incident-1";
          i.sequence = 150;
        });
  }

  private static Incident rediagnosed() {
    return Incidents.with(
        i -> {
          i.state = State.CLOSED;
          i.reason = Incident.Reason.REDIAGNOSED;
          i.sequence = 150;
        });
  }

  @Test
  void shouldGiveOneUpdateWhereAnIncidentFollowsUnderACorrectedDiagnosis() {
    // Given
    PendingAlerts book = book(PAGER);
    record(book, Incidents.opened());
    deliver(book, "pager", TAKEN);
    // When
    record(book, follower());
    record(book, rediagnosed());
    List<Notification> due = deliver(book, "pager", TAKEN);
    // Then
    assertThat(due).extracting(Notification::action).containsExactly(Action.UPDATE);
    assertThat(due.get(0).entry().alertId()).isEqualTo("incident-1");
    assertThat(due.get(0).entry().incident().id()).isEqualTo("incident-2");
    assertThat(deliver(book, "pager", TAKEN)).isEmpty();
    // When it ends, also after a restart
    PendingAlerts next = book(PAGER);
    stored.values().forEach(entry -> next.restore(3, entry));
    record(
        next,
        Incidents.with(
            i -> {
              i.id = "incident-2";
              i.subject = Subject.latent("light", true);
              i.follows = "incident-1";
              i.state = State.RESOLVED;
              i.sequence = 200;
            }));
    // Then
    due = deliver(next, "pager", TAKEN);
    assertThat(due).extracting(Notification::action).containsExactly(Action.RESOLVE);
    assertThat(due.get(0).entry().alertId()).isEqualTo("incident-1");
  }

  @Test
  void shouldNotAlertOfASuspendedIncidentUntilItGoesOn() {
    // Given
    PendingAlerts book = book(PAGER);
    record(book, Incidents.with(i -> i.state = State.SUSPENDED));
    // When, Then
    assertThat(deliver(book, "pager", TAKEN)).isEmpty();
    record(
        book,
        Incidents.with(
            i -> {
              i.state = State.UPDATED;
              i.sequence = 130;
            }));
    assertThat(deliver(book, "pager", TAKEN))
        .extracting(Notification::action)
        .containsExactly(Action.OPEN);
    // When it is suspended and goes on unchanged
    record(
        book,
        Incidents.with(
            i -> {
              i.state = State.SUSPENDED;
              i.sequence = 140;
            }));
    assertThat(deliver(book, "pager", TAKEN)).isEmpty();
    record(
        book,
        Incidents.with(
            i -> {
              i.state = State.UPDATED;
              i.sequence = 150;
            }));
    assertThat(deliver(book, "pager", TAKEN)).isEmpty();
  }

  @Test
  void shouldResolveWhatTurnedOutToBePartOfAnother() {
    // Given
    PendingAlerts book = book(PAGER);
    record(book, Incidents.opened());
    deliver(book, "pager", TAKEN);
    // When
    record(
        book,
        Incidents.with(
            i -> {
              i.state = State.CLOSED;
              i.reason = Incident.Reason.MERGED;
              i.mergedInto = "incident-0";
              i.sequence = 130;
            }));
    // Then
    assertThat(deliver(book, "pager", TAKEN))
        .extracting(Notification::action)
        .containsExactly(Action.RESOLVE);
  }
}
