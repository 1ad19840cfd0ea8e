package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Follows what is said of trainings from the moment on at which it is made. */
final class TrainingFollower implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration NOBODY = Duration.ofSeconds(60);

  private final KafkaOptions kafka;
  private final Consumer<byte[], byte[]> consumer;

  TrainingFollower(KafkaOptions kafka) {
    this.kafka = kafka;
    String topic = kafka.topics().control().name();
    this.consumer =
        kafka.clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic, Duration.ofSeconds(10)).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /**
   * Prints what becomes of a training.
   *
   * @param id which one; null for the one whose reason holds a text
   * @param reason that text
   * @param from nothing that was said before counts
   * @return 0 if a new model is in use or the gate kept the active one, else 1
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
      if (last == null && System.nanoTime() - began > NOBODY.toNanos()) {
        throw new CommandFailedException(
            "nobody took it up within %d s: does a process with the role train run?"
                .formatted(NOBODY.toSeconds()));
      }
    }
  }

  private @Nullable Training training(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      ControlCommand command =
          kafka
              .topics()
              .control()
              .value()
              .deserializer()
              .deserialize(record.topic(), record.value());
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
