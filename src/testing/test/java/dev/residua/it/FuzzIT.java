package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.FrameFuzzer;
import dev.residua.testing.FrameFuzzer.Mutant;
import dev.residua.testing.Scored;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends damaged records of all kinds, and looks whether anything stops, is lost or grows. */
@Tag("soak")
class FuzzIT {
  private static final int FRAMES = 20_000;
  private static final int SCORES = 2_000;

  /** Number of damaged records before a good one. */
  private static final int GOOD_EVERY = 20;

  /** The heap is taken at once: what grows then is none of the collector's room. */
  private static final List<String> WHOLE_HEAP = List.of("-Xms1g", "-XX:+AlwaysPreTouch");

  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final byte[] GOOD_KEY = "good".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  @Test
  void shouldAnswerEveryDamagedRecordAndNeverStopOrGrow() throws Exception {
    // Given
    try (TestBroker kafka = TestBroker.start(TOPICS, 4)) {
      KafkaClients clients = kafka.clients();
      try (Service service = Service.serve(directory.resolve("service"), WHOLE_HEAP, clients)) {
        service.awaitReady();

        // When
        FrameFuzzer fuzzer = new FrameFuzzer(20_26);
        long memoryAtHalf = 0;
        long memoryAtEnd = 0;
        int good = 0;
        int sent = 0;
        try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
          for (int i = 0; i < FRAMES; i++) {
            Mutant mutant = fuzzer.next();
            send(producer, TOPICS.frames().name(), mutant.key(), mutant.value());
            sent++;
            if (i % GOOD_EVERY == 0) {
              send(producer, TOPICS.frames().name(), GOOD_KEY, goodFrame(good++));
            }
            if (i == FRAMES / 2) {
              producer.flush();
              awaitAnswers(service, clients, sent + good);
              memoryAtHalf = service.residentBytes();
            }
          }
          producer.flush();
          awaitAnswers(service, clients, sent + good);
          memoryAtEnd = service.residentBytes();
          for (int i = 0; i < SCORES; i++) {
            byte[] score = goodScore(i);
            send(producer, TOPICS.scores().name(), key("scores"), fuzzer.mutated(score));
          }
        }
        // a frame behind them all on every partition, which is judged when they are
        try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
          for (int i = 0; i < 200; i++) {
            send(producer, TOPICS.frames().name(), key("last-" + i), lastFrame("last-" + i));
          }
        }
        Set<String> judged = new HashSet<>();
        try (TopicReader<String, ?> drift =
            new TopicReader<>(clients.follower(TOPICS.drift()), TOPICS.drift().name())) {
          service.await(
              LIMIT,
              "the frames behind are judged",
              () -> {
                drift.poll().forEach(r -> judged.add(r.key()));
                return judged.stream().filter(k -> k.startsWith("last-")).count() == 200;
              });
        }

        // Then
        Map<String, Integer> reasons = new TreeMap<>();
        Set<String> answered = new HashSet<>();
        try (TopicReader<byte[], byte[]> letters =
            new TopicReader<>(
                clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name())) {
          letters.readToEnd(
              record -> {
                DeadLetter letter = DeadLetter.of(record);
                reasons.merge(letter.reason(), 1, Integer::sum);
                assertThat(letter.exception()).isNotEmpty();
                assertThat(letter.message()).isNotBlank();
                assertThat(answered.add(position(letter)))
                    .as("one dead letter for %s", position(letter))
                    .isTrue();
              });
        }
        int scored = 0;
        int goodScored = 0;
        try (TopicReader<byte[], byte[]> scores =
            new TopicReader<>(
                clients.follower(
                    TOPICS.frames().key().deserializer(), TOPICS.frames().value().deserializer()),
                TOPICS.scores().name())) {
          int[] counts = new int[2];
          scores.readToEnd(
              record -> {
                if (isOurs(record)) {
                  ScoredFrame score =
                      TOPICS.scores().value().deserializer().deserialize("", record.value());
                  counts[0]++;
                  counts[1] += score.source().equals("good") ? 1 : 0;
                  assertThat(answered.add(score.position().toString()))
                      .as("one answer for %s", score.position())
                      .isTrue();
                }
              });
          scored = counts[0];
          goodScored = counts[1];
        }
        System.out.printf(
            "fuzz test: %d damaged frames gave %s; %d were still frames; memory %d and %d MiB%n",
            sent, reasons, scored - good - 200, memoryAtHalf >> 20, memoryAtEnd >> 20);
        assertThat(goodScored).isEqualTo(good);
        assertThat(answered.stream().filter(p -> p.startsWith(TOPICS.frames().name())).count())
            .isEqualTo(sent + good + 200);
        assertThat(reasons)
            .as("the fuzzer reaches far")
            .containsKeys(
                "CORRUPT", "UNKNOWN_FORMAT", "SOURCE", "DIMENSIONS", "EMPTY", "REFERENCE");
        assertThat(memoryAtEnd)
            .as("memory after all damaged frames, in bytes")
            .isLessThan(memoryAtHalf + memoryAtHalf / 10);
      }
    }
  }

  private static boolean isOurs(ConsumerRecord<byte[], byte[]> record) {
    return !new String(record.key(), StandardCharsets.UTF_8).equals("scores");
  }

  private static String position(DeadLetter letter) {
    return letter.topic() + "-" + letter.partition() + "@" + letter.offset();
  }

  private static void awaitAnswers(Service service, KafkaClients clients, int wanted) {
    int[] count = {0};
    try (TopicReader<byte[], byte[]> letters =
            new TopicReader<>(clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name());
        TopicReader<String, ScoredFrame> scores =
            new TopicReader<>(clients.follower(TOPICS.scores()), TOPICS.scores().name())) {
      service.await(
          LIMIT,
          wanted + " records are answered",
          () -> {
            count[0] += letters.poll().size() + scores.poll().size();
            return count[0] >= wanted;
          });
    }
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, byte[] key, byte[] value) {
    producer.send(new ProducerRecord<>(topic, key, value));
  }

  private static byte[] goodFrame(int number) {
    return FrameReader.write(frame("good", number));
  }

  private static byte[] lastFrame(String source) {
    return FrameReader.write(frame(source, 0));
  }

  private static Frame frame(String source, int number) {
    return new Frame(
        source,
        number,
        Instant.ofEpochMilli(1_700_000_000_000L + 50L * number),
        64,
        64,
        PixelFormat.RGB8,
        new byte[64 * 64 * 3],
        Map.of());
  }

  private static byte[] goodScore(int number) throws IOException {
    String model;
    try {
      model = Models.read(Optional.empty()).id();
    } catch (dev.residua.model.BadBundleException e) {
      throw new IOException(e);
    }
    return TOPICS
        .scores()
        .value()
        .serializer()
        .serialize("", Scored.nominal().source("scores").modelId(model).frame(number));
  }
}
