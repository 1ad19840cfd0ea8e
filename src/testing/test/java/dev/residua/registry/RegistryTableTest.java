package dev.residua.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.SceneName;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicLog;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RegistryTableTest {
  private static final Topics TOPICS = new Topics("t.");

  private final List<String> problems = new ArrayList<>();

  private TopicLog<RegistryTable> read(RegistryRecord... facts) {
    TopicPartition partition = RegistryTable.partition(TOPICS);
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    TopicLog<RegistryTable> log = log(consumer);
    for (int i = 0; i < facts.length; i++) {
      consumer.addRecord(
          new ConsumerRecord<>(
              partition.topic(),
              partition.partition(),
              i,
              ModelRecords.key(facts[i].key()),
              ModelRecords.value(facts[i])));
    }
    log.poll(Duration.ZERO);
    return log;
  }

  private TopicLog<RegistryTable> log(MockConsumer<byte[], byte[]> consumer) {
    TopicClients clients =
        new TopicClients(
            isolation -> consumer,
            () -> {
              throw new AssertionError("nothing is written");
            });
    return new TopicLog<>(clients, RegistryTable.of(TOPICS), problems::add);
  }

  private static Activation activation(long number) {
    return new Activation(
        number,
        SceneName.DEFAULT,
        "m",
        "d",
        Activation.Kind.PROMOTION,
        Instant.EPOCH,
        "ann",
        "new lens");
  }

  @Test
  void shouldIgnoreNumbersAfterWhichNoActivationCouldFollow() {
    // When
    TopicLog<RegistryTable> log =
        read(
            new Entry(
                "m",
                SceneName.DEFAULT,
                "d",
                null,
                Instant.EPOCH,
                "ann",
                10,
                "",
                1,
                null,
                null,
                Map.of(),
                List.of(),
                null),
            activation(RegistryTable.NUMBERS_AHEAD + 1),
            activation(Long.MAX_VALUE),
            activation(RegistryTable.NUMBERS_AHEAD + 4),
            new Start(RegistryTable.NUMBERS_AHEAD + 5, 0, 7));
    // Then
    assertThat(log.state().registry().activations())
        .containsExactly(activation(RegistryTable.NUMBERS_AHEAD + 1));
    assertThat(log.state().registry().nextNumber()).isEqualTo(RegistryTable.NUMBERS_AHEAD + 2);
    assertThat(problems)
        .containsExactly(
            "t.models-0 at offset 2: the key is 'activation/9223372036854775807'; there cannot have been that many activations",
            "t.models-0 at offset 3: the key is 'activation/1000004'; there cannot have been that many activations",
            "t.models-0 at offset 4: the key is 'start/1000005/0'; there cannot have been that many activations");
  }

  @Test
  void shouldForgetTheOldestPartsOfModelsThatNobodyPublishes() {
    // Given
    TopicPartition partition = RegistryTable.partition(TOPICS);
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    TopicLog<RegistryTable> log = log(consumer);
    Entry published =
        new Entry(
            "m",
            SceneName.DEFAULT,
            "d",
            null,
            Instant.EPOCH,
            "ann",
            10,
            "",
            1,
            null,
            null,
            Map.of(),
            List.of(),
            null);
    List<byte[]> keys = new ArrayList<>();
    keys.add(new ModelRecords.Part("m", 0).key());
    keys.add(ModelRecords.key(published.key()));
    keys.add(new ModelRecords.Part("x".repeat(201), 0).key());
    keys.add(new ModelRecords.Part("again", 0).key());
    for (int i = 0; i < RegistryTable.MAX_UNPUBLISHED; i++) {
      keys.add(new ModelRecords.Part("junk-" + i, 0).key());
    }
    keys.add(new ModelRecords.Part("again", 0).key());

    // When
    for (int i = 0; i < keys.size(); i++) {
      byte[] value = i == 1 ? ModelRecords.value(published) : new byte[] {1};
      consumer.addRecord(
          new ConsumerRecord<>(partition.topic(), partition.partition(), i, keys.get(i), value));
    }
    log.poll(Duration.ZERO);

    // Then
    assertThat(log.state().firstParts())
        .hasSize(RegistryTable.MAX_UNPUBLISHED + 1)
        .containsEntry("m", 0L)
        .containsEntry("again", keys.size() - 1L)
        .containsKey("junk-1")
        .doesNotContainKey("junk-0");
    assertThat(problems).isEmpty();
  }
}
