package dev.residua.app.kafka;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.topic.TableState;
import dev.residua.topic.TableTopic;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicTable;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** The rules of sources as their topic stores them: every revision has a record. */
public final class SourceRulesTable {
  /**
   * Distance by which a revision may be ahead of the offset of its record. Every revision takes an
   * offset, but a copy of the topic may have lost older ones to compaction.
   */
  public static final int REVISIONS_AHEAD = 1_000_000;

  private SourceRulesTable() {}

  static TableTopic<SourceRules> of(Topic<String, SourceRule> topic) {
    return new TableTopic<>(
        "the rules of sources", new TopicPartition(topic.name(), 0), () -> new State(topic));
  }

  /**
   * Starts to follow the rules on a thread of their own.
   *
   * @param heartbeat called before every step
   */
  public static TopicTable<SourceRules> follow(
      TopicClients clients, Topic<String, SourceRule> topic, Runnable heartbeat) {
    return new TopicTable<>("residua-sources", clients, of(topic), heartbeat);
  }

  /**
   * Reads the rules that are stored now.
   *
   * @throws IOException if the brokers do not answer in time
   */
  public static SourceRules read(TopicClients clients, Topic<String, SourceRule> topic)
      throws IOException {
    return TopicTable.read(clients, of(topic));
  }

  private static final class State implements TableState<SourceRules> {
    private final Topic<String, SourceRule> topic;
    private final Map<String, SourceRule> revisions = new LinkedHashMap<>();

    State(Topic<String, SourceRule> topic) {
      this.topic = topic;
    }

    @Override
    public boolean apply(ConsumerRecord<byte[], byte[]> record) {
      String key = topic.key().deserializer().deserialize(topic.name(), record.key());
      if (key == null) {
        throw new SerializationException("the record has no key, expected id/revision");
      }
      if (record.value() == null) {
        return revisions.remove(key) != null;
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
      return true;
    }

    @Override
    public SourceRules snapshot() {
      return new SourceRules(revisions.values());
    }
  }
}
