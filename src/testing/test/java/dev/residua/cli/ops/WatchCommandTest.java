package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.causal.ScoredFrame;
import dev.residua.incident.Incident;
import dev.residua.testing.Incidents;
import dev.residua.testing.Scored;
import dev.residua.testing.TopicFuzzer;
import dev.residua.wire.LatentNames;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class WatchCommandTest {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @Test
  void shouldShowThatARecordCannotBeRead() {
    // Given
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("residua.incidents", 1, 7, bytes("a"), bytes("no incident"));
    // When
    Object value = WatchCommand.value(TOPICS.incidents(), record);
    // Then
    assertThat(WatchCommand.line(record, value))
        .startsWith("residua.incidents-1@7  key a  cannot be read: ");
    assertThat(WatchCommand.jsonLine(TOPICS.incidents(), record, value))
        .contains("\"unreadable\":\"");
  }

  @Test
  void shouldShowEveryRecordOfEveryTopic() {
    // Given
    TopicFuzzer fuzzer = new TopicFuzzer(TOPICS, 15);
    List<Topic<?, ?>> topics = new ArrayList<>(TOPICS.findings());
    topics.addAll(List.of(TOPICS.scores(), TOPICS.drift(), TOPICS.control(), TOPICS.deadLetters()));
    for (Topic<?, ?> topic : topics) {
      for (int i = 0; i < 500; i++) {
        ProducerRecord<byte[], byte[]> made = fuzzer.next(topic);
        ConsumerRecord<byte[], byte[]> record =
            new ConsumerRecord<>(topic.name(), 0, i, made.key(), made.value());
        made.headers().forEach(record.headers()::add);
        // When
        Object value = WatchCommand.value(topic, record);
        // Then
        assertThat(WatchCommand.line(record, value)).isNotEmpty();
        assertThat(WatchCommand.jsonLine(topic, record, value)).startsWith("{");
      }
    }
  }

  @Test
  void shouldPrintRecordsWithTheFieldsOfTheirSchema() throws Exception {
    // Given
    Incident incident = Incidents.opened();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("residua.incidents", 0, 1, bytes("cam1"), new byte[0]);
    // When
    JsonNode line =
        new ObjectMapper().readTree(WatchCommand.jsonLine(TOPICS.incidents(), record, incident));
    // Then
    JsonNode value = line.path("value");
    assertThat(value.path("incidentId").asText()).isEqualTo(incident.id());
    assertThat(value.path("subject").asText()).isEqualTo(incident.subject().toString());
    assertThat(value.path("state").asText()).isEqualTo("OPENED");
    assertThat(value.path("openedAt").asText()).isEqualTo(incident.openedAt().toString());
    assertThat(value).isEqualTo(new ObjectMapper().readTree(TOPICS.incidents().json(incident)));
  }

  @Test
  void shouldNameTheLatentsOfAScore() {
    // Given
    ScoredFrame score = Scored.nominal().residuals(0.5f, 1, 0, -2).frame(0);
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("residua.scores", 0, 1, bytes("cam1"), new byte[0]);
    record.headers().add(LatentNames.HEADER, LatentNames.value(List.of("a", "b\"c", "d,e", "f")));
    // When, Then
    assertThat(WatchCommand.line(record, score)).contains("[a 0.50, b\"c 1.00, d,e 0.00, f -2.00]");
    assertThat(WatchCommand.jsonLine(TOPICS.scores(), record, score))
        .contains("\"latents\":[\"a\",\"b\\\"c\",\"d,e\",\"f\"]");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteNullForWhatIsNotKnown() {
    // Given a score without a variable of its model
    ScoredFrame partial =
        Scored.nominal().residuals(0.5f, Float.NaN, 0, Float.NaN).unknown(1, 3).frame(0);
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("residua.scores", 0, 1, bytes("cam1"), new byte[0]);
    // When
    String line = WatchCommand.jsonLine(TOPICS.scores(), record, partial);
    // Then
    assertThat(line).contains("\"residuals\":[0.5,null,0.0,null]").contains("[0.5,null,0.5,null]");
  }
}
