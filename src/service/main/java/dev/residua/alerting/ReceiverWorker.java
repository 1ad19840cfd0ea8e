package dev.residua.alerting;

import dev.residua.model.RegistryRecord.Activation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One receiver and the thread that delivers to it: at most one batch or one model change at a time,
 * with back-off while the receiver is unavailable. Used by the alert loop's thread only.
 */
final class ReceiverWorker {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverWorker.class);
  private static final long GRACE_MILLIS = 2_000;

  /**
   * The outcome of a batch.
   *
   * @param results one per notification that was sent, in order; the remaining notifications were
   *     not sent
   */
  record BatchResult(List<Notification> notifications, List<DeliveryResult> results, long nanos) {}

  final Channel channel;
  final String name;
  final RateLimit limit;
  private final Duration giveUpAfter;
  private final AlertListener listener;
  private final RandomGenerator random;
  private final ExecutorService thread;
  private @Nullable Future<BatchResult> batch;
  private List<Notification> pending = List.of();
  private @Nullable Future<Optional<DeliveryResult>> change;
  private volatile boolean stopSoon;
  private int failures;
  private @Nullable Instant notBefore;
  private @Nullable Instant downSince;

  ReceiverWorker(
      Channel channel, Duration giveUpAfter, AlertListener listener, RandomGenerator random) {
    this(
        channel,
        giveUpAfter,
        listener,
        random,
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, "residua-alert-" + channel.receiver().name());
              made.setDaemon(true);
              return made;
            }));
  }

  /**
   * @param thread delivers, one task at a time; shut down here
   */
  ReceiverWorker(
      Channel channel,
      Duration giveUpAfter,
      AlertListener listener,
      RandomGenerator random,
      ExecutorService thread) {
    this.channel = channel;
    this.giveUpAfter = giveUpAfter;
    this.listener = listener;
    this.random = random;
    this.name = channel.receiver().name();
    this.limit = new RateLimit(channel.receiver().limit());
    this.thread = thread;
  }

  boolean isIdle(Instant now) {
    return batch == null && change == null && (notBefore == null || !now.isBefore(notBefore));
  }

  void start(List<Notification> notifications) {
    stopSoon = false;
    pending = notifications;
    batch =
        thread.submit(
            () -> {
              long started = System.nanoTime();
              List<DeliveryResult> results =
                  channel.deliver(notifications, () -> !stopSoon, this::logFailure);
              return new BatchResult(notifications, results, System.nanoTime() - started);
            });
  }

  private void logFailure(Notification notification, RuntimeException why) {
    LOG.error(
        "delivery failed unexpectedly, retrying: receiver={} incident={}",
        name,
        notification.entry().incident().id(),
        why);
  }

  void startChange(Activation activation) {
    change = thread.submit(() -> channel.change(activation));
  }

  /** The batch that has finished since the last call, or null. */
  @Nullable BatchResult finishedBatch(boolean wait) throws InterruptedException {
    Future<BatchResult> running = batch;
    if (running == null || !(wait || running.isDone())) {
      return null;
    }
    stopSoon = wait;
    BatchResult finished = await(running);
    batch = null;
    return finished == null ? new BatchResult(pending, List.of(), 0) : finished;
  }

  @Nullable Optional<DeliveryResult> finishedChange(boolean wait) throws InterruptedException {
    Future<Optional<DeliveryResult>> running = change;
    if (running == null || !(wait || running.isDone())) {
      return null;
    }
    Optional<DeliveryResult> finished = await(running);
    change = null;
    return finished;
  }

  /** Its result, or null if it takes longer than the request in progress may. */
  private <T> @Nullable T await(Future<T> running) throws InterruptedException {
    long most = channel.receiver().timeout().toMillis() + GRACE_MILLIS;
    try {
      return running.get(most, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "delivery to receiver %s failed: %s".formatted(name, e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      running.cancel(true);
      return null;
    }
  }

  /** Starts or ends a pause, depending on whether the receiver accepts requests. */
  void recordAvailability(DeliveryResult result, Instant now) {
    if (result instanceof DeliveryResult.Unavailable unavailable && unavailable.everything()) {
      failures++;
      if (downSince == null) {
        downSince = now;
        LOG.warn("receiver is unavailable, retrying: receiver={} reason={}", name, result.detail());
      }
      Duration pause = BackOff.after(failures, random);
      Duration requested = unavailable.pause().orElse(Duration.ZERO);
      notBefore = now.plus(requested.compareTo(pause) > 0 ? requested : pause);
      listener.reachable(name, unavailable.detail());
      return;
    }
    if (downSince != null) {
      LOG.info(
          "receiver is available again: receiver={} after={}",
          name,
          Duration.between(downSince, now));
    }
    failures = 0;
    notBefore = null;
    downSince = null;
    listener.reachable(name, "");
  }

  /** Returns true if it has been unavailable for so long that old notifications are given up. */
  boolean isGivenUp(Instant now) {
    return downSince != null && !now.isBefore(downSince.plus(giveUpAfter));
  }

  void cancel() {
    for (Future<?> running : new ArrayList<>(java.util.Arrays.asList(batch, change))) {
      if (running != null) {
        running.cancel(true);
      }
    }
    batch = null;
    change = null;
  }

  void close() {
    thread.shutdownNow();
  }
}
