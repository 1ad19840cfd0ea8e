package dev.residua.alerting;

import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A test incident, to check that the receivers can be reached. */
public final class TestAlert {
  /** Kind of such incidents. */
  public static final String KIND = "TEST.ALERT";

  private TestAlert() {}

  /**
   * The result of one receiver.
   *
   * @param receiver the receiver
   * @param result its result
   */
  public record Delivery(ReceiverSettings receiver, DeliveryResult result) {
    /** Returns true if it accepted the alert. */
    public boolean accepted() {
      return result instanceof DeliveryResult.Accepted;
    }
  }

  /**
   * The incident. Its id depends only on the source, so that an open one can be resolved.
   *
   * @param resolved whether it is resolved
   */
  public static Incident incident(
      String source, Finding.Severity severity, String explanation, boolean resolved, Instant now) {
    return new Incident(
        "test-alert-" + source,
        source,
        Subject.UNDETERMINED,
        resolved ? State.RESOLVED : State.OPENED,
        null,
        severity,
        KIND,
        new Summary("Test alert, nothing is wrong", explanation),
        null,
        List.of(),
        null,
        null,
        now,
        now,
        resolved ? now : null,
        0,
        now.toEpochMilli(),
        1,
        0,
        null,
        null,
        "",
        "",
        null,
        Map.of());
  }

  /**
   * Notifies receivers once, independent of the routes.
   *
   * @param receivers some of the settings'
   */
  public static List<Delivery> send(
      List<ReceiverSettings> receivers, AlertingSettings settings, Incident incident, Clock clock)
      throws InterruptedException {
    Instant now = clock.instant();
    AlertEntry entry =
        new AlertEntry(incident.id(), incident, 0, now, now, Optional.empty(), Map.of());
    List<Delivery> deliveries = new ArrayList<>();
    for (ReceiverSettings receiver : receivers) {
      Notification notification =
          new Notification(
              incident.open() ? Action.OPEN : Action.RESOLVE, entry, NotifiedState.NOTHING);
      deliveries.add(
          new Delivery(receiver, Channel.to(receiver, settings, clock).test(notification)));
    }
    return deliveries;
  }

  /** Names of the receivers that the routes give the incident to. */
  public static List<String> routed(AlertingSettings settings, Incident incident) {
    return settings.receiversOf(incident).stream().sorted().toList();
  }
}
