package dev.residua.app.model;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Discarding;
import dev.residua.registry.ModelAdmin.Removal;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Removes models that no stored frame needs. The state of monitors needs no clean-up: it is one
 * record per source, in which the next model's state replaces the previous one.
 */
public final class ModelCleanUp {
  private ModelCleanUp() {}

  /**
   * Cleans up once.
   *
   * @param outside deletes bundles outside Kafka, such as {@link BundleStores#discard}
   * @param keep newest models that stay although nothing needs them, at least 0
   * @throws IOException with the remedy, if Kafka does not accept it
   */
  public static Removal run(
      KafkaClients clients, Topics topics, ModelAdmin admin, Discarding outside, int keep)
      throws IOException {
    if (keep < 0) {
      throw new IllegalArgumentException(
          "the number of models to keep must be at least 0 but was " + keep);
    }
    return admin.cleanUp(firstStored(clients, topics), keep, outside);
  }

  /** Offset of the first stored frame of each partition, or of the next one if it has none. */
  private static Map<Integer, Long> firstStored(KafkaClients clients, Topics topics)
      throws IOException {
    String frames = topics.frames().name();
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      Map<Integer, Long> first = new TreeMap<>();
      consumer
          .beginningOffsets(TopicSpans.partitions(consumer, frames))
          .forEach((partition, offset) -> first.put(partition.partition(), offset));
      return first;
    } catch (KafkaException e) {
      throw new IOException(
          "the first stored frames of %s cannot be found: %s"
              .formatted(frames, RootCause.message(e)),
          e);
    }
  }

  /** One sentence for each removed or remaining thing; none if there was nothing to do. */
  public static List<String> sentences(Removal removal) {
    List<String> sentences = new ArrayList<>();
    removal
        .models()
        .forEach(
            model ->
                sentences.add(
                    "removed model %s, published %s by %s, %.1f MB"
                        .formatted(
                            model.id(),
                            model.publishedAt(),
                            model.publishedBy(),
                            model.bytes() / 1e6)));
    if (!removal.activations().isEmpty()) {
      sentences.add(
          "removed %d activation%s that %s to no stored frame: %s"
              .formatted(
                  removal.activations().size(),
                  removal.activations().size() == 1 ? "" : "s",
                  removal.activations().size() == 1 ? "applies" : "apply",
                  removal.activations()));
    }
    sentences.addAll(removal.left());
    return sentences;
  }
}
