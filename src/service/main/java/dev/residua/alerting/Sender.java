package dev.residua.alerting;

import java.time.Instant;

/** Makes one attempt to send a request to a receiver. Thread-safe. */
@FunctionalInterface
interface Sender {
  /** Sends a request and returns its result. */
  DeliveryResult send(OutgoingRequest request, Instant now) throws InterruptedException;

  /** The sender of a receiver. */
  static Sender of(ReceiverSettings receiver) {
    return receiver.type() == ReceiverType.EMAIL
        ? new MailSender(receiver)
        : new HttpSender(receiver);
  }
}
