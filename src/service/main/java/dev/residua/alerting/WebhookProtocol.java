package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.alerting.Grouping.Group;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.wire.CloudEventHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CloudEvents in structured JSON, signed: the same event has the same id however often it is sent.
 *
 * <p>Source: CloudEvents 1.0 JSON format; Standard Webhooks 1.0.0, "Signature scheme".
 */
final class WebhookProtocol implements Protocol {
  private static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";
  private static final String INCIDENT_TYPE = "dev.residua.incident.";
  private static final String MODEL_TYPE = "dev.residua.model.activated";
  private static final String HEARTBEAT_TYPE = "dev.residua.heartbeat";

  /** Extension attribute with the id of a group, for filters that do not read the data. */
  private static final String GROUP = "residuagroup";

  private final ReceiverSettings receiver;
  private final Links links;

  WebhookProtocol(ReceiverSettings receiver, Links links) {
    this.receiver = receiver;
    this.links = links;
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    AlertEntry entry = notifications.get(0).entry();
    Incident incident = entry.incident();
    boolean group = entry.grouping() instanceof Group;
    String id =
        "%s.%d.%s.%d"
            .formatted(
                CloudEventHeaders.encode(incident.id()), // it becomes a header
                incident.flaps(),
                AlertText.lower(incident.state()),
                incident.updatedSequence());
    ObjectNode event =
        event(
            id,
            INCIDENT_TYPE + AlertText.lower(incident.state()),
            (group ? "/residua/groups/" : "/residua/sources/")
                + CloudEventHeaders.encode(incident.source()),
            incident.updatedAt());
    event.put("subject", incident.source());
    if (group) {
      event.put(GROUP, incident.id());
    }
    event.set("data", Json.incident(entry, links.of(entry), Group.MAX_CHILDREN));
    return signed(id, event, now);
  }

  @Override
  public Optional<OutgoingRequest> change(Activation activation, Instant now) {
    String id = "activation." + activation.number();
    ObjectNode event = event(id, MODEL_TYPE, "/residua/models", activation.at());
    event.put("subject", activation.modelId());
    event.set("data", ModelTexts.json(activation));
    return Optional.of(signed(id, event, now));
  }

  @Override
  public Optional<OutgoingRequest> heartbeat(Duration interval, Instant now) {
    String id = "heartbeat." + now.toEpochMilli();
    ObjectNode event = event(id, HEARTBEAT_TYPE, "/residua/heartbeat", now);
    event.putObject("data").put("interval", interval.toString());
    return Optional.of(signed(id, event, now));
  }

  private static ObjectNode event(String id, String type, String source, Instant time) {
    ObjectNode event = Json.object();
    event.put("specversion", "1.0");
    event.put("id", id);
    event.put("source", source);
    event.put("type", type);
    event.put("time", time.toString());
    event.put("datacontenttype", OutgoingRequest.JSON);
    return event;
  }

  private OutgoingRequest signed(String id, ObjectNode event, Instant now) {
    byte[] body = Json.bytes(event);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
    receiver
        .signingKey()
        .ifPresent(
            key ->
                headers.put(
                    "webhook-signature", Signature.of(key, id, now.getEpochSecond(), body)));
    return new OutgoingRequest(receiver.url(), headers, CONTENT_TYPE, body);
  }
}
