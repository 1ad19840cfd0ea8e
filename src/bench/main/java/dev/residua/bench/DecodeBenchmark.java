package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Processor time from a file to the pixels that a model reads: of this product, of the reader of
 * the JDK with the same resampling of all pixels, and of OpenCV in Python, with which we take
 * turns.
 */
public final class DecodeBenchmark {
  private static final long SEED = 7;
  private static final int ROUNDS = 5;
  private static final int WARM_UP = 200;
  private static final int CHANNELS = 3;

  private final ImageShape target;
  private final @Nullable ImageShape details;
  private final int frames;
  private final Optional<PythonScript> openCv;
  private final byte[] pixels;

  /**
   * Measurements of one image; times are medians over rounds, in milliseconds of processor time per
   * frame.
   *
   * @param image that was decoded
   * @param bytes size of the file or the pixels
   * @param millis of this product
   * @param jdkMillis of the JDK's reader with the same resampling; NaN for raw pixels
   * @param difference root mean square of the difference to full decoding with the same resampling,
   *     in grey levels
   * @param openCv output of the script in the last round; empty if Python is missing
   * @param ratioToOpenCv median over rounds of our time over theirs; NaN if Python is missing
   */
  public record Row(
      CameraImage image,
      int bytes,
      double millis,
      double jdkMillis,
      double difference,
      Optional<JsonNode> openCv,
      double ratioToOpenCv) {}

  /**
   * @param target shape that a model reads, with three channels
   * @param details size of the detail picture that our decoder also gives; null for none
   * @param frames that are decoded in each round, at least 1
   * @param openCv the script; empty to do without
   */
  public DecodeBenchmark(
      ImageShape target, @Nullable ImageShape details, int frames, Optional<PythonScript> openCv) {
    this.target = target;
    this.details = details;
    this.frames = frames;
    this.openCv = openCv;
    this.pixels = new byte[target.size()];
  }

  private interface Decoding {
    void once() throws IOException, RejectedFrameException;
  }

  /**
   * Measures one image.
   *
   * @param folder of its file
   */
  public Row run(CameraImage image, Path folder)
      throws IOException, RejectedFrameException, StartFailedException, InterruptedException {
    byte[] data = image.draw(SEED);
    Path file = Files.write(folder.resolve("image"), data);
    boolean raw = !image.format().isFile();
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, target, details);
    Frame frame = frame(image, image.format(), data);
    Decoding ours = () -> decoder.decode(frame, pixels, 0);
    Decoding jdk = () -> decoder.decode(decodedByJdk(image, data), pixels, 0);
    double difference = 0;
    if (!raw) {
      jdk.once();
      byte[] full = pixels.clone();
      ours.once();
      difference = difference(full, pixels);
    }
    millis(ours, WARM_UP);
    double[] times = new double[ROUNDS];
    double[] jdkTimes = new double[ROUNDS];
    double[] ratios = new double[ROUNDS];
    JsonNode theirs = null;
    for (int i = 0; i < ROUNDS; i++) {
      times[i] = millis(ours, frames);
      ratios[i] = Double.NaN;
      if (openCv.isPresent()) {
        theirs = openCv.get().run(arguments(image, file));
        ratios[i] = times[i] / theirs.path("millis").asDouble();
      }
    }
    for (int i = 0; i < ROUNDS; i++) { // afterwards, since it leaves much garbage behind
      jdkTimes[i] = raw ? Double.NaN : millis(jdk, Math.max(1, frames / 4));
    }
    return new Row(
        image,
        data.length,
        Median.of(times),
        Median.of(jdkTimes),
        difference,
        Optional.ofNullable(theirs),
        Median.of(ratios));
  }

  private List<String> arguments(CameraImage image, Path file) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--width", Integer.toString(target.width()),
                "--height", Integer.toString(target.height()),
                "--frames", Integer.toString(frames),
                "--file", file.toString()));
    if (!image.format().isFile()) {
      arguments.addAll(List.of("--raw", image.width() + "x" + image.height()));
    }
    return arguments;
  }

  private static Frame frame(CameraImage image, PixelFormat format, byte[] data) {
    return new Frame(
        "bench", 0, Instant.EPOCH, image.width(), image.height(), format, data, Map.of());
  }

  private static Frame decodedByJdk(CameraImage image, byte[] data) throws IOException {
    // not from the stream itself, which ImageIO would copy to a file on disk
    Raster raster =
        ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(data))).getRaster();
    byte[] decoded =
        (byte[]) raster.getDataElements(0, 0, raster.getWidth(), raster.getHeight(), null);
    return frame(image, PixelFormat.RGB8, decoded);
  }

  private static double millis(Decoding decoding, int times)
      throws IOException, RejectedFrameException {
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (int i = 0; i < times; i++) {
      decoding.once();
    }
    return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e6 / times;
  }

  private static double difference(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (a[i] & 0xFF) - (b[i] & 0xFF);
      sum += d * d;
    }
    return Math.sqrt(sum / a.length);
  }
}
