package dev.residua.renewal.job;

import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Dependencies of the leading trainer.
 *
 * @param followers consumers outside any group; the trainer closes them
 * @param triggers when to train
 * @param renewal how to train
 * @param timeLimit longest time of a training, above zero
 * @param scenes finds the scene of a source
 * @param scenesInUse names of all scenes with an active model
 * @param calibrationScores number of calibration scores behind a model's p-values, by its id
 * @param writer writes records to the control topic
 * @param phases receives each phase of a training
 * @param by author of the records, such as {@code trainer node-1}
 */
public record TrainerDependencies(
    Supplier<? extends Consumer<byte[], byte[]>> followers,
    Topics topics,
    TriggerSettings triggers,
    RenewalSettings renewal,
    Duration timeLimit,
    UnaryOperator<String> scenes,
    Supplier<Set<String>> scenesInUse,
    ToIntFunction<String> calibrationScores,
    JobLauncher launcher,
    TrainingStatusPublisher.Writer writer,
    java.util.function.Consumer<TrainingPhase> phases,
    String by,
    Clock clock) {
  public TrainerDependencies {
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException(
          "residua.training.time-limit must be above zero but was " + timeLimit);
    }
  }
}
