package dev.residua.renewal.job;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the status of one training on the control topic; each record replaces the previous one.
 * Within a phase it publishes at most every two seconds. A record that Kafka does not accept is
 * logged and does not stop the training.
 */
public final class TrainingStatusPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingStatusPublisher.class);
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final String id;
  private final String scene;
  private final String trigger;
  private final List<String> incidents;
  private final String by;
  private final Writer writer;
  private final Clock clock;
  private @Nullable TrainingPhase lastPhase;
  private Instant lastPublished = Instant.MIN;

  /** Writes a command to the control topic. */
  @FunctionalInterface
  public interface Writer {
    void write(String key, ControlCommand command) throws IOException;
  }

  /**
   * @param id identity of the training
   * @param scene whose model is trained
   * @param trigger kind of its trigger
   * @param by author of the records, such as {@code trainer node-1}
   */
  public TrainingStatusPublisher(
      String id,
      String scene,
      String trigger,
      List<String> incidents,
      String by,
      Writer writer,
      Clock clock) {
    this.id = id;
    this.scene = scene;
    this.trigger = trigger;
    this.incidents = List.copyOf(incidents);
    this.by = by;
    this.writer = writer;
    this.clock = clock;
  }

  /** The record key of a training. */
  public static String key(String trainingId) {
    return Training.KEY_PREFIX + trainingId;
  }

  /**
   * Publishes phase and progress.
   *
   * @param progress share of the phase, in [0, 1]
   * @param sentence the reason, or the present step
   */
  public void publish(
      TrainingPhase phase, double progress, String sentence, @Nullable String modelId) {
    Instant now = clock.instant();
    if (phase == lastPhase && !phase.ended() && now.isBefore(lastPublished.plus(INTERVAL))) {
      return;
    }
    if (phase != lastPhase) {
      LOG.info(
          "training status: training={} phase={} reason={}",
          id,
          phase.name().toLowerCase(Locale.ROOT),
          sentence);
    }
    lastPhase = phase;
    lastPublished = now;
    String key = key(id);
    try {
      writer.write(
          key,
          new Training(
              new Order(key, ".*", by, sentence, now),
              id,
              scene,
              trigger,
              phase,
              Math.max(0, Math.min(1, progress)),
              modelId,
              incidents));
    } catch (IOException e) {
      LOG.warn(
          "cannot publish the training status, the training continues: training={} reason={}",
          id,
          e.getMessage());
    }
  }
}
