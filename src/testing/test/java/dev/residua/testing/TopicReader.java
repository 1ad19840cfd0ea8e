package dev.residua.testing;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads a topic from its first record, committed records only. For one thread. */
public final class TopicReader<K, V> implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TO_THE_END = Waits.limit(Duration.ofSeconds(60));

  private final KafkaConsumer<K, V> consumer;
  private final List<TopicPartition> partitions;

  /**
   * @param consumer of committed records, outside any group; owned by the reader
   */
  public TopicReader(KafkaConsumer<K, V> consumer, String topic) {
    this.consumer = consumer;
    this.partitions =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Records since the last call. */
  public List<ConsumerRecord<K, V>> poll() {
    List<ConsumerRecord<K, V>> records = new ArrayList<>();
    consumer.poll(POLL).forEach(records::add);
    return records;
  }

  /** Hands on everything up to the end that the topic has now. */
  public void readToEnd(Consumer<ConsumerRecord<K, V>> each) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long deadline = System.nanoTime() + TO_THE_END.toNanos();
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "the ends %s of the topic were not reached within %s".formatted(ends, TO_THE_END));
      }
      poll().forEach(each);
    }
  }

  /** All values that the topic has now, in the order in which they are read. */
  public static <K, V> List<V> values(KafkaClients clients, Topic<K, V> topic) {
    List<V> values = new ArrayList<>();
    try (TopicReader<K, V> reader = new TopicReader<>(clients.follower(topic), topic.name())) {
      reader.readToEnd(record -> values.add(record.value()));
    }
    return values;
  }

  /** All dead letters that the topic has now, by source. */
  public static Map<String, List<DeadLetter>> deadLetters(KafkaClients clients, Topics topics) {
    Map<String, List<DeadLetter>> letters = new TreeMap<>();
    try (TopicReader<byte[], byte[]> reader =
        new TopicReader<>(clients.follower(topics.deadLetters()), topics.deadLetters().name())) {
      reader.readToEnd(
          letter ->
              letters
                  .computeIfAbsent(
                      new String(letter.key(), StandardCharsets.UTF_8), k -> new ArrayList<>())
                  .add(DeadLetter.of(letter)));
    }
    return letters;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
