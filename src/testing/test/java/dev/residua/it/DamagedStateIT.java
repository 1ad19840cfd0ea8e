package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk damages the monitor's state while it is stopped: it restores the state and continues. */
@Tag("slow")
class DamagedStateIT {
  private static final int PARTITIONS = 4;
  private static final int SOURCES = 12;

  /** Frames per source and round. */
  private static final int FRAMES = 100;

  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldRestoreDamagedStateFromTheChangelogAndLoseNothing() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, PARTITIONS)) {
      // Given
      KafkaClients clients = kafka.clients();
      try (Service scoring = Service.role(directory, List.of(), clients, "score", "a")) {
        run(clients, 0, "");

        // When the file that names the newest state of one store is damaged
        damage("CURRENT", 1);
        run(clients, 1, "damaged state moved aside; restoring it from the changelog");

        // When the data of all stores is damaged
        damage(".sst", Integer.MAX_VALUE);
        run(clients, 2, "damaged state moved aside; restoring it from the changelog");
        assertThat(scoring.isAlive()).isTrue();
      }

      // Then
      UndisturbedMonitor.assertSameDriftScores(
          TOPICS,
          UndisturbedMonitor.values(clients, TOPICS.scores().name()),
          UndisturbedMonitor.values(clients, TOPICS.drift().name()));
    }
  }

  /** Monitors one round of frames, and stops as it should. */
  private void run(KafkaClients clients, int round, String reported) throws Exception {
    try (Service monitor = Service.role(directory, List.of(), clients, "monitor", "a")) {
      publish(clients, round);
      monitor.awaitRecords(LIMIT, clients, TOPICS.drift(), (round + 1) * SOURCES * FRAMES);
      assertThat(monitor.err()).contains(reported).doesNotContain(" ERROR ");
      assertThat(monitor.stop(Duration.ofSeconds(60))).isIn(0, 143);
    }
  }

  private static void publish(KafkaClients clients, int round) throws IOException {
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), SHAPE);
    byte[] picture = new byte[SHAPE.size()];
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = round * FRAMES; i < (round + 1) * FRAMES; i++) {
        stream.next(picture, 0);
        for (int source = 0; source < SOURCES; source++) {
          Frame frame =
              new Frame(
                  "cam" + source,
                  i,
                  Instant.parse("2026-03-01T12:00:00Z").plusMillis(50L * i),
                  SHAPE.width(),
                  SHAPE.height(),
                  PixelFormat.RGB8,
                  picture.clone(),
                  Map.of());
          producer.send(
              new ProducerRecord<>(
                  TOPICS.frames().name(),
                  frame.source().getBytes(StandardCharsets.UTF_8),
                  FrameReader.write(frame)));
        }
      }
    }
  }

  /** Flips the bits of the first files with this end of their name. */
  private void damage(String name, int most) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files =
          all.filter(file -> file.toString().contains("streams-"))
              .filter(file -> !file.toString().contains("damaged"))
              .filter(file -> file.toString().contains("rocksdb"))
              .filter(file -> file.getFileName().toString().endsWith(name))
              .sorted()
              .limit(most)
              .toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] ^= (byte) 0xFF;
      }
      Files.write(file, bytes);
    }
  }
}
