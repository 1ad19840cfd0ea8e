package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class TopicFuzzerTest {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @Test
  void shouldForgetNoTopic() {
    assertThat(new TopicFuzzer(TOPICS, 1).topics())
        .isEqualTo(TOPICS.all().stream().map(Topic::name).collect(Collectors.toSet()));
  }

  @Test
  void shouldMakeRecordsThatReadersAcceptAndOnesThatTheyRefuse() {
    TopicFuzzer fuzzer = new TopicFuzzer(TOPICS, 2);
    for (Topic<?, ?> topic : TOPICS.findings()) {
      int read = 0;
      int refused = 0;
      for (int i = 0; i < 1_000; i++) {
        byte[] value = fuzzer.next(topic).value();
        try {
          read += value != null && topic.read(value) != null ? 1 : 0;
        } catch (RuntimeException e) {
          refused++;
        }
      }
      // the fixed seed gives these counts; far more than by chance
      assertThat(read).as("read of " + topic.name()).isGreaterThan(50);
      assertThat(refused).as("refused of " + topic.name()).isGreaterThan(200);
    }
  }

  @Test
  void shouldMakeTheSameRecordsOfTheSameSeed() {
    TopicFuzzer one = new TopicFuzzer(TOPICS, 3);
    TopicFuzzer other = new TopicFuzzer(TOPICS, 3);
    for (int i = 0; i < 200; i++) {
      for (Topic<?, ?> topic : TOPICS.all()) {
        ProducerRecord<byte[], byte[]> a = one.next(topic);
        ProducerRecord<byte[], byte[]> b = other.next(topic);
        assertThat(Arrays.equals(a.key(), b.key()) && Arrays.equals(a.value(), b.value())).isTrue();
      }
    }
  }
}
