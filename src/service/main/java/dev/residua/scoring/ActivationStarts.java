package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
 * Starts pending activations of models, each partition at the first frame that comes after the
 * decision. For one thread.
 */
final class ActivationStarts {
  private static final Logger LOG = LoggerFactory.getLogger(ActivationStarts.class);

  private final ScoringModels models;
  private final Consumer<byte[], byte[]> consumer;
  private final FrameQueue waiting;
  private final String topic;

  /** Scenes of which a frame was taken; only such that have a model. */
  private final Set<String> scenes = new HashSet<>();

  /** Those of the transaction at hand. */
  private final Map<Place, Beginning> beginning = new LinkedHashMap<>();

  private record Place(int partition, String scene) {}

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

  /** Returns true if an activation is pending, so that a transaction is due without any frame. */
  boolean pending() {
    return consumer.assignment().stream().anyMatch(p -> !models.pending(p.partition()).isEmpty());
  }

  /** Chooses from which offset pending activations hold. */
  void choose() {
    beginning.clear();
    for (TopicPartition partition : consumer.assignment()) {
      for (Activation next : models.pending(partition.partition())) {
        Start start = new Start(next.number(), partition.partition(), firstUnscored(partition));
        beginning.put(new Place(partition.partition(), next.scene()), new Beginning(next, start));
      }
    }
  }

  /**
   * The activation that applies to a record.
   *
   * @param scene of its source
   * @return empty if the scene has no model
   */
  Optional<Activation> at(ConsumerRecord<byte[], byte[]> record, String scene) {
    Optional<Activation> holds = models.activationAt(scene, record.partition(), record.offset());
    if (holds.isPresent()) {
      scenes.add(scene);
    }
    Beginning begins = beginning.get(new Place(record.partition(), scene));
    return begins != null && record.offset() >= begins.start().offset()
        ? Optional.of(begins.activation())
        : holds;
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
   * The published starts are committed.
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
          "activation committed: scene={} model={} activation={} partition={} offset={}",
          begun.activation().scene(),
          begun.activation().modelId(),
          begun.start().number(),
          begun.start().partition(),
          begun.start().offset());
      observer.accept(begun.activation(), begun.start());
    }
    beginning.clear();
  }

  /** Ids of the models of the next frame of each scene on each partition. */
  Set<String> modelsInUse() {
    Set<String> inUse = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      long next = firstUnscored(partition);
      for (String scene : scenes) {
        models
            .activationAt(scene, partition.partition(), next)
            .ifPresent(activation -> inUse.add(activation.modelId()));
      }
    }
    return inUse;
  }

  private long firstUnscored(TopicPartition partition) {
    return waiting.first(partition).orElseGet(() -> consumer.position(partition));
  }
}
