package dev.residua.alerting;

import java.time.Instant;

/** Makes one attempt to send a request to a receiver. Thread-safe. */
@FunctionalInterface
interface Sender {
  /** Sends a request and returns its result. */
  DeliveryResult send(OutgoingRequest request, Instant now) throws InterruptedException;
}
