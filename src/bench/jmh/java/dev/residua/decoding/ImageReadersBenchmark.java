package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.lwjgl.BufferUtils;
import org.lwjgl.stb.STBImage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Microseconds a file: the product's readers, all checks included, and others that check less. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ImageReadersBenchmark {
  private static final int FILES = 32;

  @Param({"64", "96"})
  public int side;

  @Param({"PNG", "JPEG"})
  public String format;

  private final byte[][] files = new byte[FILES][];
  private FrameDecoder decoder;
  private byte[] pixels;
  private ByteBuffer direct;
  private final IntBuffer width = BufferUtils.createIntBuffer(1);
  private final IntBuffer height = BufferUtils.createIntBuffer(1);
  private final IntBuffer channels = BufferUtils.createIntBuffer(1);
  private int next;

  @Setup
  public void writeFiles() throws IOException {
    ImageIO.setUseCache(false);
    ImageShape shape = new ImageShape(side, side, 3);
    Pendulum scene = new Pendulum();
    ScenarioStream stream =
        new ScenarioStream(
            Scenario.nominal(scene, Arrays.stream(scene.usualNoise()).boxed().toList(), 1, 0),
            shape);
    pixels = new byte[shape.size()];
    int longest = 0;
    for (int i = 0; i < FILES; i++) {
      stream.next(pixels, 0);
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < side * side; p++) {
        image.setRGB(
            p % side,
            p / side,
            (pixels[3 * p] & 0xFF) << 16
                | (pixels[3 * p + 1] & 0xFF) << 8
                | (pixels[3 * p + 2] & 0xFF));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, format, out);
      files[i] = out.toByteArray();
      longest = Math.max(longest, files[i].length);
    }
    direct = BufferUtils.createByteBuffer(longest);
    decoder = new FrameDecoder(FrameLimits.DEFAULTS, shape);
  }

  private byte[] file() {
    return files[next++ & (FILES - 1)];
  }

  @Benchmark
  public byte[] product() throws RejectedFrameException {
    decoder.decode(
        new Frame(
            "bench", 0, Instant.EPOCH, side, side, PixelFormat.valueOf(format), file(), Map.of()),
        pixels,
        0);
    return pixels;
  }

  @Benchmark
  public BufferedImage imageIo() throws IOException {
    return ImageIO.read(new ByteArrayInputStream(file()));
  }

  @Benchmark
  public byte[] stb() {
    byte[] file = file();
    direct.clear();
    direct.put(file).flip();
    ByteBuffer decoded = STBImage.stbi_load_from_memory(direct, width, height, channels, 3);
    if (decoded == null) {
      throw new IllegalStateException(STBImage.stbi_failure_reason());
    }
    decoded.get(0, pixels, 0, 3 * side * side);
    STBImage.stbi_image_free(decoded);
    return pixels;
  }
}
