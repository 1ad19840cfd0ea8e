package dev.residua.dl4j;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** Copies parts of one ONNX graph into another. */
final class GraphCut {
  private final Map<String, Onnx.NodeProto> producers = new HashMap<>();
  private final Map<String, Onnx.TensorProto> constants = new HashMap<>();
  private final Set<String> copied = new HashSet<>();
  private final Onnx.GraphProto.Builder target;

  private GraphCut(Onnx.GraphProto source, String name) {
    source.getNodeList().forEach(node -> node.getOutputList().forEach(o -> producers.put(o, node)));
    source.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    target = Onnx.GraphProto.newBuilder().setName(name);
  }

  /**
   * @param name of the new graph, empty so far
   * @throws IllegalArgumentException if the bytes are no ONNX model
   */
  static GraphCut of(byte[] model, String name) {
    return new GraphCut(parse(model).getGraph(), name);
  }

  static Onnx.ModelProto parse(byte[] model) {
    try {
      return Onnx.ModelProto.parseFrom(model);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX model: " + e.getMessage(), e);
    }
  }

  /** The new graph, to add to. */
  Onnx.GraphProto.Builder target() {
    return target;
  }

  /** The node that computes a value; null if none does. */
  Onnx.@Nullable NodeProto producer(String value) {
    return producers.get(value);
  }

  /**
   * Copies what computes a value, up to values that are given.
   *
   * @param given names of values by the name that the source has for them
   * @param suffix of the names of all copied values but constants
   */
  void copy(String value, Map<String, String> given, String suffix) {
    copy(Set.of(value), given, suffix);
  }

  /** Copies what computes several values, what they share once. */
  void copy(Set<String> values, Map<String, String> given, String suffix) {
    Deque<Onnx.NodeProto> found = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    values.stream().sorted().forEach(value -> collect(value, given, seen, found));
    for (Onnx.NodeProto node : found) {
      Onnx.NodeProto.Builder copy = node.toBuilder().clearInput().clearOutput();
      copy.setName(node.getName() + suffix);
      for (String input : node.getInputList()) {
        String replaced = given.get(input);
        copy.addInput(
            replaced != null ? replaced : constants.containsKey(input) ? input : input + suffix);
      }
      node.getOutputList().forEach(output -> copy.addOutput(output + suffix));
      target.addNode(copy);
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

  /** Copies a constant. */
  void constant(String name) {
    Onnx.TensorProto tensor = constants.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("this ONNX model has no constant '" + name + "'");
    }
    if (copied.add(name)) {
      target.addInitializer(tensor);
    }
  }
}
