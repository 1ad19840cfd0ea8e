package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DeadLettersIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final int RAW = 4;

  @TempDir Path directory;
  private KafkaClients clients;

  @Test
  void shouldScoreFramesOnceThatAreReplayedAfterTheReasonIsGone() throws Exception {
    // Given a service that takes frames of 1,000 bytes only, and larger frames
    try (TestBroker kafka = TestBroker.start(TOPICS, 4)) {
      clients = kafka.clients();
      // Its record keeps this time when it is replayed, so the topic's retention must allow it.
      long fileTime = Instant.now().minusSeconds(60).toEpochMilli();
      try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
        for (int i = 0; i < RAW; i++) {
          producer.send(new ProducerRecord<>(TOPICS.frames().name(), key("raw"), raw(i)));
        }
        producer.send(
            new ProducerRecord<>(
                TOPICS.frames().name(), null, fileTime, key("file"), Frames.png(64, 64)));
        producer.send(new ProducerRecord<>(TOPICS.frames().name(), key("text"), Frames.text()));
      }
      Path data = directory.resolve("service");
      try (Service strict =
          Service.serve(data, List.of("-Dresidua.frames.max-bytes=1000"), clients)) {
        strict.awaitRecords(LIMIT, clients, TOPICS.deadLetters(), RAW + 2);
        strict.stop(LIMIT);
      }
      JsonNode listed = json("list", "--json");
      assertThat(listed.path("counts").path("too_large").asInt()).isEqualTo(RAW + 1);
      assertThat(listed.path("counts").path("unknown_format").asInt()).isEqualTo(1);
      JsonNode letter = json("list", "--json", "--sources", "file").path("letters").get(0);
      assertThat(letter.path("message").asText()).contains("residua.frames.max-bytes");
      assertThat(letter.path("origin").asText()).startsWith(TOPICS.frames().name());

      // When the limit is lifted and the letters are replayed, twice
      try (Service service = Service.serve(data, clients)) {
        String dry = done("replay", "--reason", "too_large", "--dry-run");
        String first = done("replay", "--reason", "too_large");
        assertThat(first).contains("5 dead letters sent again");
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), RAW + 1);
        done("replay", "--reason", "too_large");
        service.awaitRecords(LIMIT, clients, TOPICS.deadLetters(), 2 * RAW + 3);

        // Then
        assertThat(dry).contains("5 dead letters would be sent again");
        List<ScoredFrame> scores = TopicReader.values(clients, TOPICS.scores());
        assertThat(scores.stream().filter(s -> s.source().equals("raw")))
            .extracting(ScoredFrame::sequence)
            .containsExactly(0L, 1L, 2L, 3L);
        assertThat(scores.stream().filter(s -> s.source().equals("file")))
            .extracting(ScoredFrame::capturedAt)
            .containsExactly(Instant.ofEpochMilli(fileTime));
        assertThat(json("list", "--json").path("counts").path("duplicate").asInt())
            .isEqualTo(RAW + 1);
        assertThat(command("replay").err()).contains("select dead letters by --reason");
      }
    }
  }

  private Service.Result command(String... arguments) {
    List<String> all = new ArrayList<>(List.of("dead-letters", arguments[0]));
    all.addAll(List.of(arguments).subList(1, arguments.length));
    all.addAll(List.of("--bootstrap", clients.bootstrapServers()));
    return Service.run(directory, LIMIT, all);
  }

  private String done(String... arguments) {
    Service.Result result = command(arguments);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }

  private JsonNode json(String... arguments) throws Exception {
    return new ObjectMapper().readTree(done(arguments));
  }

  private static byte[] key(String source) {
    return source.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] raw(int sequence) {
    return FrameReader.write(
        new Frame(
            "raw",
            sequence,
            START.plusMillis(50L * sequence),
            64,
            64,
            PixelFormat.RGB8,
            new byte[64 * 64 * 3],
            Map.of()));
  }
}
