package dev.residua.state;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Memory for one state on its way to bytes: its blocks of numbers, and the bytes so far. It is kept
 * for the next state, because a state of 15 kB per frame is the most garbage that monitoring makes.
 * For one thread.
 */
final class StateBuffer extends OutputStream {
  private static final int FIRST_BYTES = 16 << 10;
  private static final ThreadLocal<StateBuffer> OF_THREAD =
      ThreadLocal.withInitial(StateBuffer::new);

  private ByteBuffer blocks = allocate(FIRST_BYTES);
  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;
  private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(this, null);

  private StateBuffer() {}

  /** The buffer of this thread, empty. The blocks and the encoder that it gave before are void. */
  static StateBuffer start() {
    StateBuffer buffer = OF_THREAD.get();
    buffer.size = 0;
    buffer.blocks.clear();
    return buffer;
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  ByteBuffer block(float[] values) {
    return block(values, 0, values.length);
  }

  ByteBuffer block(float[] values, int from, int size) {
    ByteBuffer block = next(size * Float.BYTES);
    block.asFloatBuffer().put(values, from, size);
    return block;
  }

  ByteBuffer block(double[] values) {
    ByteBuffer block = next(values.length * Double.BYTES);
    block.asDoubleBuffer().put(values);
    return block;
  }

  ByteBuffer block(int[] values) {
    ByteBuffer block = next(values.length * Integer.BYTES);
    block.asIntBuffer().put(values);
    return block;
  }

  ByteBuffer block(long[] values) {
    return block(values, 0, values.length);
  }

  ByteBuffer block(long[] values, int from, int size) {
    ByteBuffer block = next(size * Long.BYTES);
    block.asLongBuffer().put(values, from, size);
    return block;
  }

  private ByteBuffer next(int length) {
    if (blocks.remaining() < length) {
      blocks = allocate(Math.max(2 * blocks.capacity(), length)); // earlier blocks keep the old one
    }
    ByteBuffer block = blocks.slice(blocks.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    blocks.position(blocks.position() + length);
    return block;
  }

  /** Writes into this buffer, without a buffer of its own. */
  BinaryEncoder encoder() {
    return encoder;
  }

  @Override
  public void write(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    reserve(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }

  /** A copy of what was written. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
