package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopicTest {
  private final Topic<String, Integer> topic =
      new Topic<>("numbers", Serdes.String(), Serdes.Integer(), Map.of());
  private final Map<String, Integer> last = new TreeMap<>();

  private void read(@Nullable String key, byte @Nullable [] value) {
    byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    topic.keepLast(new ConsumerRecord<>("numbers", 0, 0, bytes, value), last);
  }

  @Test
  void shouldKeepTheLastValueOfEachKeyAndIgnoreWhatIsNoRecordOfIt() {
    // When
    read("a", topic.write(1));
    read("b", topic.write(2));
    read("c", topic.write(3));
    read("a", topic.write(4));
    read("b", null);
    read("c", new byte[] {7}); // no number
    read(null, topic.write(5));
    read(null, null);
    // Then
    assertThat(last).containsExactly(Map.entry("a", 4), Map.entry("c", 3));
  }
}
