package dev.residua.state;

import dev.residua.state.StateBlocks.Channel;
import dev.residua.state.StateBlocks.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Reads the bytes of a {@link StateWriter}, and knows the path of components to the value read. */
final class StateReader {
  /** Largest array and list: a damaged length must not take all memory. */
  private static final int MAX_LENGTH = 1 << 20;

  private final StateBlocks blocks;
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

  void enterElement(int index) {
    indexes.push(index);
  }

  void leaveElement() {
    indexes.pop();
  }

  /** Reads a block of the window that is being read. */
  byte[] windowBlock(int block) {
    return block(path.contains("picture") ? Channel.PICTURE : Channel.RESIDUALS, block);
  }

  /** Reads a block that belongs to the context that is being read. */
  byte[] block(Channel channel, int block) {
    Slot slot =
        path.contains("before")
            ? Slot.BEFORE
            : path.contains("challenger") ? Slot.CHALLENGER : Slot.PRESENT;
    return blocks.read(slot, indexes.element(), channel, block);
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
    byte[] bytes = new byte[getLength()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  byte[] getBytes() {
    byte[] array = new byte[getLength()];
    in.get(array, getLength(), getLength());
    return array;
  }

  int[] getInts() {
    int[] array = new int[getLength()];
    int from = getLength();
    int length = getLength();
    in.asIntBuffer().get(array, from, length);
    return skip(array, length * Integer.BYTES);
  }

  long[] getLongs() {
    long[] array = new long[getLength()];
    int from = getLength();
    int length = getLength();
    in.asLongBuffer().get(array, from, length);
    return skip(array, length * Long.BYTES);
  }

  float[] getFloats() {
    float[] array = new float[getLength()];
    int from = getLength();
    int length = getLength();
    in.asFloatBuffer().get(array, from, length);
    return skip(array, length * Float.BYTES);
  }

  double[] getDoubles() {
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
