package dev.residua.renewal.job;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a retraining when a trigger calls for one, one at a time. Of all processes that run this
 * loop, the consumer group member with the registry's partition leads; the others wait.
 *
 * <p>Every trigger, suppression and outcome is a record on the control topic. Runs on one thread;
 * {@link #stop} may be called from any.
 */
public final class TrainerLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerLoop.class);
  private static final Duration POLL = Duration.ofMillis(300);
  private static final long PAUSE_MILLIS = 2_000;

  private final Supplier<? extends Consumer<byte[], byte[]>> members;
  private final TrainerDependencies dependencies;
  private final Runnable heartbeat;
  private volatile boolean stopped;

  /**
   * @param members consumers in the group of the trainers; closed here
   * @param heartbeat called after every step
   */
  public TrainerLoop(
      Supplier<? extends Consumer<byte[], byte[]>> members,
      TrainerDependencies dependencies,
      Runnable heartbeat) {
    this.members = members;
    this.dependencies = dependencies;
    this.heartbeat = heartbeat;
  }

  /**
   * Makes {@link #run} return soon; it ends the running training, which resumes after a restart.
   */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      heartbeat.run();
      try (Consumer<byte[], byte[]> member = members.get()) {
        TrainingCoordinator coordinator = new TrainingCoordinator(dependencies, () -> stopped);
        member.subscribe(List.of(dependencies.topics().models().name()), coordinator);
        try {
          while (!stopped) {
            heartbeat.run();
            member.poll(POLL);
            member.pause(member.assignment()); // only the assignment matters
            coordinator.work();
          }
        } finally {
          coordinator.release();
        }
      } catch (KafkaException e) {
        LOG.warn("the trainer waits for Kafka: reason={}", e.getMessage());
        pause();
      } catch (RuntimeException e) {
        LOG.error("the trainer failed; restarting from the stored state", e);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
