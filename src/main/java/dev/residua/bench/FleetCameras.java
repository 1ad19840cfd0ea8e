package dev.residua.bench;

import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Cameras that all send frames at the same steady rate. Each frame is a random one of some thousand
 * that are drawn before, so that frames of a camera are independent of each other.
 */
final class FleetCameras implements AutoCloseable {
  private static final int PICTURES = 4_096;

  /** Frames after which a shift that grows has reached its size. */
  private static final int SETTLED = 512;

  private static final String SCENARIO =
      """
      {"scene": "pendulum", "noise": [0.5, 0.4], "seed": 4711, "frames": %d, "events": [%s]}
      """;

  /** What a camera sees. */
  enum View {
    /** The normal scene. */
    USUAL(""),

    /** The light has moved for good, as its law allows. */
    MOVED_LIGHT(
        """
        {"kind": "covariate_drift", "node": "light", "at": 0, "frames": %d, "size": 0.6, "rate": 0.1}
        """),

    /** The shadow's length no longer follows its causes. */
    BROKEN_SHADOW(
        """
        {"kind": "offset", "node": "shadow_length", "at": 0, "frames": %d, "size": 3}
        """);

    private final String event;

    View(String event) {
      this.event = event;
    }
  }

  private final Producer<byte[], byte[]> producer;
  private final Topics topics;
  private final ImageShape shape;
  private final String[] sources;
  private final double framesPerSecond;
  private final Map<View, byte[][]> pictures = new TreeMap<>();
  private final AtomicReferenceArray<View> views;
  private final AtomicLongArray next;
  private final SplittableRandom random = new SplittableRandom(20_27);
  private final Thread thread = new Thread(this::send, "bench-cameras");
  private volatile @Nullable Exception failure;
  private volatile boolean stopped;

  /**
   * Draws the pictures; {@link #start} begins to send.
   *
   * @param producer closed with this object
   * @param sources their names, at least one
   * @param framesPerSecond of each camera, above 0
   */
  FleetCameras(
      Producer<byte[], byte[]> producer,
      Topics topics,
      ImageShape shape,
      String[] sources,
      double framesPerSecond)
      throws IOException {
    this.producer = producer;
    this.topics = topics;
    this.shape = shape;
    this.sources = sources.clone();
    this.framesPerSecond = framesPerSecond;
    this.views = new AtomicReferenceArray<>(sources.length);
    this.next = new AtomicLongArray(sources.length);
    for (int i = 0; i < sources.length; i++) {
      views.set(i, View.USUAL);
    }
    for (View view : View.values()) {
      pictures.put(view, draw(view));
    }
  }

  private byte[][] draw(View view) throws IOException {
    int frames = SETTLED + PICTURES;
    String script = SCENARIO.formatted(frames, view.event.formatted(frames));
    ScenarioStream stream = new ScenarioStream(Scenario.parse(script, "the scenario"), shape);
    byte[] skipped = new byte[shape.size()];
    for (int i = 0; i < SETTLED; i++) {
      stream.next(skipped, 0);
    }
    byte[][] drawn = new byte[PICTURES][shape.size()];
    for (byte[] picture : drawn) {
      stream.next(picture, 0);
    }
    return drawn;
  }

  void start() {
    thread.start();
  }

  /** Changes what a camera sees from its next frame on. */
  void show(int camera, View view) {
    views.set(camera, view);
  }

  private void send() {
    long start = System.nanoTime();
    double perSecond = framesPerSecond * sources.length;
    for (long i = 0; !stopped && failure == null; i++) {
      long due = start + (long) (i * 1e9 / perSecond);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      int camera = (int) (i % sources.length);
      byte[][] seen = pictures.get(views.get(camera));
      if (seen == null) {
        throw new IllegalStateException("no pictures of " + views.get(camera));
      }
      Frame frame =
          Frame.ofPixels(
              sources[camera],
              next.getAndIncrement(camera),
              Instant.now(),
              shape,
              seen[random.nextInt(PICTURES)]);
      producer.send(
          new ProducerRecord<>(
              topics.frames().name(),
              sources[camera].getBytes(StandardCharsets.UTF_8),
              FrameReader.write(frame)),
          (metadata, e) -> failure = e == null ? failure : e);
    }
  }

  /** Frames sent so far by source; the sequences of a source start at 0. */
  Map<String, Long> sent() {
    Map<String, Long> sent = new TreeMap<>();
    for (int i = 0; i < sources.length; i++) {
      sent.put(sources[i], next.get(i));
    }
    return sent;
  }

  /**
   * Ends all of them.
   *
   * @throws IllegalStateException if Kafka refused a record
   */
  void stop() throws InterruptedException {
    stopped = true;
    thread.join();
    producer.flush();
    check();
  }

  /**
   * Checks that they send.
   *
   * @throws IllegalStateException if Kafka refused a record
   */
  void check() {
    Exception why = failure;
    if (why != null) {
      throw new IllegalStateException("a frame could not be sent: " + why, why);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
