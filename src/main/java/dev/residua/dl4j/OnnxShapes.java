package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx;

/**
 * Works out the shape of every value of a scorer, in the order of its nodes, and refuses what does
 * not fit or needs too much memory. The number of frames is not known; it is the first dimension of
 * everything that is computed, and stays there.
 */
final class OnnxShapes {
  /** The number of frames, which has no value here. */
  private static final long FRAMES = -1;

  /** Values of one frame in one place: what the widest layer has, four for each of the image. */
  private static final int WIDEST = 4;

  /** And for small images: features of equations, centres of corrections. */
  private static final int WIDEST_SMALL = 1 << 17;

  /** As much again in all places together. */
  private static final int PLACES = 32;

  private static final int MAX_KERNEL = 16;
  private static final int FLOAT = Onnx.TensorProto.DataType.FLOAT.getNumber();
  private static final int BYTE = Onnx.TensorProto.DataType.UINT8.getNumber();
  private static final int LONG = Onnx.TensorProto.DataType.INT64.getNumber();

  /**
   * What is known of a value.
   *
   * @param type number of its type in ONNX
   * @param shape {@link #FRAMES} first for what is computed
   * @param constant whether it is one
   * @param numbers of a constant of whole numbers, else empty
   */
  private record Value(int type, long[] shape, boolean constant, long[] numbers) {
    static Value computed(long... shape) {
      return new Value(FLOAT, shape, false, new long[0]);
    }

    int rank() {
      return shape.length;
    }
  }

  private final Map<String, Value> values = new HashMap<>();
  private final ImageShape image;
  private final int latents;
  private final long widest;
  private long total;

  OnnxShapes(ImageShape image, int latents) {
    this.image = image;
    this.latents = latents;
    this.widest = (long) WIDEST * image.size() + WIDEST_SMALL;
  }

  /** A constant whose bytes fit its shape. */
  void constant(Onnx.TensorProto tensor, boolean floats) {
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long[] numbers = new long[0];
    if (floats) {
      while (raw.hasRemaining()) {
        float value = raw.getFloat();
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException(
              "it has a constant '%s' with the value %s, expected finite numbers"
                  .formatted(OnnxCheck.name(tensor.getName()), value));
        }
      }
    } else {
      if (raw.remaining() > OnnxCheck.MAX_RANK * Long.BYTES || tensor.getDimsCount() != 1) {
        throw new IllegalArgumentException(
            "it has a constant '%s' of whole numbers with shape %s, expected one dimension of at most %d"
                .formatted(
                    OnnxCheck.name(tensor.getName()), tensor.getDimsList(), OnnxCheck.MAX_RANK));
      }
      numbers = new long[raw.remaining() / Long.BYTES];
      raw.asLongBuffer().get(numbers);
    }
    long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    put(tensor.getName(), new Value(floats ? FLOAT : LONG, shape, true, numbers));
  }

  /** What enters: the frames, and nothing else. */
  void inputs(List<Onnx.ValueInfoProto> inputs) {
    long[] shape = {FRAMES, image.height(), image.width(), image.channels()};
    if (inputs.size() != 1
        || !inputs.get(0).getName().equals("frames")
        || !declares(inputs.get(0), BYTE, shape)) {
      throw new IllegalArgumentException(
          "it takes %s, expected frames: UINT8 %s".formatted(describe(inputs), text(shape)));
    }
    put("frames", new Value(BYTE, shape, false, new long[0]));
  }

  /** What leaves. */
  void outputs(List<Onnx.ValueInfoProto> outputs) {
    long[] vector = {FRAMES, latents};
    Map<String, long[]> expected = new java.util.LinkedHashMap<>();
    expected.put("latents", vector);
    expected.put("expected", vector);
    expected.put("residuals", vector);
    expected.put("reconstruction_error", new long[] {FRAMES});
    boolean good =
        outputs.size() == expected.size()
            && outputs.stream().map(Onnx.ValueInfoProto::getName).distinct().count()
                == expected.size();
    for (Onnx.ValueInfoProto output : outputs) {
      long[] shape = expected.get(output.getName());
      good = good && shape != null && declares(output, FLOAT, shape);
    }
    if (!good) {
      throw new IllegalArgumentException(
          "it gives %s, expected latents, expected and residuals: FLOAT %s, and reconstruction_error: FLOAT [n]"
              .formatted(describe(outputs), text(vector)));
    }
    expected.put(OnnxExport.CODE, vector);
    expected.forEach(
        (name, shape) -> {
          Value value = values.get(name);
          if (value == null || value.constant() || !Arrays.equals(value.shape(), shape)) {
            throw new IllegalArgumentException(
                "it computes '%s' with the shape %s, expected %s"
                    .formatted(
                        name,
                        value == null || value.constant() ? "none" : text(value.shape()),
                        text(shape)));
          }
        });
  }

  /** One node, whose operator and attributes are known to be right. */
  void compute(Onnx.NodeProto node) {
    Value[] in = new Value[node.getInputCount()];
    for (int i = 0; i < in.length; i++) {
      Value value = values.get(node.getInput(i));
      if (value == null) {
        throw wrong(
            node,
            "reads '%s', which nothing before it computes"
                .formatted(OnnxCheck.name(node.getInput(i))));
      }
      in[i] = value;
    }
    Value out = result(node, in);
    if (out.rank() < 1
        || out.rank() > OnnxCheck.MAX_RANK
        || out.shape()[0] != FRAMES
        || out.constant()) {
      throw wrong(
          node, "gives %s, expected the number of frames first".formatted(text(out.shape())));
    }
    long count = count(node, out.shape());
    total += count;
    if (count > widest || total > PLACES * widest) {
      throw wrong(
          node,
          "gives %d values a frame, %d with those before, expected at most %d and %d"
              .formatted(count, total, widest, PLACES * widest));
    }
    put(node.getOutput(0), out);
  }

  private Value result(Onnx.NodeProto node, Value[] in) {
    Value x = in[0];
    String operator = node.getOpType();
    boolean moves = operator.equals("Reshape") || operator.equals("Transpose");
    boolean binary = in.length == 2 && !moves;
    if (!binary && (x.constant() || x.shape()[0] != FRAMES)) {
      throw wrong(node, "does not begin with a value of frames");
    }
    for (Value value : in) {
      boolean bytes = value.type() == BYTE && (moves || operator.equals("Cast"));
      boolean shape = value.type() == LONG && moves && value != x;
      if (value.type() != FLOAT && !bytes && !shape) {
        throw wrong(node, "has an input of type %d".formatted(value.type()));
      }
    }
    return switch (operator) {
      case "Add", "Sub", "Mul" -> Value.computed(broadcast(node, x, in[1]));
      case "Cos", "Exp", "Relu", "Identity" -> Value.computed(x.shape());
      case "Cast" -> {
        if (number(node, "to") != FLOAT) {
          throw wrong(node, "casts to type %d, expected FLOAT (1)".formatted(number(node, "to")));
        }
        yield Value.computed(x.shape());
      }
      case "Conv", "ConvTranspose" -> convolution(node, x, in[1], in[2]);
      case "Flatten" -> {
        if (number(node, "axis") != 1) {
          throw wrong(node, "has axis %d, expected 1".formatted(number(node, "axis")));
        }
        yield Value.computed(FRAMES, count(node, x.shape()));
      }
      case "Gemm" -> gemm(node, x, in[1], in[2]);
      case "ReduceSumSquare" -> reduced(node, x);
      case "Reshape" -> reshaped(node, x, in[1]);
      case "Transpose" -> transposed(node, x);
      default -> throw new IllegalStateException("no rule for the operator " + operator);
    };
  }

  private static long[] broadcast(Onnx.NodeProto node, Value a, Value b) {
    int rank = Math.max(a.rank(), b.rank());
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      long left = i < rank - a.rank() ? 1 : a.shape()[i - rank + a.rank()];
      long right = i < rank - b.rank() ? 1 : b.shape()[i - rank + b.rank()];
      if (left != right && left != 1 && right != 1) {
        throw wrong(node, "has inputs of %s and %s".formatted(text(a.shape()), text(b.shape())));
      }
      shape[i] = left == 1 ? right : left;
      if (shape[i] == FRAMES && i > 0) {
        throw wrong(node, "has inputs of %s and %s".formatted(text(a.shape()), text(b.shape())));
      }
    }
    return shape;
  }

  private static Value convolution(Onnx.NodeProto node, Value x, Value weights, Value bias) {
    boolean transposed = node.getOpType().equals("ConvTranspose");
    long[] w = weights.shape();
    if (x.rank() != 4 || w.length != 4 || !weights.constant() || !bias.constant()) {
      throw wrong(
          node, "has inputs of %s and %s".formatted(text(x.shape()), text(weights.shape())));
    }
    long in = transposed ? w[0] : w[1];
    long out = transposed ? w[1] : w[0];
    long[] kernel = numbers(node, "kernel_shape", 2);
    long[] strides = numbers(node, "strides", 2);
    long[] pads = numbers(node, "pads", 4);
    boolean good =
        in == x.shape()[1]
            && Arrays.equals(bias.shape(), new long[] {out})
            && kernel[0] == w[2]
            && kernel[1] == w[3];
    long[] shape = {FRAMES, out, 0, 0};
    for (int i = 0; i < 2; i++) {
      long size = x.shape()[2 + i];
      long padding = pads[i] + pads[2 + i];
      good =
          good
              && kernel[i] >= 1
              && kernel[i] <= MAX_KERNEL
              && strides[i] >= 1
              && strides[i] <= kernel[i]
              && pads[i] >= 0
              && pads[i] < kernel[i]
              && pads[2 + i] >= 0
              && pads[2 + i] < kernel[i];
      if (good) {
        shape[2 + i] =
            transposed
                ? (size - 1) * strides[i] + kernel[i] - padding
                : (size + padding - kernel[i]) / strides[i] + 1;
        good = shape[2 + i] >= 1 && (transposed || size + padding >= kernel[i]);
      }
    }
    if (!good) {
      throw wrong(
          node,
          "takes %s with weights %s, bias %s, kernel %s, strides %s and pads %s, which do not go together"
              .formatted(
                  text(x.shape()),
                  text(w),
                  text(bias.shape()),
                  text(kernel),
                  text(strides),
                  text(pads)));
    }
    return Value.computed(shape);
  }

  private static Value gemm(Onnx.NodeProto node, Value a, Value b, Value c) {
    boolean good = a.rank() == 2 && b.rank() == 2 && b.constant() && b.shape()[0] == a.shape()[1];
    long[] shape = good ? new long[] {FRAMES, b.shape()[1]} : new long[0];
    if (!good
        || !(c.constant()
            ? Arrays.equals(c.shape(), new long[] {shape[1]})
            : Arrays.equals(c.shape(), shape))) {
      throw wrong(
          node,
          "multiplies %s with %s and adds %s, which do not go together"
              .formatted(text(a.shape()), text(b.shape()), text(c.shape())));
    }
    return Value.computed(shape);
  }

  private static Value reduced(Onnx.NodeProto node, Value x) {
    long[] axes = attribute(node, "axes").getIntsList().stream().mapToLong(i -> i).toArray();
    boolean[] gone = new boolean[x.rank()];
    for (long axis : axes) {
      if (axis < 1 || axis >= x.rank() || gone[(int) axis]) {
        throw wrong(
            node, "sums %s over the axes %s".formatted(text(x.shape()), Arrays.toString(axes)));
      }
      gone[(int) axis] = true;
    }
    if (number(node, "keepdims") != 0 || axes.length == 0) {
      throw wrong(node, "keeps dimensions or has no axes, expected neither");
    }
    long[] shape = new long[x.rank() - axes.length];
    int n = 0;
    for (int i = 0; i < x.rank(); i++) {
      if (!gone[i]) {
        shape[n++] = x.shape()[i];
      }
    }
    return Value.computed(shape);
  }

  private static Value reshaped(Onnx.NodeProto node, Value x, Value target) {
    long[] shape = target.numbers().clone();
    boolean good = target.type() == LONG && shape.length >= 1 && shape[0] == -1;
    for (int i = 1; i < shape.length; i++) {
      good = good && shape[i] >= 1;
    }
    if (good) {
      shape[0] = FRAMES;
    }
    if (!good || count(node, shape) != count(node, x.shape())) {
      throw wrong(
          node,
          "reshapes %s to %s, expected the number of frames first and as many values"
              .formatted(text(x.shape()), text(shape)));
    }
    return new Value(x.type(), shape, false, new long[0]);
  }

  private static Value transposed(Onnx.NodeProto node, Value x) {
    long[] order = numbers(node, "perm", x.rank());
    boolean[] seen = new boolean[order.length];
    long[] shape = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      if (order[i] < 0 || order[i] >= order.length || seen[(int) order[i]] || order[0] != 0) {
        throw wrong(
            node, "has the order %s of %s".formatted(Arrays.toString(order), text(x.shape())));
      }
      seen[(int) order[i]] = true;
      shape[i] = x.shape()[(int) order[i]];
    }
    return new Value(x.type(), shape, false, new long[0]);
  }

  private static Onnx.AttributeProto attribute(Onnx.NodeProto node, String name) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> wrong(node, "has no " + name));
  }

  private static long number(Onnx.NodeProto node, String name) {
    Onnx.AttributeProto attribute = attribute(node, name);
    if (attribute.getType() != Onnx.AttributeProto.AttributeType.INT) {
      throw wrong(node, "has several numbers of %s, expected one".formatted(name));
    }
    return attribute.getI();
  }

  private static long[] numbers(Onnx.NodeProto node, String name, int count) {
    long[] numbers = attribute(node, name).getIntsList().stream().mapToLong(i -> i).toArray();
    if (numbers.length != count) {
      throw wrong(node, "has %d numbers of %s, expected %d".formatted(numbers.length, name, count));
    }
    return numbers;
  }

  /** Values of one frame. */
  private static long count(Onnx.NodeProto node, long[] shape) {
    long count = 1;
    for (int i = 1; i < shape.length; i++) {
      if (shape[i] < 1
          || shape[i] > OnnxCheck.MAX_BYTES
          || count * shape[i] > OnnxCheck.MAX_BYTES) {
        throw wrong(node, "has a value of shape %s".formatted(text(shape)));
      }
      count *= shape[i];
    }
    return count;
  }

  private void put(String name, Value value) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("it has a value without a name");
    }
    if (values.put(name, value) != null) {
      throw new IllegalArgumentException(
          "it has the value '%s' twice".formatted(OnnxCheck.name(name)));
    }
  }

  private static boolean declares(Onnx.ValueInfoProto info, int type, long[] shape) {
    Onnx.TypeProto.Tensor tensor = info.getType().getTensorType();
    List<Onnx.TensorShapeProto.Dimension> dimensions = tensor.getShape().getDimList();
    boolean same = tensor.getElemType() == type && dimensions.size() == shape.length;
    for (int i = 0; same && i < shape.length; i++) {
      Onnx.TensorShapeProto.Dimension dimension = dimensions.get(i);
      same =
          shape[i] == FRAMES
              ? dimension.getDimParam().equals("n")
              : dimension.hasDimValue() && dimension.getDimValue() == shape[i];
    }
    return same;
  }

  private static String describe(List<Onnx.ValueInfoProto> infos) {
    StringBuilder text = new StringBuilder();
    infos.stream()
        .limit(OnnxCheck.MAX_INPUTS)
        .forEach(
            info -> {
              Onnx.TypeProto.Tensor tensor = info.getType().getTensorType();
              text.append(text.isEmpty() ? "" : ", ")
                  .append(OnnxCheck.name(info.getName()))
                  .append(": type ")
                  .append(tensor.getElemType())
                  .append(" [");
              for (int i = 0;
                  i < Math.min(OnnxCheck.MAX_INPUTS, tensor.getShape().getDimCount());
                  i++) {
                Onnx.TensorShapeProto.Dimension dimension = tensor.getShape().getDim(i);
                text.append(i == 0 ? "" : ", ")
                    .append(
                        dimension.hasDimValue()
                            ? Long.toString(dimension.getDimValue())
                            : OnnxCheck.name(dimension.getDimParam()));
              }
              text.append(']');
            });
    return text.isEmpty() ? "nothing" : text.toString();
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape).replace("-1", "n");
  }

  private static IllegalArgumentException wrong(Onnx.NodeProto node, String how) {
    return new IllegalArgumentException(
        "its %s '%s' %s".formatted(node.getOpType(), OnnxCheck.name(node.getName()), how));
  }
}
