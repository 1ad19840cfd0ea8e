package dev.residua.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.ScoredFrame;
import dev.residua.dataset.Scenario;
import dev.residua.dataset.ScenarioStream;
import dev.residua.drift.DriftScore;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Cluster;
import dev.residua.testing.Service;
import dev.residua.testing.TopicReader;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers of which one at a time is lost, while frames come in. */
@Timeout(300)
class BrokerLossIT {
  private static final int NODES = 3;
  private static final int PARTITIONS = 4;
  private static final int SOURCES = 8;
  private static final int PICTURES = 256;
  private static final double FRAMES_PER_SECOND = 300;
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldScoreEveryFrameOnceAndInOrderWhileBrokersStopDieAndComeBack() throws Exception {
    try (Cluster cluster = Cluster.start(directory, NODES, List.of())) {
      // Given
      KafkaClients clients = cluster.clients();
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(TOPICS, PARTITIONS, Optional.empty());
      }
      long[] sent;
      try (Service service = Service.serve(directory.resolve("service"), clients).awaitReady();
          Camera camera = new Camera(clients);
          Watch watch = new Watch(clients)) {
        watch.awaitScored(service, camera.sent());

        // When
        for (int node = 1; node <= NODES; node++) {
          int one = node;
          step("stopped", node, service, camera, watch, () -> cluster.stop(one));
          step("started", node, service, camera, watch, () -> cluster.start(one));
          awaitInSync(service, clients);
          step("killed", node, service, camera, watch, () -> cluster.kill(one));
          step("started", node, service, camera, watch, () -> cluster.start(one));
          awaitInSync(service, clients);
        }
        sent = camera.stop();
        int all = (int) Arrays.stream(sent).sum();
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), all);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), all);
        assertThat(service.stop(Duration.ofSeconds(60))).as("exit code after SIGTERM").isIn(0, 143);
      }

      // Then
      Map<String, List<Long>> expected = new TreeMap<>();
      for (int i = 0; i < SOURCES; i++) {
        assertThat(sent[i]).as("frames of " + source(i)).isGreaterThan(100);
        expected.put(source(i), LongStream.range(0, sent[i]).boxed().toList());
      }
      assertThat(sequences(clients, TOPICS.scores(), ScoredFrame::sequence))
          .as("sequences of the scores")
          .isEqualTo(expected);
      assertThat(sequences(clients, TOPICS.drift(), DriftScore::sequence))
          .as("sequences of the drift scores")
          .isEqualTo(expected);
      assertThat(TopicReader.values(clients, TOPICS.deadLetters())).as("dead letters").isEmpty();
    }
  }

  /** Does something to a broker and prints how long it takes until new frames have scores again. */
  private static void step(
      String what, int node, Service service, Camera camera, Watch watch, Runnable action) {
    long start = System.nanoTime();
    action.run();
    long done = System.nanoTime();
    watch.awaitScored(service, camera.sent());
    System.out.printf(
        "broker loss: node %d %s in %.1f s, frames sent after that scored %.1f s later%n",
        node, what, (done - start) / 1e9, (System.nanoTime() - done) / 1e9);
  }

  /** Waits until every partition has all its copies, so that the next loss is one again. */
  private static void awaitInSync(Service service, KafkaClients clients) {
    try (Admin admin = Admin.create(clients.admin())) {
      service.await(
          LIMIT,
          "all partitions have %d copies in sync".formatted(NODES),
          () -> {
            try {
              return admin
                  .describeTopics(admin.listTopics().names().get())
                  .allTopicNames()
                  .get()
                  .values()
                  .stream()
                  .flatMap(topic -> topic.partitions().stream())
                  .allMatch(partition -> partition.isr().size() == NODES);
            } catch (ExecutionException e) {
              return false;
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IllegalStateException(e);
            }
          });
    }
  }

  private static <V> Map<String, List<Long>> sequences(
      KafkaClients clients, Topic<String, V> topic, ToLongFunction<V> sequence) {
    Map<String, List<Long>> bySource = new TreeMap<>();
    try (TopicReader<String, V> reader = new TopicReader<>(clients.follower(topic), topic.name())) {
      reader.readToEnd(
          record ->
              bySource
                  .computeIfAbsent(record.key(), k -> new ArrayList<>())
                  .add(sequence.applyAsLong(record.value())));
    }
    return bySource;
  }

  private static String source(int number) {
    return "camera-" + number;
  }

  /** The newest score of every source. */
  private static final class Watch implements AutoCloseable {
    private final TopicReader<String, ScoredFrame> reader;
    private final Map<String, Long> newest = new TreeMap<>();

    Watch(KafkaClients clients) {
      reader = new TopicReader<>(clients.follower(TOPICS.scores()), TOPICS.scores().name());
    }

    /** Waits for a score of every source that is newer than what was sent by now. */
    void awaitScored(Service service, long[] sent) {
      service.await(
          LIMIT,
          "sources have scores beyond " + Arrays.toString(sent),
          () -> {
            reader.poll().forEach(score -> newest.put(score.key(), score.value().sequence()));
            for (int i = 0; i < SOURCES; i++) {
              if (newest.getOrDefault(source(i), -1L) < sent[i]) {
                return false;
              }
            }
            return true;
          });
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Sends frames at a constant pace until it is stopped, and fails if one is not accepted. */
  private static final class Camera implements AutoCloseable {
    private final byte[][] pictures = new byte[PICTURES][SHAPE.size()];
    private final AtomicLongArray sent = new AtomicLongArray(SOURCES);
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread = new Thread(this::run, "camera");
    private volatile boolean stopped;

    Camera(KafkaClients clients) throws IOException {
      ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), SHAPE);
      for (byte[] picture : pictures) {
        stream.next(picture, 0);
      }
      producer = clients.frameProducer();
      thread.start();
    }

    /** Frames handed to the producer by now, by source; the next ones have these sequences. */
    long[] sent() {
      long[] counts = new long[SOURCES];
      for (int i = 0; i < SOURCES; i++) {
        counts[i] = sent.get(i);
      }
      return counts;
    }

    private void run() {
      long start = System.nanoTime();
      for (int i = 0; !stopped; i++) {
        LockSupport.parkNanos(start + (long) (i * 1e9 / FRAMES_PER_SECOND) - System.nanoTime());
        int source = i % SOURCES;
        long sequence = sent.get(source);
        Frame frame =
            new Frame(
                source(source),
                sequence,
                Instant.now(),
                SHAPE.width(),
                SHAPE.height(),
                PixelFormat.RGB8,
                pictures[(int) (sequence % PICTURES)],
                Map.of());
        producer.send(
            new ProducerRecord<>(
                TOPICS.frames().name(),
                frame.source().getBytes(StandardCharsets.UTF_8),
                FrameReader.write(frame)),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
        sent.incrementAndGet(source);
      }
    }

    /**
     * Ends the stream.
     *
     * @return frames accepted, by source
     */
    long[] stop() throws InterruptedException {
      stopped = true;
      thread.join();
      producer.flush();
      assertThat(failure.get()).as("failure to publish").isNull();
      return sent();
    }

    @Override
    public void close() {
      stopped = true;
      producer.close(Duration.ofSeconds(5));
    }
  }
}
