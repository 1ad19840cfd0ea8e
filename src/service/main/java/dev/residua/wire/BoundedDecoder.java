package dev.residua.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoding from a byte array, for bytes that anybody may have sent. Before anything
 * is allocated, each length is compared with the number of bytes of the record, and so is the sum
 * of the items of all its collections. Avro's own decoder allocates the length that it reads, which
 * a few damaged bytes turn into gigabytes. Decodes one record. Not thread-safe.
 *
 * <p>Every item of a collection must take at least one byte, as {@link SchemaCost} demands of every
 * schema. Then the items of a valid record are never more than its bytes.
 *
 * <p>Source: Apache Avro 1.12 specification, "Binary encoding".
 */
final class BoundedDecoder extends Decoder {
  private final BinaryDecoder in;
  private final int bytes;

  /** Items that the collections of the rest of the record may have in all. */
  private int itemsLeft;

  /**
   * @param data not copied
   * @param offset of the first byte of the value
   */
  BoundedDecoder(byte[] data, int offset) {
    this.bytes = data.length - offset;
    this.itemsLeft = bytes;
    this.in = DecoderFactory.get().binaryDecoder(data, offset, bytes, null);
  }

  private int checked(long length, String what) {
    if (length < 0 || length > bytes) {
      throw new AvroRuntimeException(
          "%s of %d is more than the %d bytes that there are".formatted(what, length, bytes));
    }
    return (int) length;
  }

  private byte[] read(String what) throws IOException {
    int length = checked(in.readLong(), what);
    byte[] data = new byte[length];
    in.readFixed(data);
    return data;
  }

  /** Subtracts the items of a block from those that the record may have. */
  private int items(long count) {
    if (count < 0 || count > itemsLeft) {
      throw new AvroRuntimeException(
          "a count of %d makes more items than the %d bytes that there are"
              .formatted(count, bytes));
    }
    itemsLeft -= (int) count;
    return (int) count;
  }

  /** Items of the next block; a block with a negative count has its size in bytes after it. */
  private long block() throws IOException {
    long count = in.readLong();
    if (count < 0) {
      checked(in.readLong(), "a block size");
      count = count == Long.MIN_VALUE ? Long.MAX_VALUE : -count;
    }
    return items(count);
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(read("a text length"));
  }

  @Override
  public String readString() throws IOException {
    return new String(read("a text length"), StandardCharsets.UTF_8);
  }

  @Override
  public void skipString() throws IOException {
    skipFixed(checked(in.readLong(), "a text length"));
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(read("a length"));
  }

  @Override
  public void skipBytes() throws IOException {
    skipFixed(checked(in.readLong(), "a length"));
  }

  @Override
  public void readFixed(byte[] into, int start, int length) throws IOException {
    in.readFixed(into, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    in.skipFixed(length);
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public long readArrayStart() throws IOException {
    return block();
  }

  @Override
  public long arrayNext() throws IOException {
    return block();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return block();
  }

  @Override
  public long mapNext() throws IOException {
    return block();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  /** Skips blocks with a size; returns the items of the first block without one, or 0. */
  private long skipBlocks() throws IOException {
    while (true) {
      long count = in.readLong();
      if (count >= 0) {
        return items(count);
      }
      int size = checked(in.readLong(), "a block size");
      if (size > in.inputStream().available()) {
        throw new EOFException("a block of %d bytes is cut short".formatted(size));
      }
      in.skipFixed(size);
    }
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }
}
