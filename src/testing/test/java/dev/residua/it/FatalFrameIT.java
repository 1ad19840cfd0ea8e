package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.EndingScorer;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One frame ends every process that scores it: it must not do so for ever. */
class FatalFrameIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final int FRAMES = 300;
  private static final int FATAL = 140;

  @TempDir Path folder;

  private Process start(KafkaClients clients) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            EndingScorer.class.getName(),
            clients.bootstrapServers(),
            folder.resolve("data").toString())
        .redirectErrorStream(true)
        .redirectOutput(new File(folder.toFile(), "log-" + System.nanoTime()))
        .start();
  }

  private static void publish(KafkaClients clients) {
    try (Producer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < FRAMES; i++) {
        byte[] pixels = new byte[EndingScorer.SHAPE.size()];
        Arrays.fill(pixels, (byte) (i == FATAL ? EndingScorer.FATAL : i % 90));
        Frame frame = new Frame("cam1", i, Instant.now(), 8, 8, PixelFormat.RGB8, pixels, Map.of());
        producer.send(
            new ProducerRecord<>(
                TOPICS.frames().name(),
                "cam1".getBytes(StandardCharsets.UTF_8),
                FrameReader.write(frame)));
      }
    }
  }

  @Test
  void shouldRefuseAtTheThirdStartTheFrameAtWhichTwoProcessesEnded() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 1)) {
      // Given
      KafkaClients clients = kafka.clients();
      publish(clients);

      // When
      for (int i = 0; i < 2; i++) {
        Process process = start(clients);
        try {
          assertThat(process.waitFor(Waits.seconds(60), TimeUnit.SECONDS))
              .as("process ends")
              .isTrue();
          assertThat(process.exitValue()).isEqualTo(EndingScorer.EXIT_CODE);
        } finally {
          process.destroyForcibly();
        }
      }
      List<ScoredFrame> scores = new ArrayList<>();
      List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
      Process third = start(clients);
      try (TopicReader<String, ScoredFrame> reader =
              new TopicReader<>(clients.follower(TOPICS.scores()), TOPICS.scores().name());
          TopicReader<byte[], byte[]> dead =
              new TopicReader<>(
                  clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name())) {
        while (scores.size() + letters.size() < FRAMES) {
          assertThat(third.isAlive()).as("the third process works").isTrue();
          reader.poll().forEach(record -> scores.add(record.value()));
          letters.addAll(dead.poll());
        }
      } finally {
        third.destroyForcibly();
      }

      // Then
      assertThat(scores)
          .extracting(ScoredFrame::sequence)
          .containsExactlyElementsOf(
              LongStream.range(0, FRAMES).filter(i -> i != FATAL).boxed().toList());
      assertThat(letters)
          .extracting(letter -> DeadLetter.of(letter).reason())
          .containsExactly("POISON");
      assertThat(DeadLetter.of(letters.get(0)).offset()).isEqualTo(FATAL);
    }
  }
}
