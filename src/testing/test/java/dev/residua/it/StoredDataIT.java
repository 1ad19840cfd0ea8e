package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.incident.Incident;
import dev.residua.model.ModelBundle;
import dev.residua.testing.CommandRun;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Service;
import dev.residua.testing.TopicReader;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The present build opens a data directory that version 0.1.0 wrote, with the embedded broker and
 * all state. Every topic has records but those of alerts and of scores in shadow. Until that
 * version is released, a run with {@code -Dresidua.golden.write=true} writes the directory again;
 * afterwards it never changes, and the next version adds its own.
 */
class StoredDataIT {
  private static final Path STORED = Path.of("src/testing/test/resources/data/0.1.0.zip");
  private static final long MAX_BYTES = 3_000_000;
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Instant FIRST = Instant.parse("2026-11-28T12:00:00Z");
  private static final String SOURCE = "cam1";
  private static final String MODEL = "stored";

  /** Frames before a lens cap is put on, with it, and after it was removed. */
  private static final int SEEN = 12;

  private static final int COVERED = 40;
  private static final int FRAMES = SEEN + COVERED + SEEN;

  @TempDir Path directory;

  @BeforeAll
  static void writeIfAsked(@TempDir Path folder) throws Exception {
    if (Boolean.getBoolean("residua.golden.write")) {
      write(folder);
    }
  }

  private static Service serve(Path folder, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("serve", "--kafka-port", "0", "--data-dir", folder.resolve("data").toString()));
    words.addAll(List.of(more));
    List<String> jvm =
        List.of(
            "-Dresidua.sources.commissioning=false",
            "-Dresidua.sources.forget-after=P36500D"); // the data may be years old
    return Service.start(folder, jvm, words).awaitReady();
  }

  /** Frames with numbers from 0 on, equal in each run; black while the lens is covered. */
  private static List<Frame> frames(int count) throws IOException {
    List<Frame> frames = FaultySource.frames(SOURCE, FIRST, count, 10_000, 1);
    for (int i = SEEN; i < SEEN + COVERED; i++) {
      Frame frame = frames.get(i);
      frames.set(
          i,
          Frame.ofPixels(
              SOURCE, frame.sequence(), frame.capturedAt(), SHAPE, new byte[SHAPE.size()]));
    }
    return frames;
  }

  private static void send(KafkaClients clients, Topic<?, ?> topic, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      byte[] key = SOURCE.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic.name(), key, value)).get();
    }
  }

  private static String residua(KafkaClients clients, String... words) {
    CommandRun run = CommandRun.against(clients, words);
    assertThat(run.exit()).as(run.output()).isZero();
    return run.output();
  }

  private static String ask(Service service, String... words) {
    CommandRun run = CommandRun.at(service, words);
    assertThat(run.exit()).as(run.output()).isZero();
    return run.output();
  }

  private static long end(KafkaClients clients, Topic<?, ?> topic) {
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      return consumer.endOffsets(TopicSpans.partitions(consumer, topic.name())).values().stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  /** Runs the service for some frames of each kind, and keeps the folder that it leaves. */
  private static void write(Path folder) throws Exception {
    Path file = folder.resolve("model.residua");
    // The weights are those of training, which doubles the size; no process that serves reads them.
    Models.read(Optional.empty()).withId(MODEL).with(ModelBundle.WEIGHTS, new byte[1]).write(file);
    try (Service service = serve(folder, "--model", file.toString())) {
      KafkaClients clients = KafkaClients.of(service.bootstrapServers());
      ask(service, "source", "set", "line", "--match", "cam*", "--label", "site=north");
      ask(
          service,
          "silence",
          "--sources",
          "other.*",
          "--for",
          "1h",
          "--reason",
          "belt",
          "--id",
          "stored-silence");
      FaultySource.publish(clients, TOPICS, frames(FRAMES));
      send(clients, TOPICS.frames(), "no frame".getBytes(StandardCharsets.UTF_8));
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), FRAMES);
      service.await(
          LIMIT,
          "an incident with its evidence, and a dead letter",
          () ->
              end(clients, TOPICS.incidents()) > 0
                  && end(clients, TOPICS.evidence()) > 0
                  && end(clients, TOPICS.deadLetters()) > 0);
      for (Map.Entry<Topic<?, ?>, String> one :
          Map.<Topic<?, ?>, String>of(
                  TOPICS.anomalies(), "AnomalyEvent",
                  TOPICS.drifts(), "DriftEvent",
                  TOPICS.interventions(), "InterventionEvent")
              .entrySet()) {
        if (end(clients, one.getKey()) == 0) {
          Path golden = Path.of("src/testing/test/resources/golden", one.getValue() + "-v1.bin");
          send(clients, one.getKey(), Files.readAllBytes(golden));
        }
      }
      assertThat(service.stop(LIMIT)).isIn(0, 143);
    }
    Files.createDirectories(STORED.getParent());
    zip(folder.resolve("data"), STORED);
  }

  private static void zip(Path folder, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out);
        Stream<Path> all = Files.walk(folder)) {
      zip.setLevel(9);
      for (Path one : all.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry(folder.relativize(one).toString()));
        Files.copy(one, zip);
        zip.closeEntry();
      }
    }
  }

  private static void unzip(Path file, Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path one = folder.resolve(entry.getName());
        Files.createDirectories(one.getParent());
        Files.copy(zip, one);
      }
    }
  }

  @Test
  void shouldOpenTheDataOfVersion010AndContinue() throws Exception {
    // Given
    assertThat(Files.size(STORED)).isLessThan(MAX_BYTES);
    unzip(STORED, directory.resolve("data"));

    // When
    try (Service service = serve(directory)) {
      KafkaClients clients = KafkaClients.of(service.bootstrapServers());
      List<Incident> incidents = TopicReader.values(clients, TOPICS.incidents());

      // Then: what was stored is there
      assertThat(residua(clients, "model", "list")).contains(MODEL);
      assertThat(ask(service, "source", "show", SOURCE)).contains("rule line");
      ask(service, "audit"); // can be read; entries are kept for two years
      assertThat(incidents).extracting(Incident::source).contains(SOURCE);
      for (Incident incident : incidents) {
        service.await(
            LIMIT,
            "the dashboard shows " + incident,
            () -> service.json("/api/incidents").toString().contains(incident.id()));
      }

      // When a frame comes twice and a new one once
      List<Frame> next = frames(FRAMES + 1);
      FaultySource.publish(clients, TOPICS, List.of(next.get(1), next.get(FRAMES)));

      // Then: the new frame is scored by the stored model, and no frame twice
      service.await(
          LIMIT,
          "the new frame is scored and monitored",
          () ->
              TopicReader.values(clients, TOPICS.drift()).stream()
                  .anyMatch(score -> score.sequence() == FRAMES));
      assertThat(TopicReader.values(clients, TOPICS.drift()))
          .filteredOn(score -> score.sequence() == FRAMES)
          .singleElement()
          .satisfies(score -> assertThat(score.modelId()).isEqualTo(MODEL))
          .satisfies(
              score ->
                  assertThat(score.samples())
                      .as("frames that the detector has seen; 1 if its state was lost")
                      .isGreaterThan(1));
      assertThat(TopicReader.values(clients, TOPICS.drift()))
          .extracting("sequence")
          .doesNotHaveDuplicates();
      assertThat(residua(clients, "dead-letters", "list", "--reason", "duplicate"))
          .contains(SOURCE);
      assertThat(service.err()).doesNotContain("ERROR", "another schema");
    }
  }
}
