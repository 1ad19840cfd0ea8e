package dev.residua.testing;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.incident.Incident;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A source with a fault that ends: its incident must open and end. */
public final class FaultySource {
  private static final int FRAMES = 600;
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final String SCENARIO =
      """
      {"scene": "pendulum", "noise": [0.5, 0.4], "seed": 4242, "frames": %d, "events": [
        {"kind": "offset", "node": "shadow_length", "at": %d, "frames": %d, "size": 3}]}
      """;

  private FaultySource() {}

  /**
   * Frames of a pendulum, 20 per second, whose shadow is three noise deviations too long for a
   * while.
   *
   * @param first capture time of the first frame
   * @param frames number of frames
   * @param faultFrom first frame with the fault
   * @param faultFrames frames with the fault, at least 1; those after the last one are left out
   */
  public static List<Frame> frames(
      String source, Instant first, int frames, int faultFrom, int faultFrames) throws IOException {
    int length = Math.max(frames, faultFrom + faultFrames);
    ScenarioStream stream =
        new ScenarioStream(
            Scenario.parse(SCENARIO.formatted(length, faultFrom, faultFrames), "scenario"), SHAPE);
    List<Frame> all = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      byte[] picture = new byte[SHAPE.size()];
      stream.next(picture, 0);
      all.add(Frame.ofPixels(source, i, first.plusMillis(50L * i), SHAPE, picture));
    }
    return all;
  }

  /** Sends frames at once. */
  public static void publish(KafkaClients clients, Topics topics, List<Frame> frames) {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (Frame frame : frames) {
        producer.send(
            new ProducerRecord<>(
                topics.frames().name(),
                frame.source().getBytes(StandardCharsets.UTF_8),
                FrameReader.write(frame)));
      }
    }
  }

  /** Sends all frames of a source at once, captured at 20 frames per second until now. */
  public static void publish(KafkaClients clients, Topics topics, String source)
      throws IOException {
    Instant first = Instant.now().minusMillis(50L * FRAMES);
    publish(clients, topics, frames(source, first, FRAMES, 300, 100));
  }

  /** Waits until an incident of the source has opened and none is open. */
  public static void awaitEnd(
      Service service, KafkaClients clients, Topics topics, String source, Duration limit) {
    Map<String, Incident> last = new HashMap<>();
    try (TopicReader<String, Incident> reader =
        new TopicReader<>(clients.follower(topics.incidents()), topics.incidents().name())) {
      service.await(
          limit,
          "an incident of %s has opened and ended".formatted(source),
          () -> {
            reader.poll().forEach(record -> last.put(record.key(), record.value()));
            List<Incident> own =
                last.values().stream().filter(i -> i.source().equals(source)).toList();
            return !own.isEmpty() && own.stream().noneMatch(Incident::open);
          });
    }
  }
}
