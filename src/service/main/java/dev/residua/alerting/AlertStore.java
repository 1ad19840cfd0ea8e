package dev.residua.alerting;

import dev.residua.alerting.PendingAlerts.Lost;
import dev.residua.incident.IncidentGroup;
import dev.residua.topic.StoredValues;
import dev.residua.wire.CloudEventHeaders;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the state of every receiver on a compacted topic with the partitions of the incidents,
 * publishes the states of groups, and writes the dead letters of undeliverable notifications.
 */
final class AlertStore {
  private static final Logger LOG = LoggerFactory.getLogger(AlertStore.class);

  private final Producer<byte[], byte[]> producer;
  private final Topics topics;
  private boolean open; // a transaction

  AlertStore(Producer<byte[], byte[]> producer, Topics topics) {
    this.producer = producer;
    this.topics = topics;
  }

  /** Takes the transactional id over, which ends a transaction of its earlier owner. */
  void start() {
    producer.initTransactions();
  }

  void deadLetter(String receiver, Lost lost) {
    AlertEntry entry = lost.notification().entry();
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
            lost.partition(),
            isSummary(entry) ? -1 : entry.revision(),
            entry.changedAt().toEpochMilli())
        .addTo(letter.headers(), "");
    send(letter);
  }

  /** Returns true if receivers are notified of several incidents at once. */
  private static boolean isSummary(AlertEntry entry) {
    return entry.only().isPresent() || entry.grouping() instanceof Grouping.Group;
  }

  void save(PendingAlerts alerts) {
    alerts
        .changes()
        .forEach(
            (id, change) -> {
              write(
                  change.partition(),
                  AlertStateJson.key(id),
                  change.entry().map(AlertStateJson::bytes).orElse(null));
              change.group().ifPresent(this::publish);
            });
  }

  private void publish(IncidentGroup group) {
    Topic<String, IncidentGroup> topic = topics.incidentGroups();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic.name(), bytes(group.groupId()), topic.write(group));
    CloudEventHeaders.add(
        record.headers(),
        "dev.residua.incident-group",
        group.groupId() + "-" + group.revision(),
        "groups",
        group.label() + " " + group.value(),
        group.updatedAt(),
        topic.contentType());
    send(record);
  }

  void write(int partition, String key, byte @Nullable [] value) {
    send(new ProducerRecord<>(topics.alerts().name(), partition, bytes(key), value));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    begin();
    producer.send(record); // the commit reports failures
  }

  private void begin() {
    if (!open) {
      producer.beginTransaction();
      open = true;
    }
  }

  boolean hasWrites() {
    return open;
  }

  /**
   * Makes all writes and the offsets visible together. A process that lost its partitions meanwhile
   * is refused, so that it cannot overwrite the records of their new owner.
   *
   * @param offsets next offset of every partition that is owned
   */
  void commit(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    begin();
    producer.sendOffsetsToTransaction(offsets, group);
    producer.commitTransaction();
    open = false;
  }

  /**
   * Restores a partition.
   *
   * @param stop ends the reading early
   * @return number of the last model change that each receiver was notified of; empty before the
   *     first
   */
  Map<String, Long> restore(
      Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> readers,
      int partition,
      PendingAlerts alerts,
      BooleanSupplier stop) {
    TopicPartition from = new TopicPartition(topics.alerts().name(), partition);
    Map<String, byte[]> stored =
        StoredValues.read(readers, List.of(from), stop).getOrDefault(partition, Map.of());
    Map<String, Long> changes = new HashMap<>();
    stored.forEach(
        (key, value) -> {
          try {
            if (key.equals(AlertStateJson.ACTIVATIONS)) {
              changes.putAll(AlertStateJson.activations(value));
            } else {
              alerts.restore(partition, AlertStateJson.entry(value));
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
