package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.testing.ParquetRows;
import dev.residua.testing.S3Proxy;
import dev.residua.testing.Scored;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of keeping.md with a real broker and S3Proxy; skipped if a program is missing. */
class KeepRecordsIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Path SCRIPT = Path.of("src/examples/shell/keep-records.sh").toAbsolutePath();

  @TempDir Path directory;

  private Path kept;
  private Path residua;

  /** The end of the script and its output. */
  private record Run(int exit, String output) {}

  @BeforeEach
  void prepare() throws IOException {
    boolean hasCurl = Files.isExecutable(Path.of("/usr/bin/curl"));
    String problem = hasCurl ? S3Proxy.problem() : "curl is not installed";
    if (problem != null) {
      System.out.println("skipped: KeepRecordsIT, as " + problem);
    }
    assumeTrue(problem == null, problem);
    kept = Files.createDirectory(directory.resolve("kept"));
    residua =
        Files.writeString(
            directory.resolve("residua"),
            """
            #!/bin/sh
            exec '%s/bin/java' -Djava.util.logging.manager=org.jboss.logmanager.LogManager -jar '%s' "$@"
            """
                .formatted(System.getProperty("java.home"), Service.JAR.toAbsolutePath()));
    Files.setPosixFilePermissions(residua, PosixFilePermissions.fromString("rwx------"));
  }

  private static void send(KafkaClients clients, long first, long last) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (long sequence = first; sequence <= last; sequence++) {
        ScoredFrame frame = Scored.nominal().source("cam1").frame(sequence);
        producer
            .send(
                new ProducerRecord<>(
                    TOPICS.scores().name(),
                    "cam1".getBytes(StandardCharsets.UTF_8),
                    TOPICS.scores().write(frame)))
            .get();
      }
    }
  }

  private Run run(KafkaClients clients, S3Proxy proxy, String secret) throws Exception {
    Path output = Files.createTempFile(directory, "run-", ".txt");
    ProcessBuilder script =
        new ProcessBuilder(SCRIPT.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    script
        .environment()
        .putAll(
            Map.of(
                "KEEP",
                kept.toString(),
                "BUCKET",
                proxy.url() + "/records",
                "REGION",
                "eu-central-1",
                "TOPICS",
                "scores",
                "RESIDUA",
                residua.toString(),
                "KAFKA_BOOTSTRAP_SERVERS",
                clients.bootstrapServers(),
                "AWS_ACCESS_KEY_ID",
                S3Proxy.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                secret));
    Process process = script.start();
    assertThat(process.waitFor(Waits.seconds(120), TimeUnit.SECONDS)).as("it ends").isTrue();
    return new Run(process.exitValue(), Files.readString(output));
  }

  private List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  @Test
  void shouldKeepEveryRecordOnceWhateverTheBucketAnswers() throws Exception {
    try (TestBroker broker = TestBroker.start(TOPICS, 2);
        S3Proxy proxy = S3Proxy.start(directory, "records")) {
      // Given
      KafkaClients clients = broker.clients();
      Path bucket = directory.resolve("objects/records/scores");
      send(clients, 1, 3);

      // When
      Run refused = run(clients, proxy, "hunter2");

      // Then
      assertThat(refused.exit()).as(refused.output()).isNotZero();
      assertThat(refused.output()).contains("403").doesNotContain("hunter2");
      assertThat(files(kept)).as("files that wait").hasSize(1);

      // When
      send(clients, 4, 5);
      Run taken = run(clients, proxy, S3Proxy.SECRET_KEY);
      Run nothing = run(clients, proxy, S3Proxy.SECRET_KEY);

      // Then
      assertThat(taken.exit()).as(taken.output()).isZero();
      assertThat(nothing.exit()).as(nothing.output()).isZero();
      assertThat(nothing.output()).contains("no records, so no file");
      assertThat(files(kept)).isEmpty();
      List<Object> sequences = new ArrayList<>();
      for (Path file : files(bucket)) {
        ParquetRows.of(file).forEach(row -> sequences.add(row.get("sequence")));
      }
      assertThat(sequences).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
    }
  }
}
