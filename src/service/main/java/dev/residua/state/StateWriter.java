package dev.residua.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes one state into memory that is reused for the next one of the thread, because states are
 * the most garbage that monitoring makes. Integers have a variable length; other numbers are
 * little-endian.
 */
final class StateWriter {
  private static final int FIRST_BYTES = 16 << 10;
  private static final ThreadLocal<StateWriter> OF_THREAD =
      ThreadLocal.withInitial(StateWriter::new);

  private byte[] bytes = new byte[FIRST_BYTES];
  private ByteBuffer view = view(bytes);
  private int size;
  private Slices slices = Slices.NONE;

  /** Parts of arrays that are written in place of the whole arrays. */
  @FunctionalInterface
  interface Slices {
    Slices NONE = array -> null;

    /** Returns the part of an array; null for all of it. */
    @Nullable Slice of(Object array);
  }

  /** A part of an array. */
  record Slice(int from, int length) {}

  private StateWriter() {}

  /** Returns the writer of this thread, empty. */
  static StateWriter start(Slices slices) {
    StateWriter writer = OF_THREAD.get();
    writer.size = 0;
    writer.slices = slices;
    return writer;
  }

  private static ByteBuffer view(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the position of the next bytes, of {@code more} or fewer. */
  private int reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
      view = view(bytes);
    }
    return size;
  }

  void putByte(int value) {
    bytes[reserve(1)] = (byte) value;
    size++;
  }

  /** Writes small numbers of either sign in few bytes. */
  void putLong(long value) {
    int at = reserve(Long.BYTES + 2);
    long bits = value << 1 ^ value >> (Long.SIZE - 1);
    while ((bits & ~0x7FL) != 0) {
      bytes[at++] = (byte) (bits | 0x80);
      bits >>>= 7;
    }
    bytes[at++] = (byte) bits;
    size = at;
  }

  void putFloat(float value) {
    reserve(Float.BYTES);
    view.putFloat(size, value);
    size += Float.BYTES;
  }

  void putDouble(double value) {
    reserve(Double.BYTES);
    view.putDouble(size, value);
    size += Double.BYTES;
  }

  void putString(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    putLong(encoded.length);
    putBytes(encoded);
  }

  void putBytes(byte[] values) {
    System.arraycopy(values, 0, bytes, reserve(values.length), values.length);
    size += values.length;
  }

  void putArray(byte[] array) {
    Slice slice = putSlice(array, array.length, Byte.BYTES);
    System.arraycopy(array, slice.from(), bytes, size, slice.length());
    size += slice.length();
  }

  void putArray(int[] array) {
    Slice slice = putSlice(array, array.length, Integer.BYTES);
    view.position(size).asIntBuffer().put(array, slice.from(), slice.length());
    size += slice.length() * Integer.BYTES;
  }

  void putArray(long[] array) {
    Slice slice = putSlice(array, array.length, Long.BYTES);
    view.position(size).asLongBuffer().put(array, slice.from(), slice.length());
    size += slice.length() * Long.BYTES;
  }

  void putArray(float[] array) {
    Slice slice = putSlice(array, array.length, Float.BYTES);
    view.position(size).asFloatBuffer().put(array, slice.from(), slice.length());
    size += slice.length() * Float.BYTES;
  }

  void putArray(double[] array) {
    Slice slice = putSlice(array, array.length, Double.BYTES);
    view.position(size).asDoubleBuffer().put(array, slice.from(), slice.length());
    size += slice.length() * Double.BYTES;
  }

  private Slice putSlice(Object array, int length, int bytesEach) {
    Slice part = slices.of(array);
    Slice slice = part == null ? new Slice(0, length) : part;
    putLong(length);
    putLong(slice.from());
    putLong(slice.length());
    reserve(slice.length() * bytesEach);
    return slice;
  }

  /** Returns a copy of the bytes so far. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
