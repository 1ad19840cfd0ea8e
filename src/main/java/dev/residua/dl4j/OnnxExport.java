package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.training.LatentHead;
import dev.residua.training.Mechanisms;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import onnx.Onnx;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.protobuf.ByteString;

/**
 * Writes a trained network and its structural equations as one ONNX graph (IR 8, opset 13): input
 * {@code frames} (unsigned bytes, {@code [n, height, width, channels]}), outputs {@code latents},
 * {@code expected} and {@code residuals} ({@code [n, d]}) and {@code reconstruction_error} ({@code
 * [n]}, mean squared pixel error of intensities in [0, 1]).
 *
 * <p>Scaling by 1/255 is folded into the first and last convolution, standardisation of latents
 * into the layers around them.
 */
public final class OnnxExport {
  static final int IR_VERSION = 8;
  static final int OPSET = 13;
  private static final double WHITE = 255;

  /** Standardised latents as the encoder gives them. */
  static final String CODE = "code";

  /** What the decoder gives, above the mean image, in blocks. */
  static final String DECODED = "dec6.y";

  private final NetworkWeights weights;
  private final ImageShape image;
  private final int d;
  private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder().setName("lanca");

  private OnnxExport(NetworkWeights weights) {
    this.weights = weights;
    this.image = weights.image();
    this.d = weights.latents();
  }

  /**
   * @param mean subtracted from each latent, shape {@code [d]}
   * @param scale divides each latent afterwards, shape {@code [d]}, above 0
   * @param head corrects the standardised latents, the decoder still reads those before; null
   *     leaves them as they are
   * @param mechanisms equations of the corrected latents; null expects 0 everywhere
   */
  static byte[] scorer(
      NetworkWeights weights,
      double[] mean,
      double[] scale,
      @Nullable LatentHead head,
      @Nullable Mechanisms mechanisms) {
    OnnxExport export = new OnnxExport(weights);
    export.input();
    export.encoder(mean, scale);
    export.head(head);
    export.equations(mechanisms);
    export.decode(mean, scale);
    export.error();
    export.outputs();
    return bytes(export.graph);
  }

  /**
   * The network alone as a scorer: latents as it gives them, neither standardised nor corrected,
   * and 0 expected of each.
   *
   * @param weights what {@link dev.residua.training.TrainedNetwork#weights} gave
   * @throws IllegalArgumentException if the bytes are something else
   */
  public static byte[] network(byte[] weights) {
    NetworkWeights read = NetworkWeights.fromBytes(weights);
    return scorer(read, new double[read.latents()], ones(read.latents()), null, null);
  }

  /**
   * The decoder alone: input {@code latents} as {@link #network} gives them ({@code [n, d]}),
   * output {@code pictures} ({@code [n, height, width, channels]}), intensities that are not cut to
   * [0, 1].
   *
   * @param weights what {@link dev.residua.training.TrainedNetwork#weights} gave
   * @throws IllegalArgumentException if the bytes are something else
   */
  public static byte[] decoder(byte[] weights) {
    OnnxExport export = new OnnxExport(NetworkWeights.fromBytes(weights));
    export.graph.addInput(value("latents", Onnx.TensorProto.DataType.FLOAT, export.d));
    export.node("Identity", CODE, "latents");
    export.meanImage();
    export.decode(new double[export.d], ones(export.d));
    pictures(export.graph, export.image);
    return bytes(export.graph);
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  static byte[] bytes(Onnx.GraphProto.Builder graph) {
    return Onnx.ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("residua")
        .addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private void input() {
    int block = NetworkLayout.BLOCK;
    int c = image.channels();
    int rows = image.height() / block;
    int columns = image.width() / block;
    int channels = block * block * c;
    graph.addInput(
        value(
            "frames",
            Onnx.TensorProto.DataType.UINT8,
            image.height(),
            image.width(),
            image.channels()));
    // Space to depth on bytes, before they become four times larger.
    longs("shape.split", -1, rows, block, columns, block, c);
    node("Reshape", "split", "frames", "shape.split");
    node("Transpose", "moved", "split").addAttribute(ints("perm", 0, 2, 4, 5, 1, 3));
    longs("shape.blocks", -1, channels, rows, columns);
    node("Reshape", "blocks", "moved", "shape.blocks");
    node("Cast", "raw", "blocks")
        .addAttribute(integer("to", Onnx.TensorProto.DataType.FLOAT.getNumber()));
    meanImage();
    node("Sub", "centred", "raw", "mean.image"); // [n, 16 C, H/4, W/4], in grey levels
  }

  /** Constant {@code mean.image} in blocks, in grey levels. */
  private void meanImage() {
    int block = NetworkLayout.BLOCK;
    int c = image.channels();
    int rows = image.height() / block;
    int columns = image.width() / block;
    float[] mean = new float[image.size()];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        for (int k = 0; k < c; k++) {
          int channel = (y % block * block + x % block) * c + k;
          int at = (channel * rows + y / block) * columns + x / block;
          mean[at] = (float) (WHITE * weights.meanImage()[(y * image.width() + x) * c + k]);
        }
      }
    }
    floats("mean.image", mean, 1, block * block * c, rows, columns);
  }

  private void encoder(double[] mean, double[] scale) {
    int blocks = NetworkLayout.BLOCK * NetworkLayout.BLOCK * image.channels();
    convolution("enc1", "centred", 3, 1, blocks, NetworkLayout.FIRST, 1 / WHITE, 1);
    node("Relu", "enc1.a", "enc1.y");
    convolution("enc2", "enc1.a", 4, 2, NetworkLayout.FIRST, NetworkLayout.DEEP, 1, 1);
    node("Relu", "enc2.a", "enc2.y");
    convolution("enc3", "enc2.a", 4, 2, NetworkLayout.DEEP, NetworkLayout.DEEP, 1, 1);
    node("Relu", "enc3.a", "enc3.y");
    node("Flatten", "enc3.flat", "enc3.a").addAttribute(integer("axis", 1));
    int flat = weights.layout().flat();
    int n = NetworkLayout.DENSE;
    float[] first = weights.get("enc4.w");
    float[] moved = new float[first.length];
    int[] position = channelsFirst();
    for (int row = 0; row < flat; row++) {
      System.arraycopy(first, row * n, moved, position[row] * n, n);
    }
    dense("enc4", "enc3.flat", moved, weights.get("enc4.b"), flat, n);
    node("Relu", "enc4.a", "enc4.y");
    dense("enc5", "enc4.a", weights.get("enc5.w"), weights.get("enc5.b"), n, n);
    node("Relu", "enc5.a", "enc5.y");
    float[] w = weights.get("enc6.w").clone();
    float[] b = weights.get("enc6.b").clone();
    for (int i = 0; i < d; i++) {
      for (int row = 0; row < n; row++) {
        w[row * d + i] = (float) (w[row * d + i] / scale[i]);
      }
      b[i] = (float) ((b[i] - mean[i]) / scale[i]);
    }
    floats("enc6.w", w, n, d);
    floats("enc6.b", b, d);
    node("Gemm", CODE, "enc5.a", "enc6.w", "enc6.b");
  }

  /**
   * {@code latents = code + bias + sum_c w_c exp(-|code - centre_c|^2 / (2 width^2))}; differences
   * are squared as they are, since the expanded square loses digits in single precision.
   */
  private void head(@Nullable LatentHead head) {
    if (head == null) {
      node("Identity", "latents", CODE);
      return;
    }
    double[][] centres = head.centres();
    int n = centres.length;
    float[] flat = new float[n * d];
    for (int c = 0; c < n; c++) {
      for (int i = 0; i < d; i++) {
        flat[c * d + i] = (float) centres[c][i];
      }
    }
    floats("head.centres", flat, 1, n, d);
    longs("head.shape", -1, 1, d);
    node("Reshape", "head.code", CODE, "head.shape");
    node("Sub", "head.difference", "head.code", "head.centres");
    node("ReduceSumSquare", "head.squares", "head.difference")
        .addAttribute(ints("axes", 2))
        .addAttribute(integer("keepdims", 0)); // [n, centres]
    float[] bias = new float[d];
    for (int i = 0; i < d; i++) {
      bias[i] = (float) head.bias(i);
    }
    floats("head.bias", bias, d);
    String sum = "head.0";
    node("Add", sum, CODE, "head.bias");
    for (int i = 0; i < d; i++) {
      if (!head.corrects(i)) {
        continue;
      }
      String name = "head." + (i + 1);
      double width = head.width(i);
      double[] weight = head.weights(i);
      float[] w = new float[n * d];
      for (int c = 0; c < n; c++) {
        w[c * d + i] = (float) weight[c];
      }
      floats(name + ".scale", new float[] {(float) (-1 / (2 * width * width))}, 1);
      floats(name + ".weight", w, n, d);
      node("Mul", name + ".exponent", "head.squares", name + ".scale");
      node("Exp", name + ".kernel", name + ".exponent");
      node("Gemm", name, name + ".kernel", name + ".weight", sum);
      sum = name;
    }
    node("Identity", "latents", sum);
  }

  /**
   * All equations at once: {@code expected = cos(latents Omega + phase) W + (latents L +
   * intercept)}.
   */
  private void equations(@Nullable Mechanisms mechanisms) {
    float[] intercept = new float[d];
    float[] linear = new float[d * d];
    int equations = 0;
    if (mechanisms != null) {
      for (int i = 0; i < d; i++) {
        intercept[i] = (float) mechanisms.intercept(i);
        equations += hasCosines(mechanisms, i) ? 1 : 0;
        double[] slopes = mechanisms.linear(i);
        for (int j = 0; j < d; j++) {
          linear[j * d + i] = (float) slopes[j];
        }
      }
    }
    floats("equation.intercept", intercept, d);
    floats("equation.linear", linear, d, d);
    String straight = mechanisms == null || equations == 0 ? "expected" : "equation.straight";
    node("Gemm", straight, "latents", "equation.linear", "equation.intercept");
    if (mechanisms != null && equations > 0) {
      int m = mechanisms.features();
      int width = equations * m;
      float[] omega = new float[d * width];
      float[] phase = new float[width];
      float[] w = new float[width * d];
      int column = 0;
      for (int i = 0; i < d; i++) {
        if (!hasCosines(mechanisms, i)) {
          continue;
        }
        double[][] frequencies = mechanisms.frequencies(i);
        double[] phases = mechanisms.phases(i);
        double[] weight = mechanisms.weights(i);
        for (int a = 0; a < m; a++, column++) {
          for (int j = 0; j < d; j++) {
            omega[j * width + column] = (float) frequencies[a][j];
          }
          phase[column] = (float) phases[a];
          w[column * d + i] = (float) weight[a];
        }
      }
      floats("equation.frequency", omega, d, width);
      floats("equation.phase", phase, width);
      floats("equation.weight", w, width, d);
      node("Gemm", "equation.angle", "latents", "equation.frequency", "equation.phase");
      node("Cos", "equation.features", "equation.angle");
      node("Gemm", "expected", "equation.features", "equation.weight", straight);
    }
    node("Sub", "residuals", "latents", "expected");
  }

  private static boolean hasCosines(Mechanisms mechanisms, int latent) {
    for (double weight : mechanisms.weights(latent)) {
      if (weight != 0) {
        return true;
      }
    }
    return false;
  }

  /** From {@link #CODE} to {@code dec6.y}, what is above the mean image, in blocks. */
  private void decode(double[] mean, double[] scale) {
    int n = NetworkLayout.DENSE;
    float[] w = weights.get("dec1.w").clone();
    float[] original = weights.get("dec1.w");
    float[] b = weights.get("dec1.b").clone();
    for (int column = 0; column < n; column++) {
      double shift = b[column];
      for (int i = 0; i < d; i++) {
        shift += mean[i] * original[i * n + column];
        w[i * n + column] = (float) (original[i * n + column] * scale[i]);
      }
      b[column] = (float) shift;
    }
    dense("dec1", CODE, w, b, d, n);
    node("Relu", "dec1.a", "dec1.y");
    dense("dec2", "dec1.a", weights.get("dec2.w"), weights.get("dec2.b"), n, n);
    node("Relu", "dec2.a", "dec2.y");
    int flat = weights.layout().flat();
    int[] position = channelsFirst();
    float[] last = weights.get("dec3.w");
    float[] lastBias = weights.get("dec3.b");
    float[] moved = new float[last.length];
    float[] movedBias = new float[flat];
    for (int column = 0; column < flat; column++) {
      movedBias[position[column]] = lastBias[column];
      for (int row = 0; row < n; row++) {
        moved[row * flat + position[column]] = last[row * flat + column];
      }
    }
    dense("dec3", "dec2.a", moved, movedBias, n, flat);
    node("Relu", "dec3.a", "dec3.y");
    longs("shape.deep", -1, NetworkLayout.DEEP, image.height() / 16, image.width() / 16);
    node("Reshape", "dec3.deep", "dec3.a", "shape.deep");
    deconvolution("dec4", "dec3.deep", NetworkLayout.DEEP, NetworkLayout.DEEP);
    node("Relu", "dec4.a", "dec4.y");
    deconvolution("dec5", "dec4.a", NetworkLayout.DEEP, NetworkLayout.FIRST);
    node("Relu", "dec5.a", "dec5.y");
    int blocks = NetworkLayout.BLOCK * NetworkLayout.BLOCK * image.channels();
    convolution("dec6", "dec5.a", 3, 1, NetworkLayout.FIRST, blocks, WHITE, WHITE);
  }

  private void error() {
    node("Sub", "difference", "centred", "dec6.y");
    node("ReduceSumSquare", "squares", "difference")
        .addAttribute(ints("axes", 1, 2, 3))
        .addAttribute(integer("keepdims", 0));
    floats("error.scale", new float[] {(float) (1 / (WHITE * WHITE * image.size()))}, 1);
    node("Mul", "reconstruction_error", "squares", "error.scale");
  }

  /**
   * Depth to space, the inverse of what {@link #input} does, from {@link #DECODED} and {@code
   * mean.image} to the output {@code pictures}.
   */
  static void pictures(Onnx.GraphProto.Builder graph, ImageShape image) {
    int block = NetworkLayout.BLOCK;
    int c = image.channels();
    int rows = image.height() / block;
    int columns = image.width() / block;
    node(graph, "Add", "levels", DECODED, "mean.image");
    floats(graph, "white", new float[] {(float) WHITE}, 1);
    node(graph, "Div", "intensities", "levels", "white");
    longs(graph, "shape.split", -1, block, block, c, rows, columns);
    node(graph, "Reshape", "split", "intensities", "shape.split");
    node(graph, "Transpose", "moved", "split").addAttribute(ints("perm", 0, 4, 1, 5, 2, 3));
    longs(graph, "shape.pictures", -1, image.height(), image.width(), c);
    node(graph, "Reshape", "pictures", "moved", "shape.pictures");
    graph.addOutput(
        value("pictures", Onnx.TensorProto.DataType.FLOAT, image.height(), image.width(), c));
  }

  /** Where a value of the flat {@code [h, w, c]} layout is in {@code [c, h, w]}. */
  private int[] channelsFirst() {
    int area = image.height() / 16 * (image.width() / 16);
    int[] position = new int[area * NetworkLayout.DEEP];
    for (int cell = 0; cell < area; cell++) {
      for (int c = 0; c < NetworkLayout.DEEP; c++) {
        position[cell * NetworkLayout.DEEP + c] = c * area + cell;
      }
    }
    return position;
  }

  private void convolution(
      String name,
      String x,
      int kernel,
      int stride,
      int in,
      int out,
      double weightScale,
      double biasScale) {
    float[] source = weights.get(name + ".w"); // [kH, kW, in, out]
    float[] target = new float[source.length]; // [out, in, kH, kW]
    int area = kernel * kernel;
    for (int k = 0; k < area; k++) {
      for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++) {
          target[(o * in + i) * area + k] = (float) (weightScale * source[(k * in + i) * out + o]);
        }
      }
    }
    float[] bias = weights.get(name + ".b").clone();
    for (int o = 0; o < out; o++) {
      bias[o] = (float) (biasScale * bias[o]);
    }
    floats(name + ".w", target, out, in, kernel, kernel);
    floats(name + ".b", bias, out);
    node("Conv", name + ".y", x, name + ".w", name + ".b")
        .addAttribute(ints("kernel_shape", kernel, kernel))
        .addAttribute(ints("strides", stride, stride))
        .addAttribute(ints("pads", 1, 1, 1, 1));
  }

  private void deconvolution(String name, String x, int in, int out) {
    int kernel = 4;
    float[] source = weights.get(name + ".w"); // [kH, kW, out, in]
    float[] target = new float[source.length]; // [in, out, kH, kW]
    int area = kernel * kernel;
    for (int k = 0; k < area; k++) {
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          target[(i * out + o) * area + k] = source[(k * out + o) * in + i];
        }
      }
    }
    floats(name + ".w", target, in, out, kernel, kernel);
    floats(name + ".b", weights.get(name + ".b"), out);
    node("ConvTranspose", name + ".y", x, name + ".w", name + ".b")
        .addAttribute(ints("kernel_shape", kernel, kernel))
        .addAttribute(ints("strides", 2, 2))
        .addAttribute(ints("pads", 1, 1, 1, 1));
  }

  private void dense(String name, String x, float[] w, float[] b, int in, int out) {
    floats(name + ".w", w, in, out);
    floats(name + ".b", b, out);
    node("Gemm", name + ".y", x, name + ".w", name + ".b");
  }

  private void outputs() {
    graph.addOutput(value("latents", Onnx.TensorProto.DataType.FLOAT, d));
    graph.addOutput(value("expected", Onnx.TensorProto.DataType.FLOAT, d));
    graph.addOutput(value("residuals", Onnx.TensorProto.DataType.FLOAT, d));
    graph.addOutput(value("reconstruction_error", Onnx.TensorProto.DataType.FLOAT));
  }

  private Onnx.NodeProto.Builder node(String operator, String output, String... inputs) {
    return node(graph, operator, output, inputs);
  }

  static Onnx.NodeProto.Builder node(
      Onnx.GraphProto.Builder graph, String operator, String output, String... inputs) {
    Onnx.NodeProto.Builder node = graph.addNodeBuilder();
    node.setOpType(operator).setName(output).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node;
  }

  private void floats(String name, float[] values, long... shape) {
    floats(graph, name, values, shape);
  }

  static void floats(Onnx.GraphProto.Builder graph, String name, float[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    constant(graph, name, Onnx.TensorProto.DataType.FLOAT, raw, shape);
  }

  private void longs(String name, long... values) {
    longs(graph, name, values);
  }

  private static void longs(Onnx.GraphProto.Builder graph, String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    constant(graph, name, Onnx.TensorProto.DataType.INT64, raw, values.length);
  }

  private static void constant(
      Onnx.GraphProto.Builder graph,
      String name,
      Onnx.TensorProto.DataType type,
      ByteBuffer raw,
      long... shape) {
    Onnx.TensorProto.Builder tensor = graph.addInitializerBuilder();
    tensor.setName(name).setDataType(type.getNumber()).setRawData(ByteString.copyFrom(raw.array()));
    for (long size : shape) {
      tensor.addDims(size);
    }
  }

  /** A tensor whose first dimension is the number of frames. */
  static Onnx.ValueInfoProto value(String name, Onnx.TensorProto.DataType type, long... shape) {
    Onnx.TensorShapeProto.Builder dimensions = Onnx.TensorShapeProto.newBuilder();
    dimensions.addDimBuilder().setDimParam("n");
    for (long size : shape) {
      dimensions.addDimBuilder().setDimValue(size);
    }
    return Onnx.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            Onnx.TypeProto.newBuilder()
                .setTensorType(
                    Onnx.TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(dimensions)))
        .build();
  }

  private static Onnx.AttributeProto ints(String name, long... values) {
    Onnx.AttributeProto.Builder attribute =
        Onnx.AttributeProto.newBuilder()
            .setName(name)
            .setType(Onnx.AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static Onnx.AttributeProto integer(String name, long value) {
    return Onnx.AttributeProto.newBuilder()
        .setName(name)
        .setType(Onnx.AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }
}
