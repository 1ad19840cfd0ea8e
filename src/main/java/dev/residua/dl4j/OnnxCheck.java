package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import onnx.Onnx;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.Descriptors.Descriptor;
import org.nd4j.shade.protobuf.Descriptors.FieldDescriptor;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.nd4j.shade.protobuf.WireFormat;

/**
 * Refuses a {@code scorer.onnx} that {@link OnnxExport} would not have written, before a native
 * engine reads it. Three steps, each trusting only what the one before has shown:
 *
 * <ol>
 *   <li>the bytes: only the fields that a scorer has, so no functions, subgraphs or data in other
 *       files, of bounded number, walked without allocating what they claim;
 *   <li>the parts: versions, operators with their attributes, constants of finite numbers whose
 *       bytes fit their shape;
 *   <li>the shapes of all values (see {@link OnnxShapes}): what enters and leaves, and how much
 *       memory a frame needs on the way.
 * </ol>
 */
public final class OnnxCheck {
  /** Largest model, in bytes. */
  static final int MAX_BYTES = 128 << 20;

  static final int MAX_NODES = 512;
  static final int MAX_CONSTANTS = 512;
  static final int MAX_INPUTS = 8;
  static final int MAX_RANK = 6;
  static final int MAX_NAME = 128;

  /** Fields of all messages together; a scorer with every part has some 2,000. */
  static final int MAX_FIELDS = 20_000;

  /** {@code ModelProto.graph.input.type.tensor_type.shape.dim} is the deepest that is allowed. */
  private static final int MAX_DEPTH = 8;

  /**
   * What an operator may look like.
   *
   * @param inputs that it has
   * @param attributes that it must have, no others
   */
  record Operator(int inputs, Set<String> attributes) {}

  /** All that scorers compute with: what {@link OnnxExport} emits, and nothing else. */
  static final Map<String, Operator> OPERATORS =
      Map.ofEntries(
          Map.entry("Add", new Operator(2, Set.of())),
          Map.entry("Cast", new Operator(1, Set.of("to"))),
          Map.entry("Conv", new Operator(3, Set.of("kernel_shape", "strides", "pads"))),
          Map.entry("ConvTranspose", new Operator(3, Set.of("kernel_shape", "strides", "pads"))),
          Map.entry("Cos", new Operator(1, Set.of())),
          Map.entry("Exp", new Operator(1, Set.of())),
          Map.entry("Flatten", new Operator(1, Set.of("axis"))),
          Map.entry("Gemm", new Operator(3, Set.of())),
          Map.entry("Identity", new Operator(1, Set.of())),
          Map.entry("Mul", new Operator(2, Set.of())),
          Map.entry("ReduceSumSquare", new Operator(1, Set.of("axes", "keepdims"))),
          Map.entry("Relu", new Operator(1, Set.of())),
          Map.entry("Reshape", new Operator(2, Set.of())),
          Map.entry("Sub", new Operator(2, Set.of())),
          Map.entry("Transpose", new Operator(1, Set.of("perm"))));

  /** Fields that a scorer has, by message. */
  private static final Map<String, Set<String>> FIELDS =
      Map.of(
          "ModelProto", Set.of("ir_version", "producer_name", "opset_import", "graph"),
          "OperatorSetIdProto", Set.of("domain", "version"),
          "GraphProto", Set.of("node", "name", "initializer", "input", "output"),
          "NodeProto", Set.of("input", "output", "name", "op_type", "attribute"),
          "AttributeProto", Set.of("name", "type", "i", "ints"),
          "TensorProto", Set.of("dims", "data_type", "name", "raw_data"),
          "ValueInfoProto", Set.of("name", "type"),
          "TypeProto", Set.of("tensor_type"),
          "Tensor", Set.of("elem_type", "shape"),
          "TensorShapeProto", Set.of("dim"));

  /** Why some of the others are there at all, for people who try. */
  private static final Map<String, String> REASONS =
      Map.of(
          "ModelProto.functions", "a scorer has no functions",
          "AttributeProto.g", "a scorer has no subgraphs",
          "AttributeProto.graphs", "a scorer has no subgraphs",
          "TensorProto.external_data", "a scorer's data does not lie in other files",
          "TensorProto.data_location", "a scorer's data does not lie in other files",
          "NodeProto.domain", "a scorer has operators of the standard domain only");

  private static final Set<String> DIMENSION = Set.of("dim_value", "dim_param");

  private int fields;

  private OnnxCheck() {}

  /**
   * Checks a scorer.
   *
   * @param scorer bytes of {@code scorer.onnx}
   * @param image shape of the pictures that it must take
   * @param latents number of latents that it must give
   * @throws IllegalArgumentException if it is anything but such a scorer; the message says what is
   *     wrong and what was expected
   */
  public static void check(byte[] scorer, ImageShape image, int latents) {
    if (scorer.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "it has %d bytes, expected at most %d".formatted(scorer.length, MAX_BYTES));
    }
    if (image.width() % 16 != 0 || image.height() % 16 != 0) {
      throw new IllegalArgumentException(
          "it is for images of %s, expected multiples of 16 pixels".formatted(image));
    }
    Onnx.ModelProto model;
    try {
      new OnnxCheck()
          .walk(CodedInputStream.newInstance(scorer), Onnx.ModelProto.getDescriptor(), 0);
      CodedInputStream in = CodedInputStream.newInstance(scorer);
      in.setRecursionLimit(MAX_DEPTH);
      in.setSizeLimit(MAX_BYTES);
      model = Onnx.ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("it is not an ONNX model: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new AssertionError("reading from memory failed", e);
    }
    versions(model);
    Onnx.GraphProto graph = model.getGraph();
    most("nodes", graph.getNodeCount(), MAX_NODES);
    most("constants", graph.getInitializerCount(), MAX_CONSTANTS);
    OnnxShapes shapes = new OnnxShapes(image, latents);
    graph.getInitializerList().forEach(constant -> constant(constant, shapes));
    shapes.inputs(graph.getInputList());
    for (Onnx.NodeProto node : graph.getNodeList()) {
      operator(node);
      shapes.compute(node);
    }
    shapes.outputs(graph.getOutputList());
  }

  /** Walks the bytes of a message, without keeping any. */
  private void walk(CodedInputStream in, Descriptor message, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "it nests messages more than %d deep".formatted(MAX_DEPTH));
    }
    Set<String> allowed =
        message.getName().equals("Dimension")
            ? DIMENSION
            : FIELDS.getOrDefault(message.getName(), Set.of());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      most("fields", ++fields, MAX_FIELDS);
      FieldDescriptor field = message.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      String name =
          message.getName()
              + "."
              + (field == null ? "number " + WireFormat.getTagFieldNumber(tag) : field.getName());
      if (field == null || !allowed.contains(field.getName())) {
        throw new IllegalArgumentException(
            "it has the field %s: %s"
                .formatted(
                    name,
                    REASONS.getOrDefault(name, "a scorer of this version of Residua has none")));
      }
      int wire = WireFormat.getTagWireType(tag);
      if (wire == WireFormat.WIRETYPE_VARINT) {
        in.readRawVarint64();
        continue;
      }
      if (wire != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        throw new IllegalArgumentException(
            "it has %s in wire format %d, expected a number (0) or bytes (2)"
                .formatted(name, wire));
      }
      int length = in.readRawVarint32();
      int end = in.getTotalBytesRead() + length;
      if (field.getType() == FieldDescriptor.Type.MESSAGE) {
        int outer = in.pushLimit(length);
        walk(in, field.getMessageType(), depth + 1);
        in.popLimit(outer);
        if (in.getTotalBytesRead() != end) {
          throw new IllegalArgumentException("it has a damaged %s".formatted(name));
        }
      } else {
        if (!field.getName().equals("raw_data")) {
          most("bytes of " + name, length, MAX_NAME);
        }
        in.skipRawBytes(length);
      }
    }
  }

  private static void most(String what, int count, int most) {
    if (count < 0 || count > most) {
      throw new IllegalArgumentException(
          "it has %d %s, expected at most %d".formatted(count, what, most));
    }
  }

  private static void versions(Onnx.ModelProto model) {
    if (model.getIrVersion() != OnnxExport.IR_VERSION) {
      throw new IllegalArgumentException(
          "it has IR version %d, expected %d"
              .formatted(model.getIrVersion(), OnnxExport.IR_VERSION));
    }
    List<Onnx.OperatorSetIdProto> sets = model.getOpsetImportList();
    if (sets.size() != 1
        || !sets.get(0).getDomain().isEmpty()
        || sets.get(0).getVersion() != OnnxExport.OPSET) {
      throw new IllegalArgumentException(
          "it has the operator sets %s, expected version %d of the standard one alone"
              .formatted(
                  sets.stream()
                      .limit(4)
                      .map(set -> "'%s' %d".formatted(name(set.getDomain()), set.getVersion()))
                      .collect(Collectors.joining(", ", "[", "]")),
                  OnnxExport.OPSET));
    }
  }

  private static void constant(Onnx.TensorProto tensor, OnnxShapes shapes) {
    String name = name(tensor.getName());
    most("dimensions of the constant '" + name + "'", tensor.getDimsCount(), MAX_RANK);
    long values = 1;
    for (long size : tensor.getDimsList()) {
      if (size < 1 || size > MAX_BYTES || values * size > MAX_BYTES) {
        throw new IllegalArgumentException(
            "it has a constant '%s' of shape %s, expected sizes from 1 and at most %d values"
                .formatted(name, tensor.getDimsList(), MAX_BYTES));
      }
      values *= size;
    }
    boolean floats = tensor.getDataType() == Onnx.TensorProto.DataType.FLOAT.getNumber();
    if (!floats && tensor.getDataType() != Onnx.TensorProto.DataType.INT64.getNumber()) {
      throw new IllegalArgumentException(
          "it has a constant '%s' of type %d, expected FLOAT (1) or INT64 (7)"
              .formatted(name, tensor.getDataType()));
    }
    long bytes = values * (floats ? Float.BYTES : Long.BYTES);
    if (tensor.getRawData().size() != bytes) {
      throw new IllegalArgumentException(
          "it has a constant '%s' of shape %s with %d bytes, expected %d"
              .formatted(name, tensor.getDimsList(), tensor.getRawData().size(), bytes));
    }
    shapes.constant(tensor, floats);
  }

  private static void operator(Onnx.NodeProto node) {
    String name = name(node.getName());
    Operator operator = OPERATORS.get(node.getOpType());
    if (operator == null) {
      throw new IllegalArgumentException(
          "it has an operator '%s' in node '%s', expected one of %s"
              .formatted(
                  name(node.getOpType()),
                  name,
                  OPERATORS.keySet().stream().sorted().collect(Collectors.joining(", "))));
    }
    if (node.getInputCount() != operator.inputs() || node.getOutputCount() != 1) {
      throw new IllegalArgumentException(
          "its %s '%s' has %d inputs and %d outputs, expected %d and 1"
              .formatted(
                  node.getOpType(),
                  name,
                  node.getInputCount(),
                  node.getOutputCount(),
                  operator.inputs()));
    }
    Set<String> attributes = new HashSet<>();
    for (Onnx.AttributeProto attribute : node.getAttributeList()) {
      Onnx.AttributeProto.AttributeType type = attribute.getType();
      boolean one = type == Onnx.AttributeProto.AttributeType.INT;
      if (!attributes.add(attribute.getName())
          || !operator.attributes().contains(attribute.getName())
          || (!one && type != Onnx.AttributeProto.AttributeType.INTS)
          || (one
              ? attribute.getIntsCount() > 0
              : attribute.getI() != 0 || attribute.getIntsCount() > MAX_RANK)) {
        throw new IllegalArgumentException(
            "its %s '%s' has an attribute '%s' of type %s, expected each of %s once, as whole numbers"
                .formatted(
                    node.getOpType(),
                    name,
                    name(attribute.getName()),
                    type.name().toLowerCase(Locale.ROOT),
                    operator.attributes().stream().sorted().toList()));
      }
    }
    if (attributes.size() != operator.attributes().size()) {
      throw new IllegalArgumentException(
          "its %s '%s' has the attributes %s, expected %s"
              .formatted(
                  node.getOpType(),
                  name,
                  attributes.stream().sorted().toList(),
                  operator.attributes().stream().sorted().toList()));
    }
  }

  /** A name as it may stand in a message. */
  static String name(String name) {
    return name.replaceAll("[^A-Za-z0-9_.:/ -]", "?");
  }
}
