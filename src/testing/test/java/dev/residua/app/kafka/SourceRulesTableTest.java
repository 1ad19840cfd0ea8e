package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicLog;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Records of the topic of rules that somebody else may have written. */
class SourceRulesTableTest {
  private static final Topic<String, SourceRule> TOPIC =
      new Topics(Topics.DEFAULT_PREFIX).sources();
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC.name(), 0);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final List<String> ignored = new ArrayList<>();

  private void add(long offset, SourceRule rule) {
    consumer.addRecord(
        new ConsumerRecord<>(
            TOPIC.name(),
            0,
            offset,
            rule.key().getBytes(StandardCharsets.UTF_8),
            TOPIC.write(rule)));
  }

  @Test
  void shouldIgnoreRevisionsThatThereCannotHaveBeen() {
    // Given
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    TopicClients clients =
        new TopicClients(
            isolation -> consumer,
            () -> {
              throw new AssertionError("nothing is written");
            });
    TopicLog<SourceRules> log = new TopicLog<>(clients, SourceRulesTable.of(TOPIC), ignored::add);
    SourceRule rule = SourceRule.of("pumps", "pumps/*").with(r -> r.by("ann"));
    add(0, rule.withRevision(1));
    add(1, rule.withRevision(Long.MAX_VALUE));
    add(2, rule.withRevision(SourceRulesTable.REVISIONS_AHEAD + 3L));
    add(3, rule.withRevision(SourceRulesTable.REVISIONS_AHEAD + 3L));
    // When
    log.poll(Duration.ZERO);
    // Then
    assertThat(log.state().latest("pumps"))
        .map(SourceRule::revision)
        .hasValue(SourceRulesTable.REVISIONS_AHEAD + 3L);
    assertThat(ignored)
        .hasSize(2)
        .allMatch(line -> line.contains("there cannot have been that many"));
  }
}
