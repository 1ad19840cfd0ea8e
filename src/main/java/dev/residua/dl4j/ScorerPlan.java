package dev.residua.dl4j;

import dev.residua.causal.LatentCorrection;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx;
import org.jspecify.annotations.Nullable;

/**
 * Reads a scorer that {@link OnnxExport} wrote back into a plan that no longer knows of ONNX. What
 * it does not recognise it refuses: a plan computes what the scorer computes, or there is none.
 */
public final class ScorerPlan {
  private final OnnxGraph graph;
  private final ImageShape image;
  private final int d;

  private ScorerPlan(OnnxGraph graph, ImageShape image, int d) {
    this.graph = graph;
    this.image = image;
    this.d = d;
  }

  /**
   * @param scorer bytes of {@code scorer.onnx}
   * @param image shape of the scorer's pictures
   * @param latents number of latents
   * @throws IllegalArgumentException if the bytes are no such scorer
   */
  public static NetworkPlan of(byte[] scorer, ImageShape image, int latents) {
    return new ScorerPlan(OnnxGraph.of(scorer), image, latents).read();
  }

  private NetworkPlan read() {
    return new NetworkPlan(
        image,
        d,
        NetworkLayout.BLOCK,
        graph.floats("mean.image", image.size()),
        layers(OnnxExport.CODE, "centred"),
        correction(),
        equations(),
        layers(OnnxExport.DECODED, OnnxExport.CODE),
        graph.floats("error.scale", 1)[0]);
  }

  /** The layers between two values, walking from the end to the start. */
  private List<NetworkLayer> layers(String end, String start) {
    Deque<NetworkLayer> layers = new ArrayDeque<>();
    String value = end;
    boolean relu = false;
    while (!value.equals(start)) {
      Onnx.NodeProto node = graph.producer(value);
      switch (node.getOpType()) {
        case "Relu" -> relu = true;
        case "Flatten", "Reshape" -> {
          // Frames stay rows and channels stay first: no value moves.
        }
        case "Gemm", "Conv", "ConvTranspose" -> {
          layers.addFirst(layer(node, relu));
          relu = false;
        }
        default ->
            throw new IllegalArgumentException(
                "this ONNX model has an operator %s between '%s' and '%s', expected Conv, ConvTranspose, Gemm, Relu, Flatten or Reshape"
                    .formatted(node.getOpType(), start, end));
      }
      value = node.getInput(0);
    }
    return new ArrayList<>(layers);
  }

  private NetworkLayer layer(Onnx.NodeProto node, boolean relu) {
    Onnx.TensorProto weights = graph.constant(node.getInput(1));
    float[] values = OnnxGraph.floats(weights);
    float[] bias = OnnxGraph.floats(graph.constant(node.getInput(2)));
    int first = (int) weights.getDims(0);
    int second = (int) weights.getDims(1);
    if (node.getOpType().equals("Gemm")) {
      if (node.getAttributeCount() > 0) {
        throw new IllegalArgumentException(
            "this ONNX model scales or transposes in '" + node.getName() + "'");
      }
      return new NetworkLayer.Dense(first, second, values, bias, relu);
    }
    int kernel = same(node, "kernel_shape");
    int stride = same(node, "strides");
    int padding = same(node, "pads");
    return node.getOpType().equals("Conv")
        ? new NetworkLayer.Convolution(second, first, kernel, stride, padding, values, bias, relu)
        : new NetworkLayer.Deconvolution(
            first, second, kernel, stride, padding, values, bias, relu);
  }

  /** An attribute whose values are all the same. */
  private static int same(Onnx.NodeProto node, String name) {
    for (Onnx.AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        long value = attribute.getInts(0);
        for (long other : attribute.getIntsList()) {
          if (other != value) {
            throw new IllegalArgumentException(
                "this ONNX model has %s %s of '%s', expected one value on every side"
                    .formatted(name, attribute.getIntsList(), node.getName()));
          }
        }
        return (int) value;
      }
    }
    throw new IllegalArgumentException(
        "this ONNX model has no %s of '%s'".formatted(name, node.getName()));
  }

  private @Nullable LatentCorrection correction() {
    if (graph.producer("latents").getInput(0).equals(OnnxExport.CODE)) {
      return null;
    }
    float[] centres = OnnxGraph.floats(graph.constant("head.centres")); // [1, centres, d]
    int count = centres.length / d;
    float[][] byLatent = new float[d][count];
    float[] scales = new float[d];
    float[][] weights = new float[d][];
    for (int i = 0; i < d; i++) {
      for (int c = 0; c < count; c++) {
        byLatent[i][c] = centres[c * d + i];
      }
      String name = "head." + (i + 1);
      if (!graph.has(name + ".scale")) {
        weights[i] = new float[0];
        continue;
      }
      scales[i] = graph.floats(name + ".scale", 1)[0];
      float[] all = graph.floats(name + ".weight", count * d); // [centres, d]
      weights[i] = new float[count];
      for (int c = 0; c < count; c++) {
        weights[i][c] = all[c * d + i];
      }
    }
    return new LatentCorrection(byLatent, graph.floats("head.bias", d), scales, weights);
  }

  private StructuralEquations equations() {
    boolean cosines = graph.has("equation.frequency");
    return new StructuralEquations(
        graph.floats("equation.intercept", d),
        graph.floats("equation.linear", d * d),
        cosines ? OnnxGraph.floats(graph.constant("equation.frequency")) : new float[0],
        cosines ? OnnxGraph.floats(graph.constant("equation.phase")) : new float[0],
        cosines ? OnnxGraph.floats(graph.constant("equation.weight")) : new float[0]);
  }

  /** Nodes and constants of a graph, by name. */
  private static final class OnnxGraph {
    private final Map<String, Onnx.NodeProto> producers = new HashMap<>();
    private final Map<String, Onnx.TensorProto> constants = new HashMap<>();

    static OnnxGraph of(byte[] scorer) {
      Onnx.GraphProto graph = GraphCut.parse(scorer).getGraph();
      OnnxGraph read = new OnnxGraph();
      graph
          .getNodeList()
          .forEach(node -> node.getOutputList().forEach(o -> read.producers.put(o, node)));
      graph.getInitializerList().forEach(tensor -> read.constants.put(tensor.getName(), tensor));
      return read;
    }

    boolean has(String constant) {
      return constants.containsKey(constant);
    }

    Onnx.NodeProto producer(String value) {
      Onnx.NodeProto node = producers.get(value);
      if (node == null) {
        throw new IllegalArgumentException("this ONNX model does not compute '" + value + "'");
      }
      return node;
    }

    Onnx.TensorProto constant(String name) {
      Onnx.TensorProto tensor = constants.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException("this ONNX model has no constant '" + name + "'");
      }
      return tensor;
    }

    float[] floats(String name, int length) {
      float[] values = floats(constant(name));
      if (values.length != length) {
        throw new IllegalArgumentException(
            "this ONNX model has %d values of '%s', expected %d"
                .formatted(values.length, name, length));
      }
      return values;
    }

    static float[] floats(Onnx.TensorProto tensor) {
      if (tensor.getDataType() != Onnx.TensorProto.DataType.FLOAT.getNumber()) {
        throw new IllegalArgumentException(
            "this ONNX model has a constant '%s' that is not of floats"
                .formatted(tensor.getName()));
      }
      float[] values = new float[tensor.getRawData().size() / Float.BYTES];
      tensor
          .getRawData()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      return values;
    }
  }
}
