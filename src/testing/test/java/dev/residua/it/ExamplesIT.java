package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program that the page of topics shows and the examples, unchanged. */
class ExamplesIT {
  private static final int PARTITIONS = 4;
  private static final int PICTURES = 3;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String PYTHON = "/usr/bin/python3";
  private static final Path NODE_LIBRARIES =
      Path.of("target/node-example/node_modules").toAbsolutePath();

  /** Each of them waits a quarter of a minute for records, so they run beside one another. */
  private static final Map<String, Future<Ran>> PROGRAMS = new ConcurrentHashMap<>();

  private static final ExecutorService THREADS = Executors.newFixedThreadPool(3);

  @TempDir static Path directory;
  private static @Nullable TestBroker broker;
  private static @Nullable Service service;

  @BeforeAll
  static void start() throws Exception {
    TestBroker kafka = TestBroker.start(new Topics(Topics.DEFAULT_PREFIX), PARTITIONS);
    broker = kafka;
    Service started = Service.serve(directory.resolve("service"), kafka.clients());
    service = started;
    started.awaitReady();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String libraries = Path.of("target", "quarkus-app", "lib", "main").toAbsolutePath() + "/*";
    Path program =
        Files.writeString(
            directory.resolve("send_and_read.py"),
            snippet("python", "src/examples/python/send_and_read.py"));
    run("python", List.of(PYTHON, program.toString()));
    run("java", List.of(java, "-cp", libraries, "src/examples/java/SendAndRead.java"));
    run(
        "node",
        List.of(
            "env", "NODE_PATH=" + NODE_LIBRARIES, "node", "src/examples/node/send_and_read.js"));
  }

  private static void run(String language, List<String> program) throws IOException {
    List<String> command = command(program, language + "-camera");
    PROGRAMS.put(language, THREADS.submit(() -> run(command)));
  }

  @AfterAll
  static void stop() {
    THREADS.shutdownNow();
    Service.close(service);
    TestBroker.close(broker);
  }

  @Test
  void shouldSendPicturesAndReadScoresAndEventsFromPython() throws Exception {
    // Given
    assumeTrue(
        run(List.of(PYTHON, "-c", "import confluent_kafka, avro")).exitCode() == 0,
        "skipped: python3-confluent-kafka and python3-avro are not installed");

    // When
    Ran ran = PROGRAMS.get("python").get();

    // Then
    assertSentAndRead(ran);
    assertThat(ran.output()).as("events, as the pictures are noise").contains("event ");
  }

  @Test
  void shouldCutWhatFollowsOneAnotherIntoFrames() throws Exception {
    // Given
    assumeTrue(
        run(List.of(PYTHON, "-c", "import confluent_kafka")).exitCode() == 0,
        "skipped: python3-confluent-kafka is not installed");
    List<String> pictures = command(List.of(), "pipe-camera").subList(1, 1 + PICTURES);

    // When
    Ran ran =
        run(
            List.of(
                "bash",
                "-c",
                "cat %s | %s src/examples/python/pipe_to_kafka.py pipe-camera"
                    .formatted(String.join(" ", pictures), PYTHON)));

    // Then
    assertThat(ran.output().strip()).isEqualTo(PICTURES + " frames sent");
    List<byte[]> frames = new ArrayList<>();
    try (TopicReader<byte[], byte[]> reader = frames()) {
      reader.readToEnd(
          record -> {
            if (key(record).equals("pipe-camera")) {
              frames.add(record.value());
            }
          });
    }
    assertThat(frames).hasSize(PICTURES);
    for (int i = 0; i < PICTURES; i++) {
      assertThat(frames.get(i)).isEqualTo(Files.readAllBytes(Path.of(pictures.get(i))));
    }
  }

  @Test
  void shouldSendPicturesAndReadScoresAndEventsFromNode() throws Exception {
    // Given
    assumeTrue(
        Files.isDirectory(NODE_LIBRARIES.resolve("kafkajs")),
        "skipped: no target/node-example/node_modules; .ci/run makes it");

    // When
    Ran ran = PROGRAMS.get("node").get();

    // Then
    assertSentAndRead(ran);
    assertThat(ran.output()).as("events, as the pictures are noise").contains("event ");
  }

  @Test
  void shouldSendPicturesAndReadScoresFromJava() throws Exception {
    // When
    Ran ran = PROGRAMS.get("java").get();

    // Then
    assertSentAndRead(ran);
  }

  private static TopicReader<byte[], byte[]> frames() {
    Topic<byte[], byte[]> topic = new Topics(Topics.DEFAULT_PREFIX).frames();
    return new TopicReader<>(
        Objects.requireNonNull(broker).clients().follower(topic), topic.name());
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private static void assertSentAndRead(Ran ran) {
    assertThat(ran.exitCode()).as("exit code with:\n" + ran.output()).isZero();
    assertThat(ran.output().lines().filter(line -> line.startsWith("score ")))
        .as("scores in:\n" + ran.output())
        .hasSize(PICTURES);
  }

  private static List<String> command(List<String> program, String source) throws IOException {
    List<String> command = new ArrayList<>(program);
    command.add(source);
    for (int i = 0; i < PICTURES; i++) {
      command.add(
          Files.write(directory.resolve(source + i + ".png"), Frames.png(64, 64 + i)).toString());
    }
    return command;
  }

  /** The first block of a language in the page of topics, which must equal the example file. */
  private static String snippet(String language, String example) throws IOException {
    Snippet first = Documents.snippets(Path.of("src/docs/topics.md"), language).get(0);
    assertThat(first.code().strip())
        .as("%s and %s", first, example)
        .isEqualTo(Files.readString(Path.of(example)).strip());
    return first.code();
  }

  private record Ran(int exitCode, String output) {}

  /** Runs a program in the folder of the repository. */
  private static Ran run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "program-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder
        .environment()
        .put("KAFKA_BOOTSTRAP_SERVERS", Objects.requireNonNull(broker).bootstrapServers());
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "%s still runs after %s:%n%s".formatted(command, LIMIT, Files.readString(output)));
      }
    } finally {
      process.destroyForcibly();
    }
    return new Ran(process.exitValue(), Files.readString(output));
  }
}
