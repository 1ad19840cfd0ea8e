package dev.residua.frame;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * Stored bytes behind a header with their kind, version and checksum, big-endian.
 *
 * @param magic identifies the kind
 * @param version of the content
 * @param name of the content for people, such as {@code table of thresholds}
 */
public record CheckedBytes(int magic, int version, String name) {
  private static final int HEADER_BYTES = 3 * Integer.BYTES;

  /** The content behind its header. */
  public byte[] write(byte[] content) {
    return ByteBuffer.allocate(HEADER_BYTES + content.length)
        .putInt(magic)
        .putInt(version)
        .putInt(checksum(content, 0))
        .put(content)
        .array();
  }

  /**
   * Reads bytes of {@link #write}.
   *
   * @param reader of the content
   * @throws IllegalArgumentException if the bytes are of another kind or version, or damaged
   */
  public <T> T read(byte[] bytes, Function<ByteBuffer, T> reader) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt() != magic) {
      throw new IllegalArgumentException(
          "these %d bytes are not a %s".formatted(bytes.length, name));
    }
    int found = in.getInt();
    if (found != version) {
      throw new IllegalArgumentException(
          "%s has version %d, this code reads %d".formatted(name, found, version));
    }
    if (in.getInt() != checksum(bytes, HEADER_BYTES)) {
      throw new IllegalArgumentException(
          "%s of %d bytes is damaged or cut short: its checksum is wrong"
              .formatted(name, bytes.length));
    }
    try {
      return reader.apply(in);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "%s of %d bytes is cut short".formatted(name, bytes.length), e);
    }
  }

  private static int checksum(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }
}
