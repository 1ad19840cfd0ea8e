package dev.residua.bench;

import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.producer.Producer;

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

  /** State of a camera's scene. */
  enum View {
    /** The normal scene. */
    USUAL(""),

    /** The light has moved for good, as its distribution allows. */
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

  private final PacedSender sender;
  private final ImageShape shape;
  private final String[] sources;
  private final Map<View, byte[][]> pictures = new TreeMap<>();
  private final AtomicReferenceArray<View> views;
  private final AtomicLongArray next;
  private final SplittableRandom random = new SplittableRandom(20_27);

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
    this.sender =
        new PacedSender(
            producer, topics.frames().name(), framesPerSecond * sources.length, this::send);
    this.shape = shape;
    this.sources = sources.clone();
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
    sender.start();
  }

  /** Changes the scene of a camera from its next frame on. */
  void show(int camera, View view) {
    views.set(camera, view);
  }

  private void send(long step) {
    int camera = (int) (step % sources.length);
    byte[][] seen = Objects.requireNonNull(pictures.get(views.get(camera)));
    Frame frame =
        Frame.ofPixels(
            sources[camera],
            next.getAndIncrement(camera),
            Instant.now(),
            shape,
            seen[random.nextInt(PICTURES)]);
    sender.send(sources[camera], FrameReader.write(frame));
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
    sender.stop();
  }

  void check() {
    sender.check();
  }

  @Override
  public void close() {
    sender.close();
  }
}
