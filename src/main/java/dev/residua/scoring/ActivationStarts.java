package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts pending activations of models, each partition at the first frame that is scored under it.
 * For one thread.
 */
final class ActivationStarts {
  private static final Logger LOG = LoggerFactory.getLogger(ActivationStarts.class);

  private final ScoringModels models;
  private final Consumer<byte[], byte[]> consumer;
  private final FrameQueue waiting;
  private final String topic;

  /** Those of the transaction at hand, by partition. */
  private final Map<Integer, Beginning> beginning = new HashMap<>();

  private record Beginning(Activation activation, Start start) {}

  /**
   * @param topic of models
   */
  ActivationStarts(
      ScoringModels models, Consumer<byte[], byte[]> consumer, FrameQueue waiting, String topic) {
    this.models = models;
    this.consumer = consumer;
    this.waiting = waiting;
    this.topic = topic;
  }

  /** Whether an activation is pending, so that a transaction is due without any frame. */
  boolean pending() {
    return consumer.assignment().stream().anyMatch(p -> models.pending(p.partition()).isPresent());
  }

  /** Chooses from which offset pending activations hold. */
  void choose() {
    beginning.clear();
    for (TopicPartition partition : consumer.assignment()) {
      Optional<Activation> next = models.pending(partition.partition());
      if (next.isPresent()) {
        Start start =
            new Start(next.get().number(), partition.partition(), firstUnscored(partition));
        beginning.put(partition.partition(), new Beginning(next.get(), start));
      }
    }
  }

  /** The activation that holds for a record. */
  Activation at(ConsumerRecord<byte[], byte[]> record) {
    Beginning begins = beginning.get(record.partition());
    return begins != null && record.offset() >= begins.start().offset()
        ? begins.activation()
        : models.activationAt(record.partition(), record.offset());
  }

  /**
   * Writes in this transaction from which offset activations hold. It also holds the first frame
   * scored under them, so both become visible together.
   */
  void publish(Publication publication) {
    for (Beginning begins : beginning.values()) {
      publication.send(
          new ProducerRecord<>(
              topic,
              Topics.REGISTRY_PARTITION,
              ModelRecords.key(begins.start().key()),
              ModelRecords.value(begins.start())),
          (metadata, failure) -> {}); // the commit reports failures
    }
    if (!beginning.isEmpty()) {
      publication.awaitSent();
    }
  }

  /**
   * What was published is committed.
   *
   * @param observer receives each activation that begins
   */
  void committed(BiConsumer<Activation, Start> observer) {
    if (beginning.isEmpty()) {
      return;
    }
    models.activationsCommitted(beginning.values().stream().map(Beginning::start).toList());
    for (Beginning begun : beginning.values()) {
      LOG.info(
          "activation committed: model={} activation={} partition={} offset={}",
          begun.activation().modelId(),
          begun.start().number(),
          begun.start().partition(),
          begun.start().offset());
      observer.accept(begun.activation(), begun.start());
    }
    beginning.clear();
  }

  /** Ids of the models of the next frame of each partition. */
  Set<String> modelsInUse() {
    Set<String> inUse = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      inUse.add(models.activationAt(partition.partition(), firstUnscored(partition)).modelId());
    }
    return inUse;
  }

  private long firstUnscored(TopicPartition partition) {
    return waiting.first(partition).orElseGet(() -> consumer.position(partition));
  }
}
