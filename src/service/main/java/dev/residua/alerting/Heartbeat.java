package dev.residua.alerting;

import dev.residua.alerting.PipelineProgress.Offsets;
import dev.residua.alerting.PipelineProgress.Partition;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a message at regular intervals while this process notifies receivers and frames pass
 * through the pipeline. A message that is not accepted is not repeated: the next one follows.
 * {@link #stop} may be called from any thread.
 */
public final class Heartbeat implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration FIRST = Duration.ofSeconds(10);

  private final Channel channel;
  private final Duration interval;
  private final BooleanSupplier notifies;
  private final Callable<Map<Partition, Offsets>> offsets;
  private final Clock clock;
  private final PipelineProgress progress = new PipelineProgress();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean failing;

  /**
   * @param channel to the receiver, for this heartbeat alone
   * @param notifies returns true while this process notifies receivers
   * @param offsets reads the offsets of the pipeline; fails if Kafka does not answer
   */
  public Heartbeat(
      Channel channel,
      Duration interval,
      BooleanSupplier notifies,
      Callable<Map<Partition, Offsets>> offsets,
      Clock clock) {
    this.channel = channel;
    this.interval = interval;
    this.notifies = notifies;
    this.offsets = offsets;
    this.clock = clock;
  }

  /** Makes {@link #run} return after the message in progress. */
  public void stop() {
    stopped.countDown();
  }

  @Override
  public void run() {
    try {
      Duration pause = interval.compareTo(FIRST) < 0 ? interval : FIRST;
      while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        beat();
        pause = interval;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends one message if everything works. */
  void beat() throws InterruptedException {
    if (!notifies.getAsBoolean()) { // another process may
      progress.reset();
      return;
    }
    Optional<String> problem = problem();
    if (problem.isPresent() && !failing) {
      LOG.warn("no heartbeat: receiver={} reason={}", channel.receiver().name(), problem.get());
    } else if (problem.isEmpty() && failing) {
      LOG.info("the heartbeat is back: receiver={}", channel.receiver().name());
    }
    failing = problem.isPresent();
  }

  private Optional<String> problem() throws InterruptedException {
    Optional<String> standstill;
    try {
      standstill = progress.observe(offsets.call(), clock.instant());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      return Optional.of("the offsets of the pipeline cannot be read: " + e.getMessage());
    }
    if (standstill.isPresent()) {
      return standstill;
    }
    DeliveryResult result = channel.heartbeat(interval);
    return result instanceof DeliveryResult.Accepted
        ? Optional.empty()
        : Optional.of("it was not accepted: " + result.detail());
  }
}
