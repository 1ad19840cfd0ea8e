package dev.residua.alerting;

import dev.residua.model.RegistryRecord.Activation;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Delivers notices to one receiver, with one attempt per notice. For one thread. */
public final class Channel {
  private final ReceiverSettings receiver;
  private final Protocol protocol;
  private final Sender http;
  private final Clock clock;

  Channel(ReceiverSettings receiver, Protocol protocol, Sender http, Clock clock) {
    this.receiver = receiver;
    this.protocol = protocol;
    this.http = http;
    this.clock = clock;
  }

  /** The channel to a receiver of the settings. */
  public static Channel to(ReceiverSettings receiver, AlertingSettings settings, Clock clock) {
    Links links = new Links(settings.dashboard());
    return new Channel(receiver, Protocol.of(receiver, links), new HttpSender(receiver), clock);
  }

  public ReceiverSettings receiver() {
    return receiver;
  }

  /**
   * Delivers notices in order until the receiver is unavailable.
   *
   * @param goOn asked before every request
   * @return results of the first of them; the others were not sent
   */
  List<DeliveryResult> deliver(List<Notice> notices, BooleanSupplier goOn)
      throws InterruptedException {
    List<DeliveryResult> results = new ArrayList<>();
    int batch = receiver.type().habits().batch();
    for (int i = 0; i < notices.size() && goOn.getAsBoolean(); i += batch) {
      List<Notice> some = notices.subList(i, Math.min(notices.size(), i + batch));
      DeliveryResult result = send(some);
      if (result instanceof DeliveryResult.Refused && some.size() > 1) {
        for (Notice one : some) { // so that one does not spoil the others
          results.add(send(List.of(one)));
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

  private DeliveryResult send(List<Notice> notices) throws InterruptedException {
    return http.send(protocol.request(notices, clock.instant()), clock.instant());
  }

  /** Delivers one, to try a receiver. */
  public DeliveryResult test(Notice notice) throws InterruptedException {
    return send(List.of(notice));
  }

  /** Delivers a model change; empty if the protocol has none. */
  Optional<DeliveryResult> change(Activation activation) throws InterruptedException {
    Optional<OutgoingRequest> request = protocol.change(activation, clock.instant());
    return request.isEmpty()
        ? Optional.empty()
        : Optional.of(http.send(request.get(), clock.instant()));
  }

  /** Whether it delivers model changes. */
  boolean notifiesChanges() {
    return receiver.modelChanges() && receiver.type() != ReceiverType.ALERTMANAGER;
  }
}
