package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product as built for arm64, with a Java for arm64, both run by qemu-user. */
@Tag("slow")
class Arm64IT {
  private static final Path MADE = Path.of("target", "arm64").toAbsolutePath();
  private static final Path LAUNCHER = MADE.resolve("product/residua");
  private static final Path MODEL =
      Path.of("src/app/main/resources/models/pendulum.residua").toAbsolutePath();
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final int FRAMES = 10;

  /** An emulated processor is ten to thirty times slower. */
  private static final Duration LIMIT = Duration.ofMinutes(6);

  /** Difference of numbers that other instructions add up in another order. */
  private static final double SAME = 1e-3;

  @TempDir Path directory;

  @BeforeAll
  static void needTheBuild() {
    boolean there = Files.isExecutable(LAUNCHER);
    if (!there) {
      System.out.println("skipped: Arm64IT, as .ci/arm64 has not made target/arm64");
    }
    assumeTrue(there, ".ci/arm64 has not made target/arm64");
  }

  @Test
  void shouldScoreFramesAsOnX86() throws IOException {
    // Given
    Service.run(
        directory,
        Duration.ofSeconds(60),
        List.of("dataset", "generate", "pendulum", "--count", "" + FRAMES, "--out", "set"));
    List<String> score =
        List.of("score", "--data", "set", "--model", MODEL.toString(), "--out", "scores.csv");

    // When
    Service.run(directory, Duration.ofSeconds(60), score);
    List<String> here = Files.readAllLines(directory.resolve("scores.csv"));
    Files.delete(directory.resolve("scores.csv"));
    try (Service arm = arm(score, 0)) {
      assertThat(arm.awaitEnd(LIMIT)).as(arm.err()).isZero();
    }
    List<String> there = Files.readAllLines(directory.resolve("scores.csv"));

    // Then
    assertThat(here).hasSize(1 + FRAMES);
    assertThat(there).hasSameSizeAs(here).startsWith(here.get(0));
    for (int row = 1; row < here.size(); row++) {
      String[] expected = here.get(row).split(",", -1);
      String[] actual = there.get(row).split(",", -1);
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        if (!actual[i].equals(expected[i])) {
          assertThat(Double.parseDouble(actual[i]))
              .isCloseTo(Double.parseDouble(expected[i]), within(SAME));
        }
      }
    }
  }

  @Test
  void shouldServeFramesThatAreJpegFiles() throws Exception {
    try (TestBroker broker = TestBroker.start(TOPICS, 1)) {
      KafkaClients clients = broker.clients();
      int port = Service.freePort();
      List<String> serve =
          List.of(
              "serve",
              "--demo-model",
              "--bootstrap",
              clients.bootstrapServers(),
              "--http-port",
              Integer.toString(port));
      try (Service arm = arm(serve, port)) {
        // Given
        arm.await(LIMIT, "the service is ready", () -> arm.statusCode("/q/health/ready") == 200);

        // When
        byte[] source = "camera".getBytes(StandardCharsets.UTF_8);
        try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
          for (int i = 0; i < FRAMES; i++) {
            byte[] picture = Frames.jpeg(64 + i, 64);
            producer.send(new ProducerRecord<>(TOPICS.frames().name(), source, picture));
          }
        }

        // Then
        arm.awaitRecords(LIMIT, clients, TOPICS.scores(), FRAMES);
        assertThat(TopicReader.values(clients, TOPICS.scores()))
            .extracting(ScoredFrame::source)
            .hasSize(FRAMES)
            .containsOnly("camera");
        assertThat(TopicReader.values(clients, TOPICS.deadLetters())).isEmpty();
      }
    }
  }

  private Service arm(List<String> arguments, int httpPort) {
    return Service.launched(
        LAUNCHER,
        Map.of(
            "JAVA_HOME",
            MADE.resolve("java").toString(),
            "RESIDUA_JAVA_OPTIONS",
            "-Dresidua.sources.commissioning=false"),
        directory,
        arguments,
        httpPort);
  }
}
