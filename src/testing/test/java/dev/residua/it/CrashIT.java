package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.BundleOverTime;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills scoring and monitoring processes while they work, lets further instances come and go, and
 * then counts: every frame has one score, and all statistics are those of a run that nothing
 * disturbed. The equations of the model use the frame itself and earlier ones. Only a frame that
 * two kills hit while it was scored has a dead letter instead.
 */
@Tag("soak")
class CrashIT {
  private static final int PARTITIONS = 8;
  private static final int SOURCES = 200;
  private static final int FRAMES = 50_000;
  private static final int KILLS = 10;
  private static final int PICTURES = 128;

  /** Intervals of damaged records and of records that are sent twice. */
  private static final int DAMAGED_EVERY = 97;

  private static final int TWICE_EVERY = 89;
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  private final Map<String, Service> running = new LinkedHashMap<>();
  private KafkaClients clients;
  private Path model;

  @Test
  void shouldLoseAndRepeatNothingWhateverDies() throws Exception {
    // Given
    ModelBundle bundle = BundleOverTime.ofDemo();
    model = directory.resolve("over-time.residua");
    bundle.write(model);
    try (TestBroker kafka = TestBroker.start(TOPICS, PARTITIONS)) {
      clients = kafka.clients();
      Sent sent = publish();

      // When
      try {
        disturb();
        await(
            FRAMES + sent.damaged() + sent.twice(),
            TOPICS.scores().name(),
            TOPICS.deadLetters().name());
        await(count(TOPICS.scores().name()), TOPICS.drift().name());
      } finally {
        running.values().forEach(service -> service.close());
      }

      // Then
      Map<String, List<byte[]>> scores = UndisturbedMonitor.values(clients, TOPICS.scores().name());
      Map<String, List<byte[]>> drifts = UndisturbedMonitor.values(clients, TOPICS.drift().name());
      Set<Place> unscored = unscored(sequences(scores));
      Letters letters = letters();
      System.out.printf("crash test: frames that two kills have hit: %s%n", letters.poison());
      assertThat(letters.poison())
          .as("frames that two kills have hit: each was scored alone when the second came")
          .containsAll(unscored)
          .hasSizeLessThan(KILLS);
      assertThat(letters.count())
          .as("dead letters")
          .isEqualTo(sent.damaged() + sent.twice() + unscored.size());
      Map<String, List<Long>> expected = new TreeMap<>();
      frames()
          .filter(frame -> !unscored.contains(frame))
          .forEach(
              frame ->
                  expected
                      .computeIfAbsent(frame.source(), s -> new ArrayList<>())
                      .add(frame.sequence()));
      assertThat(sequences(scores)).as("sequences of the scores, in order").isEqualTo(expected);
      UndisturbedMonitor.assertSameDriftScores(bundle, TOPICS, scores, drifts);
    }
  }

  /** Kills at random moments; a second and a third instance come, and one goes as it should. */
  private void disturb() throws IOException {
    Random random = new Random(20261125);
    start("score", "a");
    start("monitor", "a");
    for (int kill = 0; kill < KILLS; kill++) {
      int wanted = count(TOPICS.scores().name()) + 500 + random.nextInt(3_000);
      int most = FRAMES * (kill + 1) / (KILLS + 1);
      await(Math.min(wanted, most), TOPICS.scores().name());
      List<String> victims =
          switch (random.nextInt(3)) {
            case 0 -> matching("score", random);
            case 1 -> matching("monitor", random);
            default -> {
              List<String> both = new ArrayList<>(matching("score", random));
              both.addAll(matching("monitor", random));
              yield both;
            }
          };
      for (String victim : victims) {
        running.get(victim).kill();
      }
      System.out.printf(
          "crash test: kill %d of %s at %d scores%n",
          kill + 1, victims, count(TOPICS.scores().name()));
      for (String victim : victims) {
        String[] name = victim.split("-", 2);
        start(name[0], name[1]);
      }
      switch (kill) {
        case 1 -> {
          start("score", "b");
          start("monitor", "b");
        }
        case 3 -> start("score", "c");
        case 5 -> {
          assertThat(running.remove("score-b").stop(Duration.ofSeconds(30))).isIn(0, 143);
          assertThat(running.remove("monitor-b").stop(Duration.ofSeconds(30))).isIn(0, 143);
        }
        default -> {}
      }
    }
  }

  private List<String> matching(String role, Random random) {
    List<String> all = running.keySet().stream().filter(name -> name.startsWith(role)).toList();
    return List.of(all.get(random.nextInt(all.size())));
  }

  private void start(String role, String instance) throws IOException {
    running.put(role + "-" + instance, Service.role(model, directory, clients, role, instance));
  }

  /** Committed records of a topic. */
  private int count(String topic) {
    int[] count = {0};
    try (TopicReader<byte[], byte[]> reader = reader(topic)) {
      reader.readToEnd(record -> count[0]++);
    }
    return count[0];
  }

  private TopicReader<byte[], byte[]> reader(String topic) {
    return new TopicReader<>(
        clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer()), topic);
  }

  /** Waits until topics have this number of committed records together. */
  private void await(int wanted, String... topics) {
    int count = 0;
    long end = System.nanoTime() + Waits.limit(LIMIT).toNanos();
    List<TopicReader<byte[], byte[]>> readers = Stream.of(topics).map(this::reader).toList();
    try {
      while (count < wanted) {
        for (TopicReader<byte[], byte[]> reader : readers) {
          count += reader.poll().size();
        }
        for (Map.Entry<String, Service> each : running.entrySet()) {
          if (!each.getValue().isAlive()) {
            throw each.getValue().failure(each.getKey() + " ended by itself");
          }
        }
        if (System.nanoTime() > end) {
          throw running
              .values()
              .iterator()
              .next()
              .failure(
                  "%s: %d records, not %d; frames without a score: %s; %s"
                      .formatted(
                          List.of(topics),
                          count,
                          wanted,
                          unscored(
                                  sequences(
                                      UndisturbedMonitor.values(clients, TOPICS.scores().name())))
                              .stream()
                              .limit(20)
                              .toList(),
                          letters()));
        }
      }
    } finally {
      readers.forEach(TopicReader::close);
    }
  }

  /** A frame, by its source and sequence. */
  private record Place(String source, long sequence) {}

  private static Stream<Place> frames() {
    return IntStream.range(0, FRAMES).mapToObj(i -> new Place(source(i % SOURCES), i / SOURCES));
  }

  /** Sequences of each source's scores, in order. */
  private static Map<String, List<Long>> sequences(Map<String, List<byte[]>> scores) {
    Map<String, List<Long>> sequences = new TreeMap<>();
    scores.forEach(
        (source, list) ->
            sequences.put(
                source,
                list.stream().map(b -> UndisturbedMonitor.scored(TOPICS, b).sequence()).toList()));
    return sequences;
  }

  private static Set<Place> unscored(Map<String, List<Long>> scored) {
    Set<Place> frames = frames().collect(Collectors.toCollection(LinkedHashSet::new));
    scored.forEach(
        (source, sequences) -> sequences.forEach(n -> frames.remove(new Place(source, n))));
    return frames;
  }

  /**
   * The dead letters.
   *
   * @param poison whole frames that were being scored at too many ends of processes
   */
  private record Letters(int count, Set<Place> poison) {}

  private Letters letters() {
    FrameReader frames = new FrameReader(FrameLimits.DEFAULTS);
    int[] count = {0};
    Set<Place> poison = new HashSet<>();
    try (TopicReader<byte[], byte[]> reader = reader(TOPICS.deadLetters().name())) {
      reader.readToEnd(
          letter -> {
            count[0]++;
            if (DeadLetter.of(letter).reason().equals(Reason.POISON.name())) {
              place(frames, letter).ifPresent(poison::add);
            }
          });
    }
    return new Letters(count[0], poison);
  }

  /** Empty for a damaged frame. */
  private static Optional<Place> place(FrameReader frames, ConsumerRecord<byte[], byte[]> letter) {
    try {
      Frame frame = frames.read(letter).frame();
      return Optional.of(new Place(frame.source(), frame.sequence()));
    } catch (RejectedFrameException e) {
      return Optional.empty();
    }
  }

  private record Sent(int damaged, int twice) {}

  private Sent publish() throws IOException {
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), SHAPE);
    byte[][] pictures = new byte[PICTURES][SHAPE.size()];
    for (byte[] picture : pictures) {
      stream.next(picture, 0);
    }
    AtomicReference<Exception> failure = new AtomicReference<>();
    byte[] damaged = Frames.truncatedPng();
    int damagedSent = 0;
    int twiceSent = 0;
    Map<String, Integer> next = new HashMap<>();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < FRAMES; i++) {
        String source = source(i % SOURCES);
        int sequence = next.merge(source, 1, Integer::sum) - 1;
        byte[] frame =
            FrameReader.write(
                new Frame(
                    source,
                    sequence,
                    Instant.parse("2026-03-01T12:00:00Z").plusMillis(50L * sequence),
                    SHAPE.width(),
                    SHAPE.height(),
                    PixelFormat.RGB8,
                    pictures[(i % SOURCES + sequence) % PICTURES],
                    Map.of()));
        send(producer, source, frame, failure);
        if (i % DAMAGED_EVERY == 0) {
          send(producer, source, damaged, failure);
          damagedSent++;
        }
        if (i % TWICE_EVERY == 0) {
          send(producer, source, frame, failure);
          twiceSent++;
        }
      }
    }
    assertThat(failure.get()).as("failure to publish").isNull();
    return new Sent(damagedSent, twiceSent);
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      String source,
      byte[] value,
      AtomicReference<Exception> failure) {
    producer.send(
        new ProducerRecord<>(
            TOPICS.frames().name(), source.getBytes(StandardCharsets.UTF_8), value),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private static String source(int number) {
    return "camera-" + number;
  }
}
