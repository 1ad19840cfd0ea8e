package dev.residua.alerting;

import dev.residua.alerting.AlertListener.Result;
import dev.residua.model.RegistryRecord.Activation;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies the receivers that want it of activated models, each activation once, in order. */
final class ModelChangeNotifier {
  /** Partition whose owner notifies of models. */
  static final int PARTITION = 0;

  private static final Logger LOG = LoggerFactory.getLogger(ModelChangeNotifier.class);

  private final Supplier<List<ReceiverWorker>> workers;
  private final Supplier<List<Activation>> activations;
  private final AlertStore store;
  private final AlertListener listener;
  private @Nullable Map<String, Long> lastNotified;

  ModelChangeNotifier(
      Supplier<List<ReceiverWorker>> workers,
      Supplier<List<Activation>> activations,
      AlertStore store,
      AlertListener listener) {
    this.workers = workers;
    this.activations = activations;
    this.store = store;
    this.listener = listener;
  }

  /**
   * Makes this process notify.
   *
   * @param restored number of the last activation by receiver
   */
  void own(Map<String, Long> restored) {
    lastNotified = new HashMap<>(restored);
  }

  void disown() {
    lastNotified = null;
  }

  /**
   * Notifies receivers of models that were activated, if this process owns that.
   *
   * @param ending true to wait for the delivery in progress and to start none
   */
  void notifyReceivers(Instant now, boolean ending) throws InterruptedException {
    Map<String, Long> notified = lastNotified;
    if (notified == null) {
      for (ReceiverWorker worker : workers.get()) {
        worker.finishedChange(false); // the new owner asks again
      }
      return;
    }
    List<Activation> all =
        activations.get().stream().sorted(Comparator.comparing(Activation::number)).toList();
    long last = all.isEmpty() ? -1 : all.get(all.size() - 1).number();
    boolean changed = false;
    for (ReceiverWorker worker : workers.get()) {
      if (!worker.channel.notifiesChanges()) {
        continue;
      }
      if (!notified.containsKey(worker.name)) {
        notified.put(worker.name, last); // earlier activations are not news
        changed = true;
      }
      Long number = Objects.requireNonNull(notified.get(worker.name));
      Optional<Activation> next = all.stream().filter(a -> a.number() > number).findFirst();
      Optional<DeliveryResult> answer = worker.finishedChange(ending);
      if (answer != null) {
        changed |= applied(worker, answer, next, notified, now);
      } else if (!ending && next.isPresent() && worker.isIdle(now)) {
        worker.startChange(next.get());
      }
    }
    if (changed) {
      store.write(PARTITION, AlertStateJson.ACTIVATIONS, AlertStateJson.activations(notified));
    }
  }

  private boolean applied(
      ReceiverWorker worker,
      Optional<DeliveryResult> answer,
      Optional<Activation> next,
      Map<String, Long> notified,
      Instant now) {
    if (answer.isPresent()) {
      worker.recordAvailability(answer.get(), now);
      listener.sent(worker.name, Result.of(answer.get()));
      if (answer.get() instanceof DeliveryResult.Unavailable) {
        return false;
      }
      if (answer.get() instanceof DeliveryResult.Refused) {
        LOG.error(
            "receiver refused a model change: receiver={} reason={}",
            worker.name,
            answer.get().detail());
      }
    }
    next.ifPresent(activation -> notified.put(worker.name, activation.number()));
    return next.isPresent();
  }
}
