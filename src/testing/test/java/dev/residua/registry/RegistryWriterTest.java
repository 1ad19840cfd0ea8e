package dev.residua.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.SceneName;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.topic.TopicClients;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class RegistryWriterTest {
  private static final Topics TOPICS = new Topics("t.");
  private static final TopicPartition PARTITION =
      new TopicPartition(TOPICS.models().name(), Topics.REGISTRY_PARTITION);

  /** With a time that is finer than a record can store. */
  private static final ModelAdmin.Author AUTHOR =
      new ModelAdmin.Author("ann", "new lens", Instant.parse("2026-05-01T10:00:00.123456789Z"));

  private final List<Activation> committed = new ArrayList<>();
  private final List<String> decisions = new ArrayList<>();
  private int commits;

  private static Activation activation(long number) {
    return new Activation(
        number,
        SceneName.DEFAULT,
        "m" + number,
        "d",
        Activation.Kind.PROMOTION,
        AUTHOR.at(),
        AUTHOR.by(),
        AUTHOR.reason());
  }

  private Consumer<byte[], byte[]> consumer() {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, 2L * committed.size()));
    consumer.schedulePollTask(
        () -> {
          for (int i = 0; i < committed.size(); i++) {
            Activation fact = committed.get(i);
            addRecord(consumer, 2L * i, entry(fact.modelId()));
            addRecord(consumer, 2L * i + 1, fact);
          }
        });
    return consumer;
  }

  private static void addRecord(
      MockConsumer<byte[], byte[]> consumer, long offset, RegistryRecord fact) {
    consumer.addRecord(
        new ConsumerRecord<>(
            PARTITION.topic(),
            PARTITION.partition(),
            offset,
            ModelRecords.key(fact.key()),
            ModelRecords.value(fact)));
  }

  private static Entry entry(String model) {
    return new Entry(
        model,
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
  }

  /**
   * @param stored whether a commit without an answer took place
   */
  private Producer<byte[], byte[]> producer(int failures, String message, boolean stored) {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
      @Override
      public void commitTransaction() {
        commits++;
        if (commits > failures || stored) {
          committed.add(activation(committed.size()));
        }
        if (commits <= failures) {
          throw new KafkaException(message);
        }
        super.commitTransaction();
      }
    };
  }

  private ModelRegistry change(int failures, String message, boolean stored) throws IOException {
    try (RegistryWriter writer =
        new RegistryWriter(
            new TopicClients(isolation -> consumer(), () -> producer(failures, message, stored)),
            TOPICS)) {
      return writer.change(
          registry -> {
            decisions.add(registry.activations().toString());
            Activation next = activation(registry.nextNumber());
            return List.of(entry(next.modelId()), next);
          },
          Map.of());
    }
  }

  @Test
  void shouldTryAgainWhereTheBrokersDoNotSayHowATransactionEnded() throws IOException {
    // When
    ModelRegistry after =
        change(
            2,
            "Unhandled error in EndTxnResponse: The server experienced an unexpected error when processing the request.",
            false);

    // Then
    assertThat(after.activations()).containsExactly(activation(0));
    assertThat(decisions).hasSize(3);
  }

  @Test
  void shouldNotDecideTwiceWhereTheBrokersCommittedWithoutSayingSo() throws IOException {
    // When
    ModelRegistry after = change(1, "Unhandled error in EndTxnResponse: unknown", true);

    // Then
    assertThat(after.activations()).containsExactly(activation(0));
    assertThat(decisions).hasSize(1);
  }

  @Test
  void shouldGiveUpWhereTheBrokersNeverSayHowATransactionEnded() {
    // Given
    long start = System.nanoTime();

    // When, Then
    assertThatThrownBy(() -> change(100, "Unhandled error in EndTxnResponse: unknown", false))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("8 attempts to change the registry of models")
        .hasMessageContaining("not confirmed by the brokers (Unhandled error")
        .hasMessageEndingWith("; try again");
    assertThat(commits).isEqualTo(8);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("writers at the same time get their turn in the pauses, at least 280 ms together")
        .isGreaterThan(Duration.ofMillis(270));
  }

  @Test
  void shouldNotTryAgainAfterAnotherFailure() {
    // When, Then
    assertThatThrownBy(() -> change(1, "disk full", false))
        .isInstanceOf(IOException.class)
        .hasMessage("the registry of models (t.models) cannot be changed: disk full");
    assertThat(commits).isEqualTo(1);
  }
}
