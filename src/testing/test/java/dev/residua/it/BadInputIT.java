package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.FramePosition;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** One running service that is sent every kind of record that is not a frame. */
class BadInputIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final int PARTITIONS = 4;
  private static final int PARTITION = 0;
  private static final byte[] KEY = "cam1".getBytes(StandardCharsets.UTF_8);
  private static final int HUGE_BYTES = 100_000_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir static Path directory;
  private static @Nullable TestBroker broker;
  private static @Nullable Service service;

  private static final Map<Long, Sent> BAD = new LinkedHashMap<>();
  private static final Map<Long, List<ConsumerRecord<byte[], byte[]>>> LETTERS =
      new LinkedHashMap<>();
  private static final Set<FramePosition> GOOD = new HashSet<>();
  private static final List<FramePosition> SCORED = new ArrayList<>();

  /** A record that must be refused, and the text that its reason must contain. */
  private record Sent(String name, byte[] key, byte[] value, String message) {}

  @BeforeAll
  static void sendEverything() throws Exception {
    TestBroker kafka = TestBroker.start(TOPICS, PARTITIONS);
    broker = kafka;
    KafkaClients clients = kafka.clients();
    Service started = Service.serve(directory.resolve("service"), clients);
    service = started;
    started.awaitReady();
    byte[] raw = FrameReader.write(Frames.of(PixelFormat.RGB8, 64, 64, new byte[64 * 64 * 3]));
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (Sent bad : bad(raw)) {
        BAD.put(send(producer, bad.key(), bad.value()).offset(), bad);
        good(producer, next(BAD.size()));
      }
      good(producer, Frames.png(64, 64));
      good(producer, Frames.jpeg(320, 200));
    }
    try (TopicReader<byte[], byte[]> letters =
            new TopicReader<>(clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name());
        TopicReader<String, ScoredFrame> scores =
            new TopicReader<>(clients.follower(TOPICS.scores()), TOPICS.scores().name())) {
      started.await(
          LIMIT,
          "every good frame has a score",
          () -> {
            scores.poll().forEach(r -> SCORED.add(r.value().position()));
            return SCORED.size() >= GOOD.size();
          });
      // The last frame is good and of the same partition: all letters are out by now.
      letters.readToEnd(r -> LETTERS.computeIfAbsent(offset(r), o -> new ArrayList<>()).add(r));
    }
  }

  @AfterAll
  static void stop() {
    Service.close(service);
    TestBroker.close(broker);
  }

  private static List<Sent> bad(byte[] raw) {
    byte[] huge = new byte[HUGE_BYTES];
    System.arraycopy(Frames.png(64, 64), 0, huge, 0, 64);
    byte[] foreign = raw.clone();
    foreign[4] ^= 1;
    byte[] magic = Frames.png(64, 64);
    magic[1] = 'Q';
    byte[] zeroJpeg = Frames.jpeg(64, 64);
    int size = Frames.sizeSegment(zeroJpeg);
    zeroJpeg[size + 5] = 0;
    zeroJpeg[size + 6] = 0;
    byte[] short1 = FrameReader.write(Frames.of(PixelFormat.RGB8, 64, 64, new byte[1000]));
    return List.of(
        new Sent("an empty value", KEY, new byte[0], "EMPTY: the record has a value of 0 bytes"),
        new Sent("no value", KEY, null, "EMPTY: the record has no value"),
        new Sent("a truncated PNG", KEY, Frames.truncatedPng(), "CORRUPT: "),
        new Sent("a truncated JPEG", KEY, Frames.truncatedJpeg(), "CORRUPT: "),
        new Sent("text", KEY, Frames.text(), "UNKNOWN_FORMAT: the value begins with 74 68 69 73"),
        new Sent("100 MB", KEY, huge, "TOO_LARGE: the value has 100,000,000 bytes"),
        new Sent("a PNG bomb", KEY, Frames.bombHeader(), "TOO_LARGE: "),
        new Sent("a JPEG bomb", KEY, Frames.jpegBombHeader(), "TOO_LARGE: "),
        new Sent(
            "a PNG of no width", KEY, Frames.pngOf(0, 64, 8, 2, new byte[] {0}), "DIMENSIONS: "),
        new Sent("a JPEG of no height", KEY, zeroJpeg, "DIMENSIONS: "),
        new Sent("a wrong magic", KEY, magic, "UNKNOWN_FORMAT: the value begins with 89 51 4E 47"),
        new Sent("an unknown fingerprint", KEY, foreign, "UNKNOWN_SCHEMA: "),
        new Sent("half an Avro record", KEY, Arrays.copyOf(raw, raw.length / 2), "CORRUPT: "),
        new Sent("an Avro header only", KEY, Arrays.copyOf(raw, 10), "CORRUPT: "),
        new Sent("no key", null, raw, "SOURCE: the record has no key"),
        new Sent(
            "a key that is not UTF-8",
            new byte[] {(byte) 0xC3, 0x28},
            raw,
            "SOURCE: the record key begins with C3 28"),
        new Sent(
            "another source as key",
            "cam2".getBytes(StandardCharsets.UTF_8),
            raw,
            "SOURCE: the frame's source is 'cam1' but the record key is 'cam2'"),
        new Sent("too few pixels", KEY, short1, "DIMENSIONS: "));
  }

  @TestFactory
  Stream<DynamicTest> shouldAnswerEveryBadRecordWithOneDeadLetter() {
    return BAD.entrySet().stream()
        .map(
            sent ->
                DynamicTest.dynamicTest(
                    sent.getValue().name(), () -> check(sent.getKey(), sent.getValue())));
  }

  private static void check(long offset, Sent bad) {
    List<ConsumerRecord<byte[], byte[]>> letters = LETTERS.getOrDefault(offset, List.of());
    assertThat(letters).as("dead letters of " + bad.name()).hasSize(1);
    ConsumerRecord<byte[], byte[]> letter = letters.get(0);
    assertThat(Arrays.equals(letter.key(), bad.key())).as("key unchanged").isTrue();
    assertThat(Arrays.equals(letter.value(), bad.value())).as("value unchanged").isTrue();
    assertThat(header(letter, "topic")).isEqualTo(TOPICS.frames().name());
    assertThat(header(letter, "partition")).isEqualTo("0");
    assertThat(header(letter, "exception")).endsWith("RejectedFrameException");
    assertThat(header(letter, "message"))
        .startsWith(bad.message())
        .hasSizeBetween(30, 300)
        .doesNotContain("Exception", "null");
    Header own = letter.headers().lastHeader("shift");
    assertThat(own).as("the producer's own header").isNotNull();
    assertThat(own.value()).isEqualTo(new byte[] {7});
  }

  @Test
  void shouldScoreTheGoodFramesBetweenAndAfter() {
    assertThat(SCORED).hasSameSizeAs(GOOD).containsExactlyInAnyOrderElementsOf(GOOD);
    assertThat(LETTERS.keySet()).containsExactlyInAnyOrderElementsOf(BAD.keySet());
  }

  @Test
  void shouldCountTheDeadLettersOnTheStatusPage() {
    Service running = Objects.requireNonNull(service);
    running.await(
        LIMIT,
        "the dashboard counts the dead letters by reason",
        () -> {
          int count = 0;
          for (var reason : running.json("/api/status").path("deadLetters")) {
            count += reason.asInt();
          }
          return count == BAD.size();
        });
  }

  private static void good(KafkaProducer<byte[], byte[]> producer, byte[] value) throws Exception {
    RecordMetadata sent = send(producer, KEY, value);
    GOOD.add(new FramePosition(sent.topic(), sent.partition(), sent.offset()));
  }

  private static byte[] next(int sequence) {
    return FrameReader.write(
        new Frame(
            "cam1",
            sequence,
            Instant.EPOCH.plusMillis(50L * sequence),
            64,
            64,
            PixelFormat.RGB8,
            new byte[64 * 64 * 3],
            Map.of()));
  }

  private static RecordMetadata send(
      KafkaProducer<byte[], byte[]> producer, byte @Nullable [] key, byte @Nullable [] value)
      throws Exception {
    return producer
        .send(
            new ProducerRecord<>(
                TOPICS.frames().name(),
                PARTITION,
                key,
                value,
                List.of(new RecordHeader("shift", new byte[] {7}))))
        .get(Waits.seconds(30), TimeUnit.SECONDS);
  }

  private static long offset(ConsumerRecord<byte[], byte[]> letter) {
    return Long.parseLong(header(letter, "offset"));
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    Header header = letter.headers().lastHeader("__streams.errors." + name);
    assertThat(header).as("header __streams.errors." + name).isNotNull();
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
