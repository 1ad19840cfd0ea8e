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

  private ByteBuffer out = allocate(FIRST_BYTES);
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
    writer.out.clear();
    writer.slices = slices;
    return writer;
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer reserve(int bytes) {
    if (out.remaining() < bytes) {
      int size = Math.max(2 * out.capacity(), out.position() + bytes);
      out = allocate(size).put(out.flip());
    }
    return out;
  }

  void putByte(int value) {
    reserve(1).put((byte) value);
  }

  /** Writes small numbers of either sign in few bytes. */
  void putLong(long value) {
    reserve(Long.BYTES + 2);
    long bits = value << 1 ^ value >> (Long.SIZE - 1);
    while ((bits & ~0x7FL) != 0) {
      out.put((byte) (bits | 0x80));
      bits >>>= 7;
    }
    out.put((byte) bits);
  }

  void putFloat(float value) {
    reserve(Float.BYTES).putFloat(value);
  }

  void putDouble(double value) {
    reserve(Double.BYTES).putDouble(value);
  }

  void putString(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    putLong(bytes.length);
    putBytes(bytes);
  }

  void putBytes(byte[] bytes) {
    reserve(bytes.length).put(bytes);
  }

  void putArray(byte[] array) {
    Slice slice = putSlice(array, array.length, Byte.BYTES);
    out.put(array, slice.from(), slice.length());
  }

  void putArray(int[] array) {
    Slice slice = putSlice(array, array.length, Integer.BYTES);
    out.asIntBuffer().put(array, slice.from(), slice.length());
    skip(slice.length() * Integer.BYTES);
  }

  void putArray(long[] array) {
    Slice slice = putSlice(array, array.length, Long.BYTES);
    out.asLongBuffer().put(array, slice.from(), slice.length());
    skip(slice.length() * Long.BYTES);
  }

  void putArray(float[] array) {
    Slice slice = putSlice(array, array.length, Float.BYTES);
    out.asFloatBuffer().put(array, slice.from(), slice.length());
    skip(slice.length() * Float.BYTES);
  }

  void putArray(double[] array) {
    Slice slice = putSlice(array, array.length, Double.BYTES);
    out.asDoubleBuffer().put(array, slice.from(), slice.length());
    skip(slice.length() * Double.BYTES);
  }

  private Slice putSlice(Object array, int length, int bytes) {
    Slice part = slices.of(array);
    Slice slice = part == null ? new Slice(0, length) : part;
    putLong(length);
    putLong(slice.from());
    putLong(slice.length());
    reserve(slice.length() * bytes);
    return slice;
  }

  private void skip(int bytes) {
    out.position(out.position() + bytes);
  }

  /** Returns a copy of the bytes so far. */
  byte[] toBytes() {
    return Arrays.copyOf(out.array(), out.position());
  }
}
