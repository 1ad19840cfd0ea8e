package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftScore;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A few sources that send frames of 12 kB at a constant pace until they are stopped, and check what
 * became of them.
 */
public final class Camera implements AutoCloseable {
  private static final int PICTURES = 256;
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);

  private final byte[][] pictures = new byte[PICTURES][SHAPE.size()];
  private final Topics topics;
  private final double framesPerSecond;
  private final AtomicLongArray sent;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread = new Thread(this::run, "camera");
  private volatile boolean stopped;

  /**
   * Starts at once.
   *
   * @param sources to which the frames are dealt in turn, each with sequences from 0
   * @param framesPerSecond over all sources
   */
  public Camera(KafkaClients clients, Topics topics, int sources, double framesPerSecond)
      throws IOException {
    this.topics = topics;
    this.framesPerSecond = framesPerSecond;
    this.sent = new AtomicLongArray(sources);
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), SHAPE);
    for (byte[] picture : pictures) {
      stream.next(picture, 0);
    }
    producer = clients.frameProducer();
    thread.start();
  }

  /** Frames handed to the producer by now, by source; the next ones have these sequences. */
  public long[] sent() {
    long[] counts = new long[sent.length()];
    for (int i = 0; i < sent.length(); i++) {
      counts[i] = sent.get(i);
    }
    return counts;
  }

  private void run() {
    long start = System.nanoTime();
    for (int i = 0; !stopped; i++) {
      LockSupport.parkNanos(start + (long) (i * 1e9 / framesPerSecond) - System.nanoTime());
      int source = i % sent.length();
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
              topics.frames().name(),
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
  public long[] stop() throws InterruptedException {
    stopped = true;
    thread.join();
    producer.flush();
    assertThat(failure.get()).as("failure to publish").isNull();
    return sent();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ofSeconds(5));
  }

  /** Name of a source, numbered from 0. */
  public static String source(int number) {
    return "camera-" + number;
  }

  /**
   * Checks that every frame has one score and one drift score, in order, and nothing was refused.
   *
   * @param frames frames accepted, by source
   */
  public static void assertScoredOnceAndInOrder(
      KafkaClients clients, Topics topics, long[] frames) {
    Map<String, List<Long>> expected = new TreeMap<>();
    for (int i = 0; i < frames.length; i++) {
      expected.put(source(i), LongStream.range(0, frames[i]).boxed().toList());
    }
    assertThat(sequences(clients, topics.scores(), ScoredFrame::sequence))
        .as("sequences of the scores")
        .isEqualTo(expected);
    assertThat(sequences(clients, topics.drift(), DriftScore::sequence))
        .as("sequences of the drift scores")
        .isEqualTo(expected);
    assertThat(TopicReader.values(clients, topics.deadLetters())).as("dead letters").isEmpty();
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
}
