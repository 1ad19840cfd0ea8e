package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.Incident.State;
import dev.residua.testing.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Receivers that come, change and go while incidents are open. */
class ChangedSettingsTest {
  private static final DeliveryResult TAKEN = new DeliveryResult.Accepted("202");
  private static final DeliveryResult AWAY =
      new DeliveryResult.Unavailable("500", Optional.empty(), true);

  private AlertingSettings settings = Receivers.settings(Receivers.slack(r -> {}));
  private final PendingAlerts book = new PendingAlerts(settings, new Random(7));
  private Instant now = Instant.parse("2026-05-01T10:00:00Z");
  private long offset;

  private void use(ReceiverSettings... receivers) {
    settings = Receivers.settings(receivers);
    book.use(settings, now);
  }

  private void record(State state) {
    book.incident(
        Incidents.with(
            i -> {
              i.state = state;
              i.sequence = 200 + offset;
            }),
        new PendingAlerts.Position(3, ++offset, now, false),
        now);
  }

  private List<String> round(DeliveryResult answer, int budget) {
    now = now.plusSeconds(60);
    List<String> delivered = new ArrayList<>();
    book.group(now);
    book.escalate(Map.of(), now);
    for (ReceiverSettings receiver : settings.receivers()) {
      for (int batch = 0; batch < 3; batch++) {
        for (Notification due : book.due(receiver.name(), 100, budget, Map.of(), now)) {
          book.applyResult(receiver.name(), due, answer, now);
          delivered.add(due.action() + " " + receiver.name());
        }
      }
    }
    book.sweep(now);
    return delivered;
  }

  private List<String> round() {
    return round(TAKEN, 100);
  }

  @Test
  void shouldNotDisturbAReceiverThatStaysAndNotifyANewOneOfWhatIsOpen() {
    // Given
    record(State.OPENED);
    List<String> before = round();

    // When
    use(Receivers.slack(r -> {}), Receivers.webhook(r -> {}));
    List<String> after = round();
    record(State.RESOLVED);

    // Then
    assertThat(before).containsExactly("OPEN chat");
    assertThat(after).containsExactly("OPEN hook");
    assertThat(round()).containsExactly("RESOLVE chat", "RESOLVE hook");
    assertThat(book.size(3)).isZero();
  }

  @Test
  void shouldForgetARemovedReceiverAndGoOnWithTheOthers() {
    // Given
    use(Receivers.slack(r -> {}), Receivers.webhook(r -> {}));
    record(State.OPENED);
    round();

    // When
    use(Receivers.webhook(r -> {}));
    record(State.RESOLVED);

    // Then
    assertThat(round()).containsExactly("RESOLVE hook");
    assertThat(book.size(3)).isZero();
  }

  @Test
  void shouldKeepOpenIncidentsWithoutAnyReceiverUntilOneIsBack() {
    // Given
    record(State.OPENED);
    round();

    // When
    use();
    round();
    long kept = book.size(3);
    use(Receivers.slack(r -> {}));
    record(State.RESOLVED);

    // Then
    assertThat(kept).isOne();
    assertThat(round()).containsExactly("RESOLVE chat");
  }

  @Test
  void shouldDeliverWhatIsPendingToAChangedReceiver() {
    // Given
    record(State.OPENED);
    round(AWAY, 100);
    record(State.RESOLVED);
    round(AWAY, 100);

    // When
    use(Receivers.slack(r -> r.timeout = Duration.ofSeconds(5)));

    // Then
    assertThat(round()).containsExactly("OPEN chat", "RESOLVE chat");
  }

  @Test
  void shouldEscalateByTheStepsOfToday() {
    // Given
    record(State.OPENED);
    round();

    // When
    use(
        Receivers.slack(
            r -> r.escalation = Optional.of(new EscalationSettings("hook", Duration.ofMinutes(2)))),
        Receivers.webhook(r -> {}));
    List<String> first = round();
    List<String> second = round();
    List<String> third = round();

    // Then
    assertThat(first).isEmpty();
    assertThat(second).isEmpty();
    assertThat(third).containsExactly("OPEN hook");
  }

  @Test
  void shouldDropTheSummaryOfTheLimitWithItsReceiver() {
    // Given
    record(State.OPENED);
    List<String> limited = round(TAKEN, 0);
    long kept = book.size(3);

    // When
    use(Receivers.webhook(r -> {}));
    record(State.RESOLVED);
    List<String> after = round();

    // Then
    assertThat(limited).containsExactly("OPEN chat");
    assertThat(kept).isEqualTo(2);
    assertThat(after).containsExactly("OPEN hook", "RESOLVE hook");
    assertThat(book.size(3)).isZero();
  }
}
