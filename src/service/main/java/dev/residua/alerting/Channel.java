package dev.residua.alerting;

import dev.residua.model.RegistryRecord.Activation;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/** Delivers notifications to one receiver, with one attempt per notification. For one thread. */
public final class Channel {
  private final ReceiverSettings receiver;
  private final Protocol protocol;
  private final Sender sender;
  private final Clock clock;

  Channel(ReceiverSettings receiver, Protocol protocol, Sender sender, Clock clock) {
    this.receiver = receiver;
    this.protocol = protocol;
    this.sender = sender;
    this.clock = clock;
  }

  /** The channel to a receiver of the settings. */
  public static Channel to(ReceiverSettings receiver, AlertingSettings settings, Clock clock) {
    Links links = new Links(settings.dashboard());
    return new Channel(receiver, Protocol.of(receiver, links), Sender.of(receiver), clock);
  }

  public ReceiverSettings receiver() {
    return receiver;
  }

  /**
   * Delivers notifications in order until the receiver is unavailable.
   *
   * @param goOn asked before every request
   * @param onFailure receives each notification that fails unexpectedly
   * @return results of the first of them; the others were not sent
   */
  List<DeliveryResult> deliver(
      List<Notification> notifications,
      BooleanSupplier goOn,
      BiConsumer<Notification, RuntimeException> onFailure)
      throws InterruptedException {
    List<DeliveryResult> results = new ArrayList<>();
    int batch = receiver.type().capabilities().batch();
    for (int i = 0; i < notifications.size() && goOn.getAsBoolean(); i += batch) {
      List<Notification> some = notifications.subList(i, Math.min(notifications.size(), i + batch));
      DeliveryResult result = send(some, onFailure);
      if (result instanceof DeliveryResult.Refused && some.size() > 1) {
        for (Notification one : some) { // so that one does not spoil the others
          results.add(send(List.of(one), onFailure));
        }
      } else {
        some.forEach(one -> results.add(result));
      }
      if (result instanceof DeliveryResult.Unavailable unavailable && unavailable.everything()) {
        break;
      }
    }
    return results;
  }

  /**
   * Sends one request. A notification of which no request can be made is refused, and so is a batch
   * with one. After another unexpected failure only that notification waits; the receiver gets the
   * others.
   */
  private DeliveryResult send(
      List<Notification> notifications, BiConsumer<Notification, RuntimeException> onFailure)
      throws InterruptedException {
    try {
      return sender.send(protocol.request(notifications, clock.instant()), clock.instant());
    } catch (IllegalArgumentException e) {
      return new DeliveryResult.Refused("no request can be made of it: " + e.getMessage());
    } catch (RuntimeException e) {
      if (notifications.size() > 1) {
        return new DeliveryResult.Refused("one of the notifications fails: " + e);
      }
      onFailure.accept(notifications.get(0), e);
      return new DeliveryResult.Unavailable("delivery failed: " + e, Optional.empty(), false);
    }
  }

  /** Delivers one, to try a receiver. */
  public DeliveryResult test(Notification notification) throws InterruptedException {
    return send(List.of(notification), (failed, why) -> {});
  }

  /** Delivers a model change; empty if the protocol has none. */
  Optional<DeliveryResult> change(Activation activation) throws InterruptedException {
    try {
      Optional<OutgoingRequest> request = protocol.change(activation, clock.instant());
      return request.isEmpty()
          ? Optional.empty()
          : Optional.of(sender.send(request.get(), clock.instant()));
    } catch (RuntimeException e) { // the changes after it follow
      return Optional.of(new DeliveryResult.Refused("no request can be made of it: " + e));
    }
  }

  /**
   * Delivers a heartbeat.
   *
   * @param interval time until the next one
   */
  DeliveryResult heartbeat(Duration interval) throws InterruptedException {
    try {
      return sender.send(
          protocol.heartbeat(interval, clock.instant()).orElseThrow(), clock.instant());
    } catch (RuntimeException e) {
      return new DeliveryResult.Refused("no request can be made of it: " + e);
    }
  }

  boolean notifiesChanges() {
    return receiver.modelChanges() && receiver.type() != ReceiverType.ALERTMANAGER;
  }
}
