package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Processor time from a file to the pixels that a model reads: of this product, of the reader of
 * the JDK with the same resampling of all pixels, and of OpenCV in Python, with which we take
 * turns.
 */
public final class DecodeBenchmark {
  private static final float QUALITY = 0.85f;
  private static final int ROUNDS = 5;
  private static final int WARM_UP = 200;
  private static final int CHANNELS = 3;

  private final ImageShape target;
  private final int frames;
  private final Optional<PythonScript> openCv;
  private final byte[] pixels;

  /**
   * A kind of picture.
   *
   * @param format RGB8, PNG or JPEG
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   */
  public record Image(PixelFormat format, int width, int height) {
    public Image {
      if (format != PixelFormat.RGB8 && format != PixelFormat.PNG && format != PixelFormat.JPEG) {
        throw new IllegalArgumentException("the format must be rgb8, png or jpeg");
      }
      new ImageShape(width, height, CHANNELS); // refuses sizes below one pixel
    }

    @Override
    public String toString() {
      return "%s:%dx%d".formatted(format.name().toLowerCase(Locale.ROOT), width, height);
    }
  }

  /**
   * What was measured of one image; times are medians over rounds, in milliseconds of processor
   * time per frame.
   *
   * @param image that was decoded
   * @param bytes size of the file or the pixels
   * @param millis of this product
   * @param jdkMillis of the JDK's reader with the same resampling; NaN for raw pixels
   * @param difference root mean square of the difference to full decoding with the same resampling,
   *     in grey levels
   * @param openCv what the script printed in the last round; empty where Python is missing
   * @param ratioToOpenCv median over rounds of our time over theirs; NaN where Python is missing
   */
  public record Row(
      Image image,
      int bytes,
      double millis,
      double jdkMillis,
      double difference,
      Optional<JsonNode> openCv,
      double ratioToOpenCv) {}

  /**
   * @param target what a model reads, with three channels
   * @param frames that are decoded in each round, at least 1
   * @param openCv the script; empty to do without
   */
  public DecodeBenchmark(ImageShape target, int frames, Optional<PythonScript> openCv) {
    this.target = target;
    this.frames = frames;
    this.openCv = openCv;
    this.pixels = new byte[target.size()];
  }

  /** Work that is timed. */
  private interface Decoding {
    void once() throws IOException, RejectedFrameException;
  }

  /**
   * Measures one image.
   *
   * @param folder where its file is written
   */
  public Row run(Image image, Path folder)
      throws IOException, RejectedFrameException, StartFailedException, InterruptedException {
    BufferedImage picture = picture(image.width(), image.height());
    byte[] data = encoded(picture, image.format());
    Path file = Files.write(folder.resolve("image"), data);
    boolean raw = !image.format().isFile();
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, target);
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

  private List<String> arguments(Image image, Path file) {
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

  private static Frame frame(Image image, PixelFormat format, byte[] data) {
    return new Frame(
        "bench", 0, Instant.EPOCH, image.width(), image.height(), format, data, Map.of());
  }

  private static Frame decodedByJdk(Image image, byte[] data) throws IOException {
    Raster raster = ImageIO.read(new ByteArrayInputStream(data)).getRaster();
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

  private static byte[] encoded(BufferedImage picture, PixelFormat format) throws IOException {
    if (format == PixelFormat.RGB8) {
      return bytes(picture);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format.name()).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam settings = writer.getDefaultWriteParam();
      if (format == PixelFormat.JPEG) {
        settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        settings.setCompressionQuality(QUALITY);
      }
      writer.write(null, new IIOImage(picture, null, null), settings);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] bytes(BufferedImage picture) {
    int width = picture.getWidth();
    byte[] out = new byte[width * picture.getHeight() * CHANNELS];
    int[] row = new int[width];
    for (int y = 0, to = 0; y < picture.getHeight(); y++) {
      picture.getRGB(0, y, width, 1, row, 0, width);
      for (int rgb : row) {
        out[to++] = (byte) (rgb >> 16);
        out[to++] = (byte) (rgb >> 8);
        out[to++] = (byte) rgb;
      }
    }
    return out;
  }

  /** A picture as a camera gives it: surfaces, edges, fine structure and the noise of a sensor. */
  private static BufferedImage picture(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    SplittableRandom random = new SplittableRandom(7);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double u = (double) x / width;
        double v = (double) y / height;
        double level = 90 + 60 * u + 40 * Math.sin(5 * v + 3 * u);
        level = Math.hypot(u - 0.6, (v - 0.4) * height / width) < 0.15 ? 225 - 60 * v : level;
        level -= Math.sin(60 * u + 25 * v) > 0.9 ? 45 : 0; // cables and rails
        level += v > 0.7 ? 25 * Math.signum(Math.sin(180 * u) * Math.sin(120 * v)) : 0; // a grid
        int rgb = 0;
        for (int c = 0; c < CHANNELS; c++) {
          double noisy = level * (1 - 0.15 * c) + 3 * random.nextGaussian();
          rgb = rgb << 8 | (int) Math.max(0, Math.min(255, noisy));
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }
}
