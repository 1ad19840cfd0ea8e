package dev.residua.app.kafka;

import dev.residua.model.SafeText;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** Reads the rules of sources from the beginning of their topic. For one thread. */
public final class SourceRulesLog {
  /**
   * Distance by which a revision may be ahead of the offset of its record. Every revision takes an
   * offset, but a copy of the topic may have lost older ones to compaction.
   */
  public static final int REVISIONS_AHEAD = 1_000_000;

  private final Topic<String, SourceRule> topic;
  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final java.util.function.Consumer<String> ignored;
  private final Map<String, SourceRule> revisions = new LinkedHashMap<>();
  private SourceRules rules = SourceRules.EMPTY;

  /**
   * @param consumer without partitions; its owner closes it
   * @param ignored receives the reason why a record is ignored
   */
  SourceRulesLog(
      Topic<String, SourceRule> topic,
      Consumer<byte[], byte[]> consumer,
      java.util.function.Consumer<String> ignored) {
    this.topic = topic;
    this.consumer = consumer;
    this.ignored = ignored;
    this.partition = new TopicPartition(topic.name(), 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  /** Reads on; returns whether the rules may have changed. */
  boolean poll(Duration timeout) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        read(record);
      } catch (RuntimeException e) { // of this record; the next ones follow
        ignored.accept(
            "%s at offset %d: %s"
                .formatted(partition, record.offset(), SafeText.of(RootCause.message(e))));
      }
    }
    if (!records.isEmpty()) {
      rules = new SourceRules(revisions.values());
    }
    return !records.isEmpty();
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    String key = topic.key().deserializer().deserialize(topic.name(), record.key());
    if (key == null) {
      throw new SerializationException("the record has no key, expected id/revision");
    }
    if (record.value() == null) {
      revisions.remove(key);
      return;
    }
    SourceRule rule = topic.read(record.value());
    if (!rule.key().equals(key)) {
      throw new SerializationException(
          "the key is '%s', but the rule is %s".formatted(key, rule.key()));
    }
    if (rule.revision() > record.offset() + REVISIONS_AHEAD) {
      throw new SerializationException(
          "the revision is %d; there cannot have been that many".formatted(rule.revision()));
    }
    if (revisions.size() >= SourceRules.MAX_REVISIONS && !revisions.containsKey(key)) {
      throw new SerializationException(
          "%d revisions are stored already; remove rules that are not needed"
              .formatted(SourceRules.MAX_REVISIONS));
    }
    revisions.put(key, rule);
  }

  /** The rules as read so far. */
  SourceRules rules() {
    return rules;
  }

  /** Offset of the next record to read. */
  long position() {
    return consumer.position(partition);
  }

  /** Offset after the last record that can be read. */
  long end() {
    return end(consumer, topic);
  }

  /** The same, as another consumer sees it. */
  static long end(Consumer<?, ?> any, Topic<?, ?> topic) {
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    return any.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
  }
}
