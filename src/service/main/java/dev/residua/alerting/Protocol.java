package dev.residua.alerting;

import dev.residua.model.RegistryRecord.Activation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes the requests of one protocol from notifications. Pure. */
interface Protocol {
  /**
   * The request that delivers these notifications.
   *
   * @param notifications from one to as many as the protocol's batch
   */
  OutgoingRequest request(List<Notification> notifications, Instant now);

  /** The request that delivers a model change; empty if the protocol has none. */
  default Optional<OutgoingRequest> change(Activation activation, Instant now) {
    return Optional.empty();
  }

  /**
   * The request that delivers a heartbeat; empty if the protocol has none.
   *
   * @param interval time until the next one
   */
  default Optional<OutgoingRequest> heartbeat(Duration interval, Instant now) {
    return Optional.empty();
  }

  /** The protocol of a receiver. */
  static Protocol of(ReceiverSettings receiver, Links links) {
    return switch (receiver.type()) {
      case ALERTMANAGER -> new AlertmanagerProtocol(receiver, links);
      case PAGERDUTY -> new PagerDutyProtocol(receiver, links);
      case WEBHOOK -> new WebhookProtocol(receiver, links);
      case SLACK -> new SlackProtocol(receiver, links);
      case TEAMS -> new TeamsProtocol(receiver, links);
      case EMAIL -> new MailProtocol(receiver, links);
      case MQTT -> new MqttProtocol(receiver, links);
    };
  }
}
