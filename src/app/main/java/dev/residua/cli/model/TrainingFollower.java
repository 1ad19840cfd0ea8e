package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Follows the records of trainings from its creation on. */
final class TrainingFollower implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private final KafkaOptions kafka;
  private final Consumer<byte[], byte[]> consumer;

  TrainingFollower(KafkaOptions kafka) {
    this.kafka = kafka;
    this.consumer = kafka.consumer();
    List<TopicPartition> partitions =
        TopicSpans.partitions(consumer, kafka.topics().control().name());
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /**
   * Prints the phases of a training until it ends.
   *
   * @param id of the training; null to follow the first one whose reason contains {@code reason}
   * @param from time from which records count
   * @return 0 if the new model is active or the gate kept the active one, else 1
   */
  int follow(@Nullable String id, String reason, Instant from, PrintWriter out) {
    String followed = id;
    TrainingPhase last = null;
    long began = System.nanoTime();
    while (true) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        Training training = training(record);
        if (training == null || training.order().at().isBefore(from)) {
          continue;
        }
        if (followed == null && training.order().reason().contains(reason)) {
          followed = training.trainingId();
        }
        if (!training.trainingId().equals(followed)) {
          continue;
        }
        if (training.phase() != last) {
          last = training.phase();
          out.printf(
              "%s  training %s: %s: %s%n",
              training.order().at(),
              training.trainingId(),
              last.name().toLowerCase(Locale.ROOT),
              training.order().reason());
          out.flush();
        }
        if (last.ended()) {
          return last == TrainingPhase.PROMOTED || last == TrainingPhase.KEPT ? 0 : 1;
        }
      }
      if (last == null && System.nanoTime() - began > START_TIMEOUT.toNanos()) {
        throw new CommandFailedException(
            "no process started the training within %d s: check that a process with the role train runs"
                .formatted(START_TIMEOUT.toSeconds()));
      }
    }
  }

  private @Nullable Training training(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      Topic<?, ControlCommand> topic = kafka.topics().control();
      ControlCommand command =
          topic.value().deserializer().deserialize(record.topic(), record.value());
      return command instanceof Training training ? training : null;
    } catch (SerializationException e) {
      return null; // of a later version
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
