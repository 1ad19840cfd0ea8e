package dev.residua.testing;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.wire.FrameReader;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records for the frames topic that started well and were then damaged: every format, bare and in
 * Avro, with bits flipped, parts cut out, doubled, overwritten or appended, and now and then a
 * damaged key. The seed fixes them all.
 */
public final class FrameFuzzer {
  private static final int SIDE = 24;
  private static final List<PixelFormat> RAW =
      Stream.of(PixelFormat.values()).filter(format -> !format.isFile()).toList();
  private static final List<PixelFormat> FILES =
      Stream.of(PixelFormat.values()).filter(PixelFormat::isFile).toList();

  private final SplittableRandom random;
  private final List<byte[]> files;
  private long made;

  /** A record as it is sent. */
  public record Mutant(byte @Nullable [] key, byte @Nullable [] value) {}

  public FrameFuzzer(long seed) {
    random = new SplittableRandom(seed);
    files =
        List.of(
            Frames.png(SIDE, SIDE),
            Frames.jpeg(SIDE, SIDE),
            Frames.png(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY)),
            Frames.png(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_4BYTE_ABGR)),
            Frames.png(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED)),
            Frames.interlacedPng(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR)),
            Frames.progressiveJpeg(Frames.gradient(SIDE, SIDE, BufferedImage.TYPE_INT_RGB)),
            Frames.withExif(Frames.jpeg(SIDE, SIDE), Frames.exif(6, true)),
            Frames.webp(),
            Frames.bmp(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR)),
            Frames.bmp(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED)),
            Frames.tiff(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR)),
            Frames.tiff(Frames.noise(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY)));
  }

  /** The next damaged record. */
  public Mutant next() {
    String source = "fuzz-" + random.nextInt(50);
    byte[] key = source.getBytes(StandardCharsets.UTF_8);
    byte[] value = random.nextInt(3) == 0 ? pick(files).clone() : avro(source);
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      value = mutated(value);
    }
    made++;
    return switch (random.nextInt(40)) {
      case 0 -> new Mutant(null, value);
      case 1 -> new Mutant(mutated(key), value);
      case 2 -> new Mutant(key, null);
      default -> new Mutant(key, value);
    };
  }

  private byte[] avro(String source) {
    List<PixelFormat> formats = random.nextInt(5) < 3 ? RAW : FILES;
    PixelFormat format = formats.get(random.nextInt(formats.size()));
    byte[] data =
        switch (format) {
          case PNG -> pick(files.subList(0, 1));
          case JPEG -> files.get(1);
          case WEBP, BMP, TIFF -> Frames.fileOf(format);
          case GRAY8 -> noise(SIDE * SIDE);
          case RGB8 -> noise(SIDE * SIDE * 3);
          case RGBA8 -> noise(SIDE * SIDE * 4);
        };
    boolean raw = !format.isFile();
    return FrameReader.write(
        new Frame(
            source,
            made,
            Instant.ofEpochMilli(1_700_000_000_000L + 50 * made),
            raw ? SIDE : 0,
            raw ? SIDE : 0,
            format,
            data,
            random.nextInt(5) == 0
                ? Map.of("residua-ref", "file:///etc/passwd", "factor.light", "1")
                : Map.of()));
  }

  private byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    return noise;
  }

  /** One mutation; in the headers at the beginning as often as anywhere. */
  public byte[] mutated(byte[] value) {
    if (value.length == 0) {
      return noise(random.nextInt(20));
    }
    int at = random.nextInt(random.nextBoolean() ? Math.min(64, value.length) : value.length);
    int length = 1 + random.nextInt(Math.min(32, value.length - at));
    return switch (random.nextInt(8)) {
      case 0, 1 -> {
        value[at] ^= (byte) (1 << random.nextInt(8));
        yield value;
      }
      case 2 -> {
        value[at] = (byte) random.nextInt();
        yield value;
      }
      case 3 -> Arrays.copyOf(value, at);
      case 4 ->
          joined(Arrays.copyOf(value, at), Arrays.copyOfRange(value, at + length, value.length));
      case 5 ->
          joined(Arrays.copyOf(value, at + length), Arrays.copyOfRange(value, at, value.length));
      case 6 -> joined(value, noise(length));
      default -> {
        byte[] extreme = {0, (byte) 0xFF, 0x7F, (byte) 0x80};
        Arrays.fill(value, at, at + length, extreme[random.nextInt(extreme.length)]);
        yield value;
      }
    };
  }

  private byte[] pick(List<byte[]> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
