package dev.residua.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's array file, format versions 1.0 and 2.0 (numpy.lib.format): unsigned bytes, float32 and
 * float64, little endian, in C order. Rejects anything else with a message that names it.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int MAX_HEADER = 1 << 16;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  private Npy() {}

  /** Type of one element. */
  public enum Type {
    UNSIGNED_BYTE("|u1", 1),
    FLOAT("<f4", 4),
    DOUBLE("<f8", 8);

    private final String description;
    private final int bytes;

    Type(String description, int bytes) {
      this.description = description;
      this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
      return bytes;
    }

    /** NumPy's name of the type. */
    public String label() {
      return this == UNSIGNED_BYTE ? "uint8" : this == FLOAT ? "float32" : "float64";
    }
  }

  /**
   * The header of a file.
   *
   * @param type element type
   * @param shape length of every axis, outermost first
   * @param dataOffset bytes before the first element
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Header(Type type, long[] shape, long dataOffset) {
    /** Number of elements. */
    public long elements() {
      return product(shape);
    }

    /** Bytes of the whole file. */
    public long fileBytes() {
      return Math.addExact(dataOffset, Math.multiplyExact(elements(), (long) type.bytes));
    }

    /** Shape as {@code [1000, 64, 64, 3]}. */
    public String shapeText() {
      return Arrays.toString(shape);
    }
  }

  /**
   * An array of floating-point numbers in memory.
   *
   * @param shape length of every axis, outermost first
   * @param values elements in C order; float32 files are widened exactly
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Doubles(long[] shape, double[] values) {}

  /**
   * Reads the header of a file and checks it against the file's length.
   *
   * @throws IOException if the file is not a .npy file, is cut short, or has an unsupported type or
   *     order; the message names the file and its fault
   */
  public static Header header(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return header(channel, file);
    }
  }

  /**
   * Reads the header of an open file, as above.
   *
   * @param file its name, for messages
   */
  public static Header header(FileChannel channel, Path file) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, start, 0, file, channel.size() < 10 ? 10 : Math.min(12, channel.size()));
    for (int i = 0; i < MAGIC.length; i++) {
      if (start.get(i) != MAGIC[i]) {
        throw new IOException(file + " is not a .npy file: it does not start with \\x93NUMPY");
      }
    }
    int major = start.get(6);
    int minor = start.get(7);
    if (major != 1 && major != 2) {
      throw new IOException(
          "%s is .npy format version %d.%d, expected 1.0 or 2.0".formatted(file, major, minor));
    }
    int prefix = major == 1 ? 10 : 12;
    long length = major == 1 ? start.getShort(8) & 0xFFFF : start.getInt(8) & 0xFFFFFFFFL;
    if (length > MAX_HEADER) {
      throw new IOException(
          "%s says that its .npy header has %d bytes, expected at most %d"
              .formatted(file, length, MAX_HEADER));
    }
    ByteBuffer text = ByteBuffer.allocate((int) length);
    readFully(channel, text, prefix, file, length);
    Header header =
        parse(new String(text.array(), StandardCharsets.ISO_8859_1), file, prefix + length);
    if (channel.size() < header.fileBytes()) {
      throw new IOException(
          "%s is cut short: shape %s needs %d bytes but the file has %d"
              .formatted(file, header.shapeText(), header.fileBytes(), channel.size()));
    }
    return header;
  }

  private static Header parse(String text, Path file, long dataOffset) throws IOException {
    String type = find(TYPE, text, "descr", file);
    if (find(ORDER, text, "fortran_order", file).equals("True")) {
      throw new IOException(
          file + " is in Fortran order; save it with numpy.ascontiguousarray(array)");
    }
    Type found = null;
    for (Type candidate : Type.values()) {
      if (candidate.description.equals(type)
          || (candidate == Type.UNSIGNED_BYTE && (type.equals("u1") || type.equals("<u1")))) {
        found = candidate;
      }
    }
    if (found == null) {
      throw new IOException(
          "%s holds elements of type '%s', expected uint8 ('|u1'), float32 ('<f4') or float64 ('<f8')"
              .formatted(file, type));
    }
    String shape = find(SHAPE, text, "shape", file).strip();
    long[] axes;
    try {
      axes =
          shape.isEmpty()
              ? new long[0]
              : Arrays.stream(shape.split(",", -1))
                  .map(String::strip)
                  .filter(s -> !s.isEmpty())
                  .mapToLong(Long::parseLong)
                  .toArray();
      for (long axis : axes) {
        if (axis < 0) {
          throw new NumberFormatException("negative");
        }
      }
      Math.multiplyExact(product(axes), 8L);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IOException("%s has an invalid shape (%s)".formatted(file, shape), e);
    }
    return new Header(found, axes, dataOffset);
  }

  private static String find(Pattern pattern, String text, String key, Path file)
      throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException(
          "%s has a .npy header without '%s': %s".formatted(file, key, text.strip()));
    }
    return matcher.group(1);
  }

  /** Reads a whole float32 or float64 array. */
  public static Doubles readDoubles(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = header(channel, file);
      if (header.type == Type.UNSIGNED_BYTE) {
        throw new IOException(
            file + " holds uint8, expected float32 or float64 (numpy: array.astype('float32'))");
      }
      if (header.elements() > Integer.MAX_VALUE - 8) {
        throw new IOException(
            "%s has shape %s: %d values are too many to hold in memory"
                .formatted(file, header.shapeText(), header.elements()));
      }
      double[] values = new double[(int) header.elements()];
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      int perChunk = CHUNK_BYTES / header.type.bytes;
      for (int at = 0; at < values.length; ) {
        int n = Math.min(perChunk, values.length - at);
        buffer.clear().limit(n * header.type.bytes);
        readFully(
            channel,
            buffer,
            header.dataOffset + (long) at * header.type.bytes,
            file,
            (long) n * header.type.bytes);
        buffer.flip();
        for (int i = 0; i < n; i++) {
          values[at + i] = header.type == Type.FLOAT ? buffer.getFloat() : buffer.getDouble();
        }
        at += n;
      }
      return new Doubles(header.shape.clone(), values);
    }
  }

  /** Writes a float32 array, replacing the file. */
  public static void write(Path file, float[] values, long... shape) throws IOException {
    write(file, Type.FLOAT, values.length, (buffer, i) -> buffer.putFloat(values[i]), shape);
  }

  /** Writes a float64 array, replacing the file. */
  public static void write(Path file, double[] values, long... shape) throws IOException {
    write(file, Type.DOUBLE, values.length, (buffer, i) -> buffer.putDouble(values[i]), shape);
  }

  /** Writes an array of unsigned bytes, replacing the file. */
  public static void write(Path file, byte[] values, long... shape) throws IOException {
    write(file, Type.UNSIGNED_BYTE, values.length, (buffer, i) -> buffer.put(values[i]), shape);
  }

  private interface Put {
    void put(ByteBuffer buffer, int index);
  }

  private static void write(Path file, Type type, int count, Put put, long... shape)
      throws IOException {
    if (product(shape) != count) {
      throw new IllegalArgumentException(
          "shape %s has %d elements but there are %d values"
              .formatted(Arrays.toString(shape), product(shape), count));
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, ByteBuffer.wrap(head(type, shape)));
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        put.put(buffer, i);
        if (buffer.remaining() < 8) {
          writeFully(channel, buffer.flip());
          buffer.clear();
        }
      }
      writeFully(channel, buffer.flip());
    }
  }

  /** Bytes before the data: format 1.0, padded so that the data starts at a multiple of 64. */
  static byte[] head(Type type, long... shape) {
    String axes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(type.description, axes, shape.length == 1 ? "," : "");
    int unpadded = 10 + text.length() + 1;
    // Room for a longer first axis in the same header.
    int total = Math.max(128, (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    byte[] head = new byte[total];
    Arrays.fill(head, (byte) ' ');
    System.arraycopy(MAGIC, 0, head, 0, MAGIC.length);
    head[6] = 1;
    head[7] = 0;
    head[8] = (byte) (total - 10);
    head[9] = (byte) ((total - 10) >> 8);
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, head, 10, bytes.length);
    head[total - 1] = '\n';
    return head;
  }

  static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void readFully(
      FileChannel channel, ByteBuffer buffer, long at, Path file, long needed) throws IOException {
    long position = at;
    while (buffer.position() < needed) {
      int n = channel.read(buffer, position);
      if (n < 0) {
        throw new EOFException(
            "%s is cut short: it ends after %d bytes".formatted(file, channel.size()));
      }
      position += n;
    }
  }

  private static long product(long[] shape) {
    long product = 1;
    for (long axis : shape) {
      product = Math.multiplyExact(product, axis);
    }
    return product;
  }
}
