package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Alertmanager's API, version 2: labels are the identity of an alert, so when the severity or kind
 * of an incident changes, the alert with the old labels is resolved in the request that opens the
 * one with the new. Times are those of this machine, as Prometheus' are, not of the camera.
 *
 * <p>Source: prometheus/alertmanager, {@code api/v2/openapi.yaml} and "Alerts API".
 */
final class AlertmanagerProtocol implements Protocol {
  /** Value of the label {@code alertname} of all incidents. */
  static final String ALERT_NAME = "ResiduaIncident";

  /** Value of the label {@code alertname} of heartbeats. */
  static final String HEARTBEAT_NAME = "ResiduaHeartbeat";

  static final String INCIDENT = "incident";

  /** Min time after which an alert that is not repeated counts as resolved. */
  private static final Duration MIN_DURATION = Duration.ofMinutes(5);

  private static final int REPEATS_MISSED = 4;
  private static final Duration TICK = Duration.ofMillis(1);

  private final URI url;
  private final Duration duration;
  private final Links links;

  AlertmanagerProtocol(ReceiverSettings receiver, Links links) {
    this.url = Json.below(receiver.url(), "/api/v2/alerts");
    Duration repeats = receiver.repeatInterval().multipliedBy(REPEATS_MISSED);
    this.duration = repeats.compareTo(MIN_DURATION) > 0 ? repeats : MIN_DURATION;
    this.links = links;
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    ArrayNode alerts = Json.array();
    for (Notification notification : notifications) {
      Incident incident = notification.entry().incident();
      NotifiedState before = notification.before();
      if (before.stage() == Stage.FIRING
          && (before.severity() != incident.severity() || !before.kind().equals(incident.kind()))) {
        alerts.add(alert(notification.entry(), before.severity(), before.kind(), now, false));
      }
      alerts.add(
          alert(notification.entry(), incident.severity(), incident.kind(), now, incident.open()));
    }
    return new OutgoingRequest(url, Map.of(), OutgoingRequest.JSON, Json.bytes(alerts));
  }

  @Override
  public Optional<OutgoingRequest> heartbeat(Duration interval, Instant now) {
    ObjectNode alert = Json.object();
    alert.putObject("labels").put("alertname", HEARTBEAT_NAME).put("severity", "none");
    alert
        .putObject("annotations")
        .put("summary", "Residua scores frames and notifies receivers")
        .put("description", "This alert always fires. Its end says that nobody is notified.");
    links.home().ifPresent(home -> alert.put("generatorURL", home));
    alert.put("endsAt", now.plus(interval.multipliedBy(REPEATS_MISSED)).toString());
    return Optional.of(
        new OutgoingRequest(
            url, Map.of(), OutgoingRequest.JSON, Json.bytes(Json.array().add(alert))));
  }

  private ObjectNode alert(
      AlertEntry entry, Severity severity, String kind, Instant now, boolean firing) {
    Incident incident = entry.incident();
    ObjectNode alert = Json.object();
    ObjectNode labels = alert.putObject("labels");
    incident.labels().forEach(labels::put);
    labels.put("alertname", ALERT_NAME);
    labels.put(INCIDENT, entry.alertId());
    labels.put("source", incident.source());
    labels.put("kind", kind);
    labels.put("severity", AlertText.severity(severity));
    ObjectNode annotations = alert.putObject("annotations");
    annotations.put("summary", incident.summary().headline());
    annotations.put("description", AlertText.explanation(incident));
    annotations.put("advice", incident.subject().advice());
    String threshold = incident.threshold();
    if (threshold != null) {
      annotations.put("threshold", threshold);
    }
    if (entry.grouping() instanceof Grouping.Group) {
      annotations.put("sources", AlertText.sources(entry));
    }
    annotations.put("subject", incident.subject().toString());
    String causes = AlertText.causes(incident.causes());
    if (!causes.isEmpty()) {
      annotations.put("causes", causes);
    }
    AlertText.escalated(entry).ifPresent(to -> annotations.put("escalated", to));
    AlertText.changed(incident).ifPresent(since -> annotations.put("changed", since));
    annotations.put("model", incident.modelId());
    annotations.put("captured", incident.openedAt().toString());
    Map<String, String> to = links.of(entry);
    to.forEach(annotations::put);
    String page = to.get(Links.DASHBOARD);
    if (page != null) {
      alert.put("generatorURL", page);
    }
    Instant start = entry.since().isAfter(now) ? now : entry.since();
    Instant end = now.plus(duration);
    if (!firing) {
      Instant changed = incident.open() || entry.changedAt().isAfter(now) ? now : entry.changedAt();
      end = changed.isAfter(start) ? changed : start.plus(TICK);
    }
    alert.put("startsAt", start.toString());
    alert.put("endsAt", end.toString());
    return alert;
  }
}
