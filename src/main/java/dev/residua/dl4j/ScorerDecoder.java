package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/**
 * Cuts the decoder out of a scorer that {@link OnnxExport} wrote, so that it reads latents as the
 * scorer gives them: standardised, and corrected where the model has a correction.
 *
 * <p>The decoder itself reads latents before their correction {@code z' = z + c(z)}. They are found
 * by {@code z <- z + (z' - z - c(z)) / 2}, {@value #STEPS} times from {@code z'}. The error is
 * multiplied by {@code (1 - slope of c) / 2} each time: it ends at 1/4000 of the correction where
 * that is flat, and settles for every slope between -1 and 3.
 */
public final class ScorerDecoder {
  private static final int STEPS = 12;
  private static final String LATENTS = "latents";
  private static final String HALF = "half";
  private static final String MEAN_IMAGE = "mean.image";

  private final Map<String, Onnx.NodeProto> producers = new HashMap<>();
  private final Map<String, Onnx.TensorProto> constants = new HashMap<>();
  private final Set<String> copied = new HashSet<>();
  private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder().setName("decoder");

  private ScorerDecoder(Onnx.GraphProto scorer) {
    scorer.getNodeList().forEach(node -> node.getOutputList().forEach(o -> producers.put(o, node)));
    scorer.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
  }

  /**
   * The decoder as an ONNX graph: input {@code latents} ({@code [n, d]}), output {@code pictures}
   * ({@code [n, height, width, channels]}), intensities that are not cut to [0, 1].
   *
   * @param scorer bytes of {@code scorer.onnx}
   * @param image shape of the scorer's pictures
   * @param latents number of latents
   * @throws IllegalArgumentException if the bytes are no such scorer
   */
  public static byte[] of(byte[] scorer, ImageShape image, int latents) {
    Onnx.GraphProto graph;
    try {
      graph = Onnx.ModelProto.parseFrom(scorer).getGraph();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX model: " + e.getMessage(), e);
    }
    return new ScorerDecoder(graph).cut(image, latents);
  }

  private byte[] cut(ImageShape image, int latents) {
    graph.addInput(OnnxExport.value(LATENTS, Onnx.TensorProto.DataType.FLOAT, latents));
    String code = LATENTS;
    if (corrects()) {
      OnnxExport.floats(graph, HALF, new float[] {0.5f}, 1);
      for (int step = 1; step <= STEPS; step++) {
        String suffix = "@" + step;
        copy(LATENTS, Map.of(OnnxExport.CODE, code), suffix);
        OnnxExport.node(graph, "Sub", "missing" + suffix, LATENTS, LATENTS + suffix);
        OnnxExport.node(graph, "Mul", "step" + suffix, "missing" + suffix, HALF);
        OnnxExport.node(graph, "Add", "code" + suffix, code, "step" + suffix);
        code = "code" + suffix;
      }
    }
    copy(OnnxExport.DECODED, Map.of(OnnxExport.CODE, code), "");
    constant(MEAN_IMAGE);
    OnnxExport.pictures(graph, image);
    return OnnxExport.bytes(graph);
  }

  private boolean corrects() {
    Onnx.NodeProto node = producers.get(LATENTS);
    return node != null && !node.getInput(0).equals(OnnxExport.CODE);
  }

  /**
   * Copies what computes a value, up to values that are given.
   *
   * @param given names of values by the name that the scorer has for them
   * @param suffix of the names of all copied values but constants
   */
  private void copy(String value, Map<String, String> given, String suffix) {
    Deque<Onnx.NodeProto> found = new ArrayDeque<>();
    collect(value, given, new HashSet<>(), found);
    for (Onnx.NodeProto node : found) {
      Onnx.NodeProto.Builder copy = node.toBuilder().clearInput().clearOutput();
      copy.setName(node.getName() + suffix);
      for (String input : node.getInputList()) {
        String replaced = given.get(input);
        copy.addInput(
            replaced != null ? replaced : constants.containsKey(input) ? input : input + suffix);
      }
      node.getOutputList().forEach(output -> copy.addOutput(output + suffix));
      graph.addNode(copy);
    }
  }

  /** Nodes in the order in which they compute. */
  private void collect(
      String value, Map<String, String> given, Set<String> seen, Deque<Onnx.NodeProto> found) {
    if (given.containsKey(value) || !seen.add(value)) {
      return;
    }
    if (constants.containsKey(value)) {
      constant(value);
      return;
    }
    Onnx.NodeProto node = producers.get(value);
    if (node == null) {
      throw new IllegalArgumentException("this ONNX model does not compute '" + value + "'");
    }
    node.getInputList().forEach(input -> collect(input, given, seen, found));
    found.addLast(node);
  }

  private void constant(String name) {
    Onnx.TensorProto tensor = constants.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("this ONNX model has no constant '" + name + "'");
    }
    if (copied.add(name)) {
      graph.addInitializer(tensor);
    }
  }
}
