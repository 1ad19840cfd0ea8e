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
import org.apache.kafka.clients.producer.ProducerRecord;

/** Frames that benchmarks send: a few hundred drawn ones, assigned to sources in turn. */
final class BenchmarkFrames {
  private static final int DRAWN = 512;

  private final ImageShape shape;
  private final int sources;
  private final byte[][] frames;

  /**
   * Draws them.
   *
   * @param sources cameras, at least 1
   */
  BenchmarkFrames(ImageShape shape, int sources) throws IOException {
    this.shape = shape;
    this.sources = sources;
    this.frames = new byte[DRAWN][shape.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    for (byte[] frame : frames) {
      stream.next(frame, 0);
    }
  }

  /**
   * The record of one frame.
   *
   * @param index over all sources, from 0; each source counts its own sequence from 0
   */
  ProducerRecord<byte[], byte[]> record(Topics topics, int index, Instant capturedAt) {
    String source = "cam" + index % sources;
    Frame frame =
        Frame.ofPixels(source, index / sources, capturedAt, shape, frames[index % frames.length]);
    return new ProducerRecord<>(
        topics.frames().name(), source.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
  }
}
