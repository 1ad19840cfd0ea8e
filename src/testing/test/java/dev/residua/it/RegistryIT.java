package dev.residua.it;

import static dev.residua.testing.RegistryRecords.PIXEL_FORMAT;
import static dev.residua.testing.RegistryRecords.field;
import static dev.residua.testing.RegistryRecords.frameWith;
import static dev.residua.testing.RegistryRecords.framed;
import static dev.residua.testing.RegistryRecords.record;
import static dev.residua.testing.RegistryRecords.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.testing.ApicurioRegistry;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.Service.Result;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Producers that register their schemas in a real registry, beside those that do not. */
@Tag("slow")
class RegistryIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SIDE = 64;
  private static final String SOURCE = "cam1";

  /** As a producer of the first version has it, with its own order and unfilled fields. */
  private static final String EVOLVED =
      frameWith(
          field("exposure", "double"),
          field("data", "bytes"),
          field("format", PIXEL_FORMAT),
          field("height", "int"),
          field("width", "int"),
          field("capturedAt", time("micros")),
          field("sequence", "int"),
          field("source", "string"));

  private static final String WITHOUT_DATA =
      frameWith(
          field("source", "string"),
          field("sequence", "long"),
          field("capturedAt", time("micros")),
          field("width", "int"),
          field("height", "int"),
          field("format", PIXEL_FORMAT));

  @TempDir static Path directory;
  private static @Nullable ApicurioRegistry registry;
  private static @Nullable TestBroker broker;
  private static @Nullable Service service;

  @BeforeAll
  static void start() throws Exception {
    String problem = ApicurioRegistry.problem();
    if (problem != null) {
      System.out.println("skipped: RegistryIT, as " + problem);
    }
    assumeTrue(problem == null, problem);
    ApicurioRegistry apicurio = ApicurioRegistry.start(directory);
    registry = apicurio;
    TestBroker kafka = TestBroker.start(TOPICS, 1);
    broker = kafka;
    Path data = directory.resolve("service");
    Files.createDirectories(data.resolve("config"));
    Files.writeString(
        data.resolve("config").resolve("application.properties"),
        "residua.registry.url=%s%nresidua.registry.timeout=PT1S%n".formatted(apicurio.url()));
    service = Service.serve(data, kafka.clients());
    service.awaitReady();
  }

  @AfterAll
  static void stop() {
    Service.close(service);
    TestBroker.close(broker);
    ApicurioRegistry.close(registry);
  }

  @Test
  void shouldScoreWhatResolvesToAFrameAndNameTheRuleThatTheRestBreaks() throws Exception {
    // Given
    ApicurioRegistry apicurio = Objects.requireNonNull(registry);
    Result registered = register("--registry-url", apicurio.url().toString(), "--json");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
    String ours = Files.readString(Path.of("schemas/released/Frame-v1.avsc"));
    int ourId = apicurio.register("residua.frames-value", ours);
    int evolvedId = apicurio.register("evolved-value", EVOLVED);
    int brokenId = apicurio.register("broken-value", WITHOUT_DATA);
    assertThat(registered.out()).contains("\"id\" : " + ourId);

    // When
    List<Long> good = new ArrayList<>();
    good.add(send(framed(ourId, record(ours, values(1)))));
    final long broken = send(framed(brokenId, record(WITHOUT_DATA, values(2))));
    good.add(send(framed(evolvedId, record(EVOLVED, values(3)))));
    final long unknown = send(framed(424_242, record(ours, values(4))));
    good.add(send(Frames.png(SIDE, SIDE)));

    // Then
    assertThat(awaitScores(good)).containsExactlyElementsOf(good);
    Map<Long, String> letters = deadLetters();
    assertThat(letters.get(broken))
        .startsWith("INCOMPATIBLE_SCHEMA: the schema with id %d ".formatted(brokenId))
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE at /fields/6: data");
    assertThat(letters.get(unknown))
        .startsWith("UNKNOWN_SCHEMA: ")
        .contains("has no schema with id 424242");
    assertThat(letters).doesNotContainKeys(good.toArray(Long[]::new));
  }

  @Test
  void shouldWaitForARegistryThatIsAwayAndRefuseNothingMeanwhile() throws Exception {
    // Given
    ApicurioRegistry apicurio = Objects.requireNonNull(registry);
    String theirs = EVOLVED.replace("exposure", "gain");
    int id = apicurio.register("away-value", theirs);
    Service running = Objects.requireNonNull(service);

    // When
    List<Long> sent = new ArrayList<>();
    boolean waited;
    apicurio.pause();
    try {
      sent.add(send(framed(id, record(theirs, values(5)))));
      sent.add(send(Frames.png(SIDE, SIDE)));
      running.await(
          LIMIT,
          "the service says that the registry is away",
          () -> running.err().contains("the schema registry at " + apicurio.url()));
      waited = scores().stream().noneMatch(sent::contains);
    } finally {
      apicurio.resume();
    }

    // Then
    assertThat(waited).as("no score while the registry is away").isTrue();
    assertThat(awaitScores(sent)).containsExactlyElementsOf(sent);
    assertThat(deadLetters()).doesNotContainKeys(sent.toArray(Long[]::new));
  }

  @Test
  void shouldReportTheRegistrysRefusalWithTheRule() {
    // Given
    ApicurioRegistry apicurio = Objects.requireNonNull(registry);
    apicurio.register("other.frames-value", WITHOUT_DATA);

    // When
    Result result =
        register("--registry-url", apicurio.url().toString(), "--topic-prefix", "other.");
    Result away = register("--registry-url", "http://localhost:1");
    Result none = register();

    // Then
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out().lines().filter(line -> line.contains("refused"))).hasSize(1);
    assertThat(result.out())
        .containsPattern("other.frames-value +Frame +refused under BACKWARD compatibility: ")
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE at /fields/6: data")
        .containsPattern("other.incidents-value +Incident +id \\d+");
    assertThat(away.exitCode()).isEqualTo(1);
    assertThat(away.err())
        .startsWith("residua: the schema registry at http://localhost:1 cannot be reached")
        .doesNotContain("\tat ");
    assertThat(none.err()).startsWith("residua: no schema registry is given; set --registry-url");
  }

  private static Map<String, Object> values(int sequence) {
    Map<String, Object> values = new HashMap<>();
    values.put("source", SOURCE);
    values.put("sequence", sequence);
    values.put("capturedAt", 1_772_366_400_123_456L + sequence);
    values.put("width", SIDE);
    values.put("height", SIDE);
    values.put("format", "RGB8");
    values.put("data", new byte[SIDE * SIDE * 3]);
    values.put("attributes", Map.of());
    values.put("exposure", 0.01);
    values.put("gain", 2.0);
    return values;
  }

  private static Result register(String... options) {
    List<String> arguments = new ArrayList<>(List.of("schemas", "register"));
    arguments.addAll(List.of(options));
    return Service.run(directory, LIMIT, arguments);
  }

  /** The record's offset. */
  private static long send(byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        Objects.requireNonNull(broker).clients().frameProducer()) {
      return producer
          .send(
              new ProducerRecord<>(
                  TOPICS.frames().name(), SOURCE.getBytes(StandardCharsets.UTF_8), value))
          .get(Waits.seconds(30), TimeUnit.SECONDS)
          .offset();
    }
  }

  /** Offsets of the wanted frames in the order of their scores, when all have one. */
  private static List<Long> awaitScores(List<Long> wanted) {
    List<Long> found = new ArrayList<>();
    Objects.requireNonNull(service)
        .await(
            LIMIT,
            "a score for the frames at " + wanted,
            () -> {
              found.clear();
              scores().stream().filter(wanted::contains).forEach(found::add);
              return found.size() >= wanted.size();
            });
    return found;
  }

  private static List<Long> scores() {
    List<ScoredFrame> scores =
        TopicReader.values(Objects.requireNonNull(broker).clients(), TOPICS.scores());
    return scores.stream().map(score -> score.position().offset()).toList();
  }

  /** Messages by the offset of the refused record. */
  private static Map<Long, String> deadLetters() {
    Map<Long, String> letters = new HashMap<>();
    KafkaClients clients = Objects.requireNonNull(broker).clients();
    try (TopicReader<byte[], byte[]> reader =
        new TopicReader<>(clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name())) {
      reader.readToEnd(
          letter ->
              letters.merge(
                  Long.parseLong(header(letter, "offset")),
                  header(letter, "message"),
                  (first, second) -> first + " AND AGAIN " + second));
    }
    return letters;
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    return new String(
        letter.headers().lastHeader("__streams.errors." + name).value(), StandardCharsets.UTF_8);
  }
}
