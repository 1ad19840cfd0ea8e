package dev.residua.bench;

import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.producer.Producer;

/**
 * Cameras that send frames at a steady rate, each for a limited time; a new one with another name
 * takes the place of one that ends. Half of them have a fault for a part of that time, and now and
 * then a record is damaged.
 */
final class ChangingCameras implements AutoCloseable {
  private static final int PICTURES = 512;

  /** Number of records of which one is damaged. */
  private static final int DAMAGED = 250;

  private static final String SCENARIO =
      """
      {"scene": "pendulum", "noise": [0.5, 0.4], "seed": 4242, "frames": %d, "events": [%s]}
      """;
  private static final String FAULT =
      """
      {"kind": "offset", "node": "shadow_length", "at": 0, "frames": %d, "size": 3}
      """
          .formatted(PICTURES);

  private final PacedSender sender;
  private final ImageShape shape;
  private final int framesPerCamera;
  private final byte[][] usual;
  private final byte[][] faulty;
  private final AtomicReferenceArray<Camera> cameras;
  private final SplittableRandom random = new SplittableRandom(20_26);
  private final Map<String, Long> sent = new ConcurrentHashMap<>();
  private final AtomicLong frames = new AtomicLong();
  private final AtomicLong damaged = new AtomicLong();
  private final Queue<String> ended = new ConcurrentLinkedQueue<>();
  private final long[] numbers; // of the cameras at each place

  private static final class Camera {
    private final String source;
    private final long frames;
    private final long faultFrom;
    private final long faultUntil;
    private long next;

    Camera(String source, long frames, boolean fault) {
      this.source = source;
      this.frames = frames;
      this.faultFrom = fault ? frames * 4 / 10 : frames;
      this.faultUntil = fault ? frames * 6 / 10 : frames;
    }
  }

  /**
   * Starts at once.
   *
   * @param producer closed with this object
   * @param cameras that send at the same time, at least 1
   * @param framesPerSecond over all cameras, above 0
   * @param framesPerCamera mean number of frames that a camera sends, at least 2
   */
  ChangingCameras(
      Producer<byte[], byte[]> producer,
      Topics topics,
      ImageShape shape,
      int cameras,
      double framesPerSecond,
      int framesPerCamera)
      throws IOException {
    this.sender = new PacedSender(producer, topics.frames().name(), framesPerSecond, this::send);
    this.shape = shape;
    this.numbers = new long[cameras];
    this.framesPerCamera = framesPerCamera;
    this.usual = draw("");
    this.faulty = draw(FAULT);
    this.cameras = new AtomicReferenceArray<>(cameras);
    for (int i = 0; i < cameras; i++) {
      this.cameras.set(i, camera(i, 0));
    }
    sender.start();
  }

  private byte[][] draw(String events) throws IOException {
    ScenarioStream stream =
        new ScenarioStream(
            Scenario.parse(SCENARIO.formatted(PICTURES, events), "the scenario"), shape);
    byte[][] pictures = new byte[PICTURES][shape.size()];
    for (byte[] picture : pictures) {
      stream.next(picture, 0);
    }
    return pictures;
  }

  private Camera camera(int place, long number) {
    long length = Math.round(framesPerCamera * (0.5 + random.nextDouble()));
    return new Camera(
        "cam-%d-%d".formatted(place, number), Math.max(1, length), random.nextBoolean());
  }

  private void send(long step) {
    int place = (int) (step % cameras.length());
    Camera camera = cameras.get(place);
    if (step % DAMAGED == DAMAGED - 1) {
      sender.send(camera.source, new byte[] {1, 2, 3});
      damaged.incrementAndGet();
    }
    boolean fault = camera.next >= camera.faultFrom && camera.next < camera.faultUntil;
    byte[] picture = (fault ? faulty : usual)[(int) ((camera.next + 37L * place) % PICTURES)];
    sender.send(
        camera.source,
        FrameReader.write(
            Frame.ofPixels(camera.source, camera.next++, Instant.now(), shape, picture)));
    sent.put(camera.source, camera.next);
    frames.incrementAndGet();
    if (camera.next >= camera.frames) {
      ended.add(camera.source);
      cameras.set(place, camera(place, ++numbers[place]));
    }
  }

  long frames() {
    return frames.get();
  }

  long damaged() {
    return damaged.get();
  }

  /** Frames sent so far by source; the sequences of a source start at 0. */
  Map<String, Long> sent() {
    return Map.copyOf(sent);
  }

  List<String> active() {
    List<String> active = new ArrayList<>();
    for (int i = 0; i < cameras.length(); i++) {
      active.add(cameras.get(i).source);
    }
    return active;
  }

  /** A source that has ended and was not returned before. */
  Optional<String> nextEnded() {
    return Optional.ofNullable(ended.poll());
  }

  /**
   * Ends all of them.
   *
   * @throws IllegalStateException if Kafka refused a record
   */
  void stop() throws InterruptedException {
    sender.stop();
  }

  @Override
  public void close() {
    sender.close();
  }
}
