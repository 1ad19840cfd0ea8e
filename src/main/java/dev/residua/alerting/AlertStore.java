package dev.residua.alerting;

import dev.residua.alerting.AlertBook.Lost;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the state of every receiver on a compacted topic with the partitions of the incidents, and
 * writes the dead letters of undeliverable notices.
 */
final class AlertStore {
  private static final Logger LOG = LoggerFactory.getLogger(AlertStore.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Producer<byte[], byte[]> producer;
  private final Topics topics;
  private final AlertStateJson state;
  private final List<Future<?>> writing = new ArrayList<>();

  AlertStore(Producer<byte[], byte[]> producer, Topics topics) {
    this.producer = producer;
    this.topics = topics;
    this.state = new AlertStateJson(topics.incidents()::write, topics.incidents()::read);
  }

  /** Writes an undeliverable notice to the dead letters. */
  void deadLetter(String receiver, int partition, Lost lost) {
    AlertEntry entry = lost.notice().entry();
    String reason = lost.refused() ? DeadLetter.ALERT_REFUSED : DeadLetter.ALERT_UNDELIVERED;
    String message =
        "receiver %s was not notified that incident %s is %s: %s"
            .formatted(
                receiver,
                entry.incident().id(),
                entry.incident().state().name().toLowerCase(java.util.Locale.ROOT),
                lost.why());
    LOG.error("alert became a dead letter: reason={}", message);
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            topics.deadLetters().name(),
            bytes(entry.incident().source()),
            topics.incidents().write(entry.incident()));
    new DeadLetter(
            reason,
            message,
            (lost.refused() ? DeliveryResult.Refused.class : DeliveryResult.Unavailable.class)
                .getName(),
            topics.incidents().name(),
            partition,
            entry.only().isPresent() ? -1 : entry.revision(),
            entry.changedAt().toEpochMilli())
        .addTo(letter.headers(), "");
    writing.add(producer.send(letter));
  }

  /** Writes all changes and waits until they are replicated. */
  void save(Map<Integer, AlertBook> books) {
    for (Map.Entry<Integer, AlertBook> each : books.entrySet()) {
      for (Map.Entry<String, Optional<AlertEntry>> change : each.getValue().changes().entrySet()) {
        write(
            each.getKey(),
            AlertStateJson.key(change.getKey()),
            change.getValue().map(state::bytes).orElse(null));
      }
    }
    awaitWrites();
  }

  void write(int partition, String key, byte @Nullable [] value) {
    writing.add(
        producer.send(new ProducerRecord<>(topics.alerts().name(), partition, bytes(key), value)));
  }

  void awaitWrites() {
    if (writing.isEmpty()) {
      return;
    }
    producer.flush();
    for (Future<?> each : writing) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof KafkaException cause
            ? cause
            : new KafkaException("the state of alerting was not stored", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new KafkaException("interrupted", e);
      }
    }
    writing.clear();
  }

  /**
   * Restores a partition's book.
   *
   * @param stop ends the reading early
   * @return number of the last model change that each receiver was notified of; empty before the
   *     first
   */
  Map<String, Long> restore(
      Consumer<byte[], byte[]> reader, int partition, AlertBook book, BooleanSupplier stop) {
    TopicPartition from = new TopicPartition(topics.alerts().name(), partition);
    Map<String, byte[]> stored = new LinkedHashMap<>();
    reader.assign(List.of(from));
    reader.seekToBeginning(List.of(from));
    long end = reader.endOffsets(List.of(from)).getOrDefault(from, 0L);
    while (reader.position(from) < end && !stop.getAsBoolean()) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
          stored.remove(key);
        } else {
          stored.put(key, record.value());
        }
      }
    }
    Map<String, Long> changes = new HashMap<>();
    stored.forEach(
        (key, value) -> {
          try {
            if (key.equals(AlertStateJson.ACTIVATIONS)) {
              changes.putAll(AlertStateJson.activations(value));
            } else {
              book.restore(state.entry(value));
            }
          } catch (IllegalArgumentException e) {
            LOG.error(
                "stored alerting state is unreadable and dropped: key={} partition={} reason={}",
                key,
                partition,
                e.getMessage());
          }
        });
    return changes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
