package dev.residua.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one ONNX graph (IR 8, opset 13). Encodes the few protobuf messages that a network needs,
 * so that no protobuf library has to be on the class path.
 *
 * <p>Source: <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>, the
 * source of the field numbers.
 */
final class OnnxModelWriter {
  /** Types of values. */
  static final int FLOAT = 1;

  static final int UINT8 = 2;
  private static final int INT64 = 7;

  /** Version of the operators of all graphs. */
  static final int OPSET = 13;

  private static final int IR_VERSION = 8;
  private static final int INT_ATTRIBUTE = 2;
  private static final int INTS_ATTRIBUTE = 7;

  private final Message graph;

  OnnxModelWriter(String name) {
    graph = new Message().text(2, name);
  }

  /** Adds an input; its first dimension is the number of frames. */
  void input(String name, int type, long... shape) {
    graph.message(11, value(name, type, shape));
  }

  /** Adds an output of floats; its first dimension is the number of frames. */
  void output(String name, long... shape) {
    graph.message(12, value(name, FLOAT, shape));
  }

  /** Adds an input of floats whose dimensions are all free. */
  void freeInput(String name, int dimensions) {
    Message all = new Message();
    for (int i = 0; i < dimensions; i++) {
      all.message(1, new Message().text(2, name + i));
    }
    graph.message(11, value(name, FLOAT, all));
  }

  private static Message value(String name, int type, long... shape) {
    Message dimensions = new Message().message(1, new Message().text(2, "n"));
    for (long size : shape) {
      dimensions.message(1, new Message().number(1, size));
    }
    return value(name, type, dimensions);
  }

  private static Message value(String name, int type, Message dimensions) {
    Message tensor = new Message().number(1, type).message(2, dimensions);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** An attribute of a node: one number or several. */
  record Attribute(String name, boolean single, long... values) {
    static Attribute number(String name, long value) {
      return new Attribute(name, true, value);
    }

    static Attribute numbers(String name, long... values) {
      return new Attribute(name, false, values);
    }
  }

  /** Adds an operation, whose name is that of its output. */
  void node(String operator, String output, String[] inputs, Attribute... attributes) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(3, output).text(4, operator);
    for (Attribute attribute : attributes) {
      Message message = new Message().text(1, attribute.name());
      for (long value : attribute.values()) {
        message.number(attribute.single() ? 3 : 8, value);
      }
      node.message(5, message.number(20, attribute.single() ? INT_ATTRIBUTE : INTS_ATTRIBUTE));
    }
    graph.message(1, node);
  }

  /** Adds a constant of floats. */
  void floats(String name, float[] values, long... shape) {
    ByteBuffer raw =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    constant(name, FLOAT, raw.array(), shape);
  }

  /** Adds a vector of whole numbers, such as the shape of a reshaped value. */
  void longs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    constant(name, INT64, raw.array(), values.length);
  }

  private void constant(String name, int type, byte[] raw, long... shape) {
    Message tensor = new Message();
    for (long size : shape) {
      tensor.number(1, size);
    }
    graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
  }

  /** Returns the whole model. */
  byte[] toBytes() {
    return new Message()
        .number(1, IR_VERSION)
        .text(2, "residua")
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, OPSET))
        .out
        .toByteArray();
  }

  /** A protobuf message: numbers and bytes by field number. */
  private static final class Message {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint(field << 3 | VARINT);
      varint(value);
      return this;
    }

    Message bytes(int field, byte[] content) {
      varint(field << 3 | LENGTH_DELIMITED);
      varint(content.length);
      out.writeBytes(content);
      return this;
    }

    Message text(int field, String text) {
      return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message content) {
      return bytes(field, content.out.toByteArray());
    }

    private void varint(long value) {
      long left = value;
      while ((left & ~0x7fL) != 0) {
        out.write((int) (left & 0x7f | 0x80));
        left >>>= 7;
      }
      out.write((int) left);
    }
  }
}
