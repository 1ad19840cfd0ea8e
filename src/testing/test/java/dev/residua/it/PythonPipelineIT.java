package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.app.model.Models;
import dev.residua.app.process.StartFailedException;
import dev.residua.bench.PythonPipeline;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.TestBroker;
import dev.residua.testing.Waits;
import dev.residua.testing.Walkthrough;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python program that the product is compared with does the same work. */
@Tag("alone")
class PythonPipelineIT {
  private static final int FRAMES = 150;

  @TempDir Path folder;

  @Test
  void shouldPassItsOwnTests() throws Exception {
    // Given
    Path out = folder.resolve("out");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "python3", "-B", "-m", "unittest", "discover", "-s", "src/bench/python")
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: python3 is not installed");
      return;
    }
    // When
    assertThat(process.waitFor(Waits.seconds(60), TimeUnit.SECONDS)).isTrue();
    // Then
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    assertThat(Files.readString(out)).containsPattern("Ran [1-9][0-9]* tests");
  }

  @Test
  void shouldScoreFramesAsThisProductDoes() throws Exception {
    // Given
    PythonPipeline python = pythonOrSkip();
    ModelBundle bundle = Models.read(Optional.empty());
    Path model = folder.resolve("model.residua");
    bundle.write(model);
    ImageShape shape = bundle.manifest().image();
    byte[] pixels = new byte[FRAMES * shape.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    Topics topics = new Topics("versus.");
    try (TestBroker broker = TestBroker.start(topics, 2)) {
      try (Producer<byte[], byte[]> producer = broker.clients().frameProducer()) {
        for (int i = 0; i < FRAMES; i++) {
          stream.next(pixels, i * shape.size());
          producer.send(record(topics, shape, pixels, i));
        }
      }
      // When
      JsonNode answer = python.run(broker.bootstrapServers(), topics, model, FRAMES, true, "fp32");
      // Then
      assertThat(answer.path("frames").asInt()).isEqualTo(FRAMES);
      assertThat(answer.path("framesPerCpuSecond").asDouble()).isPositive();
      Map<Integer, JsonNode> scores = scores(broker, topics);
      try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
        LatentBatch ours = scorer.score(FrameInputs.of(pixels, FRAMES));
        for (int i = 0; i < FRAMES; i++) {
          JsonNode theirs = scores.get(i);
          assertThat(theirs).as("score of frame %d", i).isNotNull();
          for (int k = 0; k < ours.latents(); k++) {
            int at = i * ours.latents() + k;
            assertThat(theirs.path("latents").path(k).asDouble())
                .isCloseTo(ours.observed()[at], within(1e-3));
            assertThat(theirs.path("residuals").path(k).asDouble())
                .isCloseTo(ours.observed()[at] - ours.expected()[at], within(1e-3));
          }
          assertThat(theirs.path("reconstructionError").asDouble())
              .isCloseTo(ours.reconstructionErrors()[i], within(1e-5));
        }
      }
    }
  }

  @Test
  void shouldBePutBesideTheRowsOfTheBenchmark() throws Exception {
    // Given
    pythonOrSkip();
    // When
    try (Walkthrough terminal = Walkthrough.embedded(folder)) {
      terminal
          .start(
              "./residua bench pipeline --versus python --frames 10000 --seconds 0 --reconstruct 0"
                  + " --json > pipeline.json")
          .awaitEnd(Duration.ofSeconds(240));
    }
    // Then
    JsonNode answer =
        JsonMapper.builder().build().readTree(folder.resolve("pipeline.json").toFile());
    assertThat(answer.path("versus")).hasSize(1);
    JsonNode row = answer.path("versus").path(0);
    double ours = row.path("framesPerCpuSecond").asDouble();
    double scoring = answer.at("/results/0/result/framesPerCpuSecond").asDouble();
    double monitor = row.path("monitorCpuMicrosPerFrame").asDouble();
    double role = row.path("monitorRoleCpuMicrosPerFrame").asDouble();
    double theirs = row.at("/python/framesPerCpuSecond").asDouble();
    assertThat(monitor).isPositive();
    assertThat(role).isPositive();
    assertThat(1 / ours).isCloseTo(1 / scoring + role / 1e6, within(1e-9));
    assertThat(answer.path("ratio").asDouble()).isCloseTo(ours / theirs, within(1e-9));
    assertThat(row.path("ratioWithoutStreams").asDouble())
        .isCloseTo(1 / (1 / scoring + monitor / 1e6) / theirs, within(1e-9));
    assertThat(row.at("/python/frames").asInt()).isEqualTo(10_000);
  }

  private static PythonPipeline pythonOrSkip() throws InterruptedException {
    try {
      return PythonPipeline.find(Optional.empty());
    } catch (StartFailedException e) {
      assumeTrue(false, "skipped: " + e.getMessage());
      throw new AssertionError(e);
    }
  }

  private static ProducerRecord<byte[], byte[]> record(
      Topics topics, ImageShape shape, byte[] pixels, int index) {
    String source = "cam" + index % 3;
    byte[] data = Arrays.copyOfRange(pixels, index * shape.size(), (index + 1) * shape.size());
    Frame frame =
        new Frame(
            source,
            index,
            Instant.EPOCH.plusSeconds(index),
            shape.width(),
            shape.height(),
            PixelFormat.RGB8,
            data,
            Map.of("factor.x", "1"));
    return new ProducerRecord<>(
        topics.frames().name(), source.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
  }

  private static Map<Integer, JsonNode> scores(TestBroker broker, Topics topics) throws Exception {
    Map<Integer, JsonNode> scores = new HashMap<>();
    try (Consumer<String, byte[]> consumer =
        broker.clients().follower(new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(
          consumer.partitionsFor(topics.scores().name()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList());
      long deadline = System.nanoTime() + Waits.limit(Duration.ofSeconds(30)).toNanos();
      while (scores.size() < FRAMES && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(50))) {
          JsonNode score = JsonMapper.builder().build().readTree(record.value());
          assertThat(score.path("source").asText()).isEqualTo(record.key());
          assertThat(scores.put(score.path("sequence").asInt(), score)).as("twice").isNull();
        }
      }
    }
    return scores;
  }
}
