package dev.residua.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.ScoredFrame;
import dev.residua.dataset.Scenario;
import dev.residua.dataset.ScenarioStream;
import dev.residua.drift.DriftScore;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class ExactlyOnceIT {
  private static final int FRAMES = 20_000;
  private static final int SOURCES = 8;
  private static final int PICTURES = 256;
  private static final int PARTITIONS = 4;
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldScoreEveryFrameOnceAndInOrderWhenTheServiceIsKilledTwice() throws Exception {
    // Given
    try (TestBroker kafka = TestBroker.start(TOPICS, PARTITIONS)) {
      KafkaClients clients = kafka.clients();
      publish(clients);

      // When
      killWhenScored(clients, FRAMES / 3);
      killWhenScored(clients, 2 * FRAMES / 3);
      try (Service service = serve(clients)) {
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), FRAMES);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), FRAMES);
        assertThat(service.stop(Duration.ofSeconds(30))).as("exit code after SIGTERM").isIn(0, 143);
      }

      // Then
      Map<String, List<Long>> expected = new TreeMap<>();
      for (int i = 0; i < SOURCES; i++) {
        expected.put(source(i), LongStream.range(0, FRAMES / SOURCES).boxed().toList());
      }
      assertThat(sequences(clients, TOPICS.scores(), ScoredFrame::sequence))
          .as("sequences of the scores")
          .isEqualTo(expected);
      assertThat(sequences(clients, TOPICS.drift(), DriftScore::sequence))
          .as("sequences of the drift scores")
          .isEqualTo(expected);
      assertThat(TopicReader.values(clients, TOPICS.deadLetters())).as("dead letters").isEmpty();
    }
  }

  private void killWhenScored(KafkaClients clients, int count) throws IOException {
    try (Service service = serve(clients)) {
      int seen = service.awaitRecords(LIMIT, clients, TOPICS.scores(), count);
      service.kill();
      assertThat(seen).as("scores out when the service is killed").isLessThan(FRAMES);
    }
  }

  /** The state stores survive the kill. */
  private Service serve(KafkaClients clients) throws IOException {
    return Service.serve(directory.resolve("service"), clients);
  }

  /** Sequences by source, in the order in which they stand on the topic. */
  private static <V> Map<String, List<Long>> sequences(
      KafkaClients clients, Topic<String, V> topic, ToLongFunction<V> sequence) {
    Map<String, List<Long>> bySource = new TreeMap<>();
    try (TopicReader<String, V> reader = new TopicReader<>(clients.follower(topic), topic.name())) {
      reader.readToEnd(
          record ->
              bySource
                  .computeIfAbsent(record.key(), k -> new ArrayList<>())
                  .add(sequence.applyAsLong(record.value())));
    }
    return bySource;
  }

  private static void publish(KafkaClients clients) throws IOException {
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), SHAPE);
    byte[][] pictures = new byte[PICTURES][SHAPE.size()];
    for (byte[] picture : pictures) {
      stream.next(picture, 0);
    }
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < FRAMES; i++) {
        Frame frame =
            new Frame(
                source(i % SOURCES),
                i / SOURCES,
                Instant.ofEpochMilli(i),
                SHAPE.width(),
                SHAPE.height(),
                PixelFormat.RGB8,
                pictures[i / SOURCES % PICTURES],
                Map.of());
        producer.send(
            new ProducerRecord<>(
                TOPICS.frames().name(),
                frame.source().getBytes(StandardCharsets.UTF_8),
                FrameReader.write(frame)),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
      }
    }
    assertThat(failure.get()).as("failure to publish").isNull();
  }

  private static String source(int number) {
    return "camera-" + number;
  }
}
