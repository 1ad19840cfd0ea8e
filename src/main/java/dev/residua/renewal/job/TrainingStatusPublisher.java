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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the control topic what becomes of one training; each saying takes the place of the one
 * before. Progress within a phase is said every two seconds at most. A saying that Kafka does not
 * take is logged, and the training goes on.
 */
public final class TrainingStatusPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingStatusPublisher.class);
  private static final Duration PACE = Duration.ofSeconds(2);

  private final String id;
  private final String trigger;
  private final List<String> incidents;
  private final String by;
  private final Writer writer;
  private final Clock clock;
  private @Nullable TrainingPhase lastPhase;
  private Instant lastSaid = Instant.MIN;

  /** Puts a command on the control topic. */
  @FunctionalInterface
  public interface Writer {
    void write(String key, ControlCommand command) throws IOException;
  }

  /**
   * @param id identity of the training
   * @param trigger what set it off
   * @param by who speaks, such as {@code trainer node-1}
   */
  public TrainingStatusPublisher(
      String id, String trigger, List<String> incidents, String by, Writer writer, Clock clock) {
    this.id = id;
    this.trigger = trigger;
    this.incidents = List.copyOf(incidents);
    this.by = by;
    this.writer = writer;
    this.clock = clock;
  }

  /** Key of a training's record. */
  public static String key(String trainingId) {
    return "training-" + trainingId;
  }

  /**
   * How far it is.
   *
   * @param sentence why, or what happens
   * @param progress share of the phase, in [0, 1]
   */
  public void say(TrainingPhase phase, double progress, String sentence, @Nullable String modelId) {
    Instant now = clock.instant();
    if (phase == lastPhase && !phase.ended() && now.isBefore(lastSaid.plus(PACE))) {
      return;
    }
    if (phase != lastPhase) {
      LOG.info(
          "training {}: {}: {}", id, phase.name().toLowerCase(java.util.Locale.ROOT), sentence);
    }
    lastPhase = phase;
    lastSaid = now;
    String key = key(id);
    try {
      writer.write(
          key,
          new Training(
              new Order(key, ".*", by, sentence, now),
              id,
              trigger,
              phase,
              Math.max(0, Math.min(1, progress)),
              modelId,
              incidents));
    } catch (IOException e) {
      LOG.warn("training {} goes on, but its progress cannot be told: {}", id, e.getMessage());
    }
  }
}
