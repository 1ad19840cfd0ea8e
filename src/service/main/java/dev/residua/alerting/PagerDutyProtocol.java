package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.model.ModelBundle;
import dev.residua.model.RegistryRecord.Activation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * PagerDuty's Events API, version 2: the alert's id is the {@code dedup_key}, so repeated events
 * join the open alert.
 *
 * <p>Source: PagerDuty developer documentation, "Events API v2 Overview", "Trigger Events", "Send
 * Change Events".
 */
final class PagerDutyProtocol implements Protocol {
  static final int MOST_SUMMARY = 1_024;
  static final int MOST_DEDUP_KEY = 255;
  private static final String CLIENT = "Residua";

  private final ReceiverSettings receiver;
  private final Links links;

  PagerDutyProtocol(ReceiverSettings receiver, Links links) {
    this.receiver = receiver;
    this.links = links;
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    Notification notification = notifications.get(0);
    ObjectNode event = Json.object();
    event.put("routing_key", receiver.key().orElseThrow().value());
    event.put(
        "event_action",
        switch (notification.action()) {
          case OPEN, UPDATE, REPEAT -> "trigger";
          case ACKNOWLEDGE -> "acknowledge";
          case RESOLVE -> "resolve";
        });
    event.put("dedup_key", dedupKey(notification.entry().alertId()));
    if (notification.action() != Action.ACKNOWLEDGE && notification.action() != Action.RESOLVE) {
      describe(notification.entry(), event);
    }
    return post("/v2/enqueue", event);
  }

  private void describe(AlertEntry entry, ObjectNode event) {
    Incident incident = entry.incident();
    Map<String, String> to = links.of(entry);
    ObjectNode payload = event.putObject("payload");
    payload.put("summary", AlertText.cut(AlertText.title(entry), MOST_SUMMARY));
    payload.put("source", incident.source());
    payload.put("severity", AlertText.severity(incident.severity()));
    payload.put("timestamp", incident.openedAt().toString());
    if (!incident.causes().isEmpty()) {
      payload.put("component", incident.causes().get(0).latent());
    }
    payload.put("class", incident.kind());
    payload.set("custom_details", Json.incident(entry, to, AlertText.MAX_CHILDREN));
    event.put("client", CLIENT);
    String page = to.get(Links.DASHBOARD);
    if (page != null) {
      event.put("client_url", page);
    }
    ArrayNode all = event.putArray("links");
    to.forEach((purpose, href) -> all.addObject().put("href", href).put("text", purpose));
    ArrayNode images = event.putArray("images");
    for (Kind kind : Kind.values()) {
      String picture = to.get(kind.path());
      if (picture != null && picture.startsWith("https://")) { // others are not shown there
        images.addObject().put("src", picture).put("href", page).put("alt", kind.path());
      }
    }
  }

  @Override
  public Optional<OutgoingRequest> change(Activation activation, Instant now) {
    ObjectNode event = Json.object();
    event.put("routing_key", receiver.key().orElseThrow().value());
    ObjectNode payload = event.putObject("payload");
    payload.put("summary", AlertText.cut(ModelTexts.headline(activation), MOST_SUMMARY));
    payload.put("timestamp", activation.at().toString());
    payload.put("source", CLIENT);
    payload.set("custom_details", ModelTexts.json(activation));
    ArrayNode all = event.putArray("links");
    links.home().ifPresent(home -> all.addObject().put("href", home).put("text", Links.DASHBOARD));
    return Optional.of(post("/v2/change/enqueue", event));
  }

  private OutgoingRequest post(String path, ObjectNode event) {
    URI url = Json.below(receiver.url(), path);
    return new OutgoingRequest(url, Map.of(), OutgoingRequest.JSON, Json.bytes(event));
  }

  /** The alert's id, or its digest if it is too long. */
  static String dedupKey(String incidentId) {
    return incidentId.length() <= MOST_DEDUP_KEY
        ? incidentId
        : ModelBundle.sha256(incidentId.getBytes(StandardCharsets.UTF_8));
  }
}
