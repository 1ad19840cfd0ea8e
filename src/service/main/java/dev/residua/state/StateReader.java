package dev.residua.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Reads the bytes of a {@link StateWriter}, and knows the path of components to the value read. */
final class StateReader {
  /** Largest array and list: a damaged length must not take all memory. */
  private static final int MAX_LENGTH = 1 << 20;

  final StateBlocks blocks;
  private final ByteBuffer in;
  private final Deque<String> path = new ArrayDeque<>();
  private final Deque<Integer> indexes = new ArrayDeque<>();

  StateReader(byte[] bytes, int from, StateBlocks blocks) {
    this.in = ByteBuffer.wrap(bytes, from, bytes.length - from).order(ByteOrder.LITTLE_ENDIAN);
    this.blocks = blocks;
  }

  boolean atEnd() {
    return !in.hasRemaining();
  }

  void enter(String component) {
    path.push(component);
  }

  void leave() {
    path.pop();
  }

  /** Returns true if the value is part of such a component. */
  boolean isIn(String component) {
    return path.contains(component);
  }

  void enterElement(int index) {
    indexes.push(index);
  }

  void leaveElement() {
    indexes.pop();
  }

  /** Returns the index of the value in the innermost list. */
  int index() {
    return indexes.element();
  }

  byte getByte() {
    return in.get();
  }

  long getLong() {
    long bits = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      bits |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return bits >>> 1 ^ -(bits & 1);
      }
    }
    throw new IllegalArgumentException("a number has more than ten bytes");
  }

  int getInt() {
    return Math.toIntExact(getLong());
  }

  /** Reads a number of elements. */
  int getLength() {
    int length = getInt();
    if (length < 0 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a length is %d, expected at most %d".formatted(length, MAX_LENGTH));
    }
    return length;
  }

  float getFloat() {
    return in.getFloat();
  }

  double getDouble() {
    return in.getDouble();
  }

  String getString() {
    return new String(getBytes(getLength()), StandardCharsets.UTF_8);
  }

  private byte[] getBytes(int length) {
    if (length > in.remaining()) {
      throw new IllegalArgumentException("%d bytes are missing".formatted(length - in.remaining()));
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  byte[] getByteArray() {
    byte[] array = new byte[getLength()];
    in.get(array, getLength(), getLength());
    return array;
  }

  int[] getIntArray() {
    int[] array = new int[getLength()];
    int from = getLength();
    int length = getLength();
    in.asIntBuffer().get(array, from, length);
    return skip(array, length * Integer.BYTES);
  }

  long[] getLongArray() {
    long[] array = new long[getLength()];
    int from = getLength();
    int length = getLength();
    in.asLongBuffer().get(array, from, length);
    return skip(array, length * Long.BYTES);
  }

  float[] getFloatArray() {
    float[] array = new float[getLength()];
    int from = getLength();
    int length = getLength();
    in.asFloatBuffer().get(array, from, length);
    return skip(array, length * Float.BYTES);
  }

  double[] getDoubleArray() {
    double[] array = new double[getLength()];
    int from = getLength();
    int length = getLength();
    in.asDoubleBuffer().get(array, from, length);
    return skip(array, length * Double.BYTES);
  }

  private <T> T skip(T array, int bytes) {
    in.position(in.position() + bytes);
    return array;
  }
}
