package dev.residua.alerting;

import dev.residua.model.RegistryRecord.Activation;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The way to one receiver: notices in, answers out. One attempt each. For one thread. */
public final class Channel {
  private final ReceiverSettings receiver;
  private final Protocol protocol;
  private final HttpSender http;
  private final Clock clock;

  Channel(ReceiverSettings receiver, Protocol protocol, HttpSender http, Clock clock) {
    this.receiver = receiver;
    this.protocol = protocol;
    this.http = http;
    this.clock = clock;
  }

  /** The way to a receiver as the settings say. */
  public static Channel to(ReceiverSettings receiver, AlertingSettings settings, Clock clock) {
    Links links = new Links(settings.dashboard());
    return new Channel(receiver, Protocol.of(receiver, links), new HttpSender(receiver), clock);
  }

  public ReceiverSettings receiver() {
    return receiver;
  }

  /**
   * Tells all of them, in their order, until the receiver takes none.
   *
   * @param goOn asked before every request
   * @return answers to the first of them; of the others nothing was sent
   */
  List<DeliveryResult> tell(List<Notice> notices, BooleanSupplier goOn)
      throws InterruptedException {
    List<DeliveryResult> answers = new ArrayList<>();
    int batch = receiver.type().habits().batch();
    for (int i = 0; i < notices.size() && goOn.getAsBoolean(); i += batch) {
      List<Notice> some = notices.subList(i, Math.min(notices.size(), i + batch));
      DeliveryResult answer = send(some);
      if (answer instanceof DeliveryResult.Refused && some.size() > 1) {
        for (Notice one : some) { // so that one does not spoil the others
          answers.add(send(List.of(one)));
        }
      } else {
        some.forEach(one -> answers.add(answer));
      }
      if (answer instanceof DeliveryResult.Unavailable unavailable && unavailable.everything()) {
        break;
      }
    }
    return answers;
  }

  private DeliveryResult send(List<Notice> notices) throws InterruptedException {
    return http.send(protocol.request(notices, clock.instant()), clock.instant());
  }

  /** Tells one, for a person who wants to see what the receiver says. */
  public DeliveryResult test(Notice notice) throws InterruptedException {
    return send(List.of(notice));
  }

  /** Tells of another model; empty where the protocol has no words for it. */
  Optional<DeliveryResult> change(Activation activation) throws InterruptedException {
    Optional<OutgoingRequest> request = protocol.change(activation, clock.instant());
    return request.isEmpty()
        ? Optional.empty()
        : Optional.of(http.send(request.get(), clock.instant()));
  }

  /** Whether it has words for another model. */
  boolean tellsChanges() {
    return receiver.modelChanges() && receiver.type() != ReceiverType.ALERTMANAGER;
  }
}
