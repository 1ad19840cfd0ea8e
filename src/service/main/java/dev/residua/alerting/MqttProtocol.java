package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.alerting.Grouping.Group;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.mqtt.MqttServer;
import dev.residua.wire.CloudEventHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Incidents as JSON on topics below the path of the receiver's address, {@code
 * incidents/SOURCE/ALERT}. The broker retains those that are open: who subscribes later gets them.
 * An end is sent, and then an empty message removes the retained one.
 */
final class MqttProtocol implements Protocol {
  /** Header with the topic of a message. */
  static final String TOPIC = "topic";

  /** Header that says what the broker keeps of a message. */
  static final String RETAIN = "retain";

  /** The broker keeps nothing of the message. */
  static final String PASS = "pass";

  /** The broker keeps the message. */
  static final String KEEP = "keep";

  /** The broker keeps nothing, and forgets the message before. */
  static final String FORGET = "forget";

  private final ReceiverSettings receiver;
  private final Links links;

  MqttProtocol(ReceiverSettings receiver, Links links) {
    this.receiver = receiver;
    this.links = links;
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    Notification notification = notifications.get(0);
    AlertEntry entry = notification.entry();
    Incident incident = entry.incident();
    ObjectNode data = Json.incident(entry, links.of(entry), Group.MAX_CHILDREN);
    String below =
        entry.grouping() instanceof Group
            ? "groups/" + CloudEventHeaders.encode(entry.alertId())
            : "incidents/%s/%s"
                .formatted(levels(incident.source()), CloudEventHeaders.encode(entry.alertId()));
    return message(below, data, incident.open() ? KEEP : FORGET);
  }

  /** A source as levels of a topic: its slashes stay, other special characters are encoded. */
  static String levels(String source) {
    return CloudEventHeaders.encode(source).replace("%2F", "/");
  }

  @Override
  public Optional<OutgoingRequest> change(Activation activation, Instant now) {
    return Optional.of(message("model", ModelTexts.json(activation), KEEP));
  }

  @Override
  public Optional<OutgoingRequest> heartbeat(Duration interval, Instant now) {
    ObjectNode data = Json.object();
    data.put("time", now.toString());
    data.put("interval", interval.toString());
    return Optional.of(message("heartbeat", data, PASS));
  }

  /** A topic below the path of a receiver's address. */
  static String topic(ReceiverSettings receiver, String below) {
    String prefix = MqttServer.topic(receiver.url());
    return (prefix.isEmpty() ? "" : prefix + "/") + below;
  }

  private OutgoingRequest message(String below, ObjectNode data, String retain) {
    return new OutgoingRequest(
        receiver.url(),
        Map.of(TOPIC, topic(receiver, below), RETAIN, retain),
        OutgoingRequest.JSON,
        Json.bytes(data));
  }
}
