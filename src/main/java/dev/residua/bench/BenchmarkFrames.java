package dev.residua.bench;

import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Frames that benchmarks send: a few hundred drawn ones, dealt to sources in turn. */
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

  /** Name of a source, numbered from 0. */
  static String source(int number) {
    return "cam" + number;
  }

  /**
   * The record of one frame.
   *
   * @param index over all sources, from 0; each source counts its own sequence from 0
   */
  ProducerRecord<byte[], byte[]> record(Topics topics, int index, Instant capturedAt) {
    String source = source(index % sources);
    Frame frame =
        new Frame(
            source,
            index / sources,
            capturedAt,
            shape.width(),
            shape.height(),
            shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8,
            frames[index % frames.length],
            Map.of());
    return new ProducerRecord<>(
        topics.frames().name(), source.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
  }
}
