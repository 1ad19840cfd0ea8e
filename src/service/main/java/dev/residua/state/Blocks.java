package dev.residua.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays of numbers as little-endian bytes. */
final class Blocks {
  private Blocks() {}

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer open(ByteBuffer bytes, int size) {
    if (bytes.remaining() % size != 0) {
      throw new IllegalArgumentException(
          "a block has %d bytes, expected a multiple of %d".formatted(bytes.remaining(), size));
    }
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  static ByteBuffer of(float[] values) {
    ByteBuffer block = allocate(values.length * Float.BYTES);
    block.asFloatBuffer().put(values);
    return block;
  }

  static ByteBuffer of(int[] values) {
    ByteBuffer block = allocate(values.length * Integer.BYTES);
    block.asIntBuffer().put(values);
    return block;
  }

  static ByteBuffer of(long[] values) {
    ByteBuffer block = allocate(values.length * Long.BYTES);
    block.asLongBuffer().put(values);
    return block;
  }

  static float[] floats(ByteBuffer block) {
    float[] values = new float[block.remaining() / Float.BYTES];
    open(block, Float.BYTES).asFloatBuffer().get(values);
    return values;
  }

  static double[] doubles(ByteBuffer block) {
    double[] values = new double[block.remaining() / Double.BYTES];
    open(block, Double.BYTES).asDoubleBuffer().get(values);
    return values;
  }

  static int[] ints(ByteBuffer block) {
    int[] values = new int[block.remaining() / Integer.BYTES];
    open(block, Integer.BYTES).asIntBuffer().get(values);
    return values;
  }

  static long[] longs(ByteBuffer block) {
    long[] values = new long[block.remaining() / Long.BYTES];
    open(block, Long.BYTES).asLongBuffer().get(values);
    return values;
  }

  static byte[] bytes(ByteBuffer block) {
    byte[] values = new byte[block.remaining()];
    block.duplicate().get(values);
    return values;
  }
}
