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

/** Frames that benchmarks send: a few hundred drawn ones, assigned to sources in turn. */
final class BenchmarkFrames {
  private static final int DRAWN = 512;
  private static final int DRAWN_FILES = 32;

  private final PixelFormat format;
  private final int width;
  private final int height;
  private final int sources;
  private final byte[][] frames;

  /**
   * Draws raw frames of the demo's scene.
   *
   * @param sources cameras, at least 1
   */
  BenchmarkFrames(ImageShape shape, int sources) throws IOException {
    this.format = shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8;
    this.width = shape.width();
    this.height = shape.height();
    this.sources = sources;
    this.frames = new byte[DRAWN][shape.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    for (byte[] frame : frames) {
      stream.next(frame, 0);
    }
  }

  /**
   * Draws frames of camera size.
   *
   * @param sources cameras, at least 1
   */
  BenchmarkFrames(CameraImage image, int sources) throws IOException {
    this.format = image.format();
    this.width = image.width();
    this.height = image.height();
    this.sources = sources;
    this.frames = new byte[DRAWN_FILES][];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = image.draw(i);
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
        new Frame(
            source,
            index / sources,
            capturedAt,
            width,
            height,
            format,
            frames[index % frames.length],
            Map.of());
    return new ProducerRecord<>(
        topics.frames().name(), source.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
  }
}
