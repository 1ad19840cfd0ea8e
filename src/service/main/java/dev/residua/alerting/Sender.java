package dev.residua.alerting;

import java.time.Instant;

/** Makes one attempt to send a request to a receiver. Thread-safe. */
@FunctionalInterface
interface Sender {
  /** Sends a request and returns its result. */
  DeliveryResult send(OutgoingRequest request, Instant now) throws InterruptedException;

  /** The sender of a receiver. */
  static Sender of(ReceiverSettings receiver) {
    return switch (receiver.type()) {
      case EMAIL -> new MailSender(receiver);
      case MQTT -> new MqttSender(receiver);
      case ALERTMANAGER, PAGERDUTY, WEBHOOK, SLACK, TEAMS -> new HttpSender(receiver);
    };
  }
}
