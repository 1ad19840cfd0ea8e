package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.ImageShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import onnx.Onnx;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.protobuf.ByteString;

class OnnxCheckTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 3);
  private static final int LATENTS = 3;

  private static byte[] scorer;

  @BeforeAll
  static void makeAScorerWithEveryPart() {
    scorer = RandomScorers.complete(IMAGE, 3);
  }

  private static void refuses(Consumer<Onnx.ModelProto.Builder> change, String... reasons)
      throws Exception {
    Onnx.ModelProto.Builder model = Onnx.ModelProto.parseFrom(scorer).toBuilder();
    change.accept(model);
    refusesBytes(model.build().toByteArray(), reasons);
  }

  private static void refusesBytes(byte[] model, String... reasons) {
    assertThatThrownBy(() -> OnnxCheck.check(model, IMAGE, LATENTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(reasons);
  }

  private static Onnx.NodeProto.Builder node(Onnx.ModelProto.Builder model, String name) {
    return model.getGraphBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Onnx.TensorProto.Builder constant(Onnx.ModelProto.Builder model, String name) {
    return model.getGraphBuilder().getInitializerBuilderList().stream()
        .filter(tensor -> tensor.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void longs(Onnx.TensorProto.Builder tensor, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    tensor.setRawData(ByteString.copyFrom(raw.array())).clearDims().addDims(values.length);
  }

  /** A field with bytes, by number: also such as these classes do not know. */
  private static byte[] field(int number, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, (long) number << 3 | 2);
    varint(out, content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long left = value;
    while (left >>> 7 != 0) {
      out.write((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Test
  void shouldAcceptWhatTheExportWrites() {
    // When
    // Then
    assertThatCode(() -> OnnxCheck.check(scorer, IMAGE, LATENTS)).doesNotThrowAnyException();
    for (ImageShape image :
        new ImageShape[] {
          new ImageShape(16, 16, 1), new ImageShape(64, 48, 1), new ImageShape(128, 128, 3)
        }) {
      byte[] other = RandomScorers.of(image, 7, 5);
      assertThatCode(() -> OnnxCheck.check(other, image, 7)).doesNotThrowAnyException();
    }
  }

  @Test
  void shouldAllowTheOperatorsOfTheExportAndNoOthers() throws Exception {
    // Given every operator that scorers with and without corrections and cosines have
    Set<String> emitted = new TreeSet<>();
    for (byte[] model : new byte[][] {scorer, RandomScorers.of(IMAGE, 2, 1)}) {
      Onnx.ModelProto.parseFrom(model)
          .getGraph()
          .getNodeList()
          .forEach(node -> emitted.add(node.getOpType()));
    }
    // When
    // Then
    assertThat(OnnxCheck.OPERATORS.keySet()).containsExactlyInAnyOrderElementsOf(emitted);
  }

  @Test
  void shouldRefuseOtherOperatorsAndDomains() throws Exception {
    refuses(
        model -> node(model, "enc2.a").setOpType("Elu"),
        "operator 'Elu' in node 'enc2.a'",
        "expected one of Add, Cast, Conv");
    for (String operator : new String[] {"If", "Loop", "Scan"}) {
      refuses(model -> node(model, "enc2.a").setOpType(operator), "operator '" + operator + "'");
    }
    refuses(
        model -> node(model, "enc2.a").setDomain("com.microsoft"),
        "NodeProto.domain",
        "standard domain only");
    refuses(
        model -> node(model, "enc2.a").addInput("code").setOpType("Relu"),
        "'enc2.a' has 2 inputs and 1 outputs, expected 1 and 1");
  }

  @Test
  void shouldRefuseOtherVersions() throws Exception {
    refuses(model -> model.setIrVersion(9), "IR version 9, expected 8");
    refuses(
        model -> model.getOpsetImportBuilder(0).setVersion(18),
        "['' 18], expected version 13 of the standard one alone");
    refuses(
        model ->
            model.addOpsetImport(
                Onnx.OperatorSetIdProto.newBuilder().setDomain("ai.x").setVersion(1)),
        "'ai.x' 1");
    refuses(Onnx.ModelProto.Builder::clearOpsetImport, "operator sets []");
  }

  @Test
  void shouldRefuseSubgraphsFunctionsAndWhateverElseOnnxHas() throws Exception {
    refuses(
        model ->
            node(model, "enc2.a")
                .addAttribute(
                    Onnx.AttributeProto.newBuilder()
                        .setName("body")
                        .setType(Onnx.AttributeProto.AttributeType.GRAPH)
                        .setG(Onnx.GraphProto.newBuilder().setName("inner"))),
        "AttributeProto.g",
        "no subgraphs");
    refusesBytes(joined(scorer, field(25, new byte[0])), "ModelProto.", "no functions");
    refusesBytes(joined(scorer, field(14, new byte[0])), "ModelProto.metadata_props");
    refusesBytes(joined(scorer, field(99, new byte[0])), "ModelProto.number 99");
  }

  @Test
  void shouldRefuseDataInOtherFiles() throws Exception {
    refuses(
        model ->
            constant(model, "enc1.w")
                .clearRawData()
                .setDataLocation(Onnx.TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                    Onnx.StringStringEntryProto.newBuilder()
                        .setKey("location")
                        .setValue("../../etc/passwd")),
        "TensorProto.external_data",
        "not lie in other files");
    refuses(
        model -> constant(model, "enc1.w").setDataLocation(Onnx.TensorProto.DataLocation.EXTERNAL),
        "TensorProto.data_location");
    refuses(
        model -> constant(model, "enc1.b").clearRawData().addFloatData(1),
        "TensorProto.float_data");
  }

  @Test
  void shouldBoundNumbersOfParts() throws Exception {
    refuses(
        model -> {
          for (int i = 0; i <= OnnxCheck.MAX_NODES; i++) {
            model.getGraphBuilder().addNode(Onnx.NodeProto.newBuilder().setOpType("Relu"));
          }
        },
        "nodes, expected at most 512");
    refuses(
        model -> {
          for (int i = 0; i <= OnnxCheck.MAX_CONSTANTS; i++) {
            model.getGraphBuilder().addInitializer(Onnx.TensorProto.newBuilder().setName("c" + i));
          }
        },
        "constants, expected at most 512");
    refuses(
        model -> node(model, "enc2.a").setName("x".repeat(200)),
        "200 bytes of NodeProto.name, expected at most 128");
  }

  @Test
  void shouldNotKeepWhatMillionsOfEmptyPartsWouldTake() {
    // Given 32 MB of empty nodes, which would become 1.5 GB of objects
    byte[] nodes = new byte[32 << 20];
    for (int i = 0; i < nodes.length; i += 2) {
      nodes[i] = 1 << 3 | 2;
    }
    byte[] model = field(7, nodes);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    // When
    refusesBytes(model, "fields, expected at most 20000");
    // Then
    assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before)
        .isLessThan(16 << 20);
  }

  @Test
  void shouldRefuseConstantsThatDoNotFitTheirShape() throws Exception {
    refuses(
        model -> constant(model, "enc1.b").clearDims().addDims(33),
        "'enc1.b' of shape [33] with 128 bytes, expected 132");
    refuses(
        model -> constant(model, "enc1.b").clearDims().addDims(1L << 31).addDims(1L << 33),
        "'enc1.b' of shape [2147483648, 8589934592]");
    refuses(
        model -> constant(model, "enc1.b").clearDims().addDims(-32).addDims(-1),
        "expected sizes from 1");
    refuses(
        model ->
            constant(model, "enc1.b").setDataType(Onnx.TensorProto.DataType.STRING.getNumber()),
        "of type 8, expected FLOAT (1)");
    byte[] nan = new byte[128];
    ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(8, Float.NaN);
    refuses(
        model -> constant(model, "enc1.b").setRawData(ByteString.copyFrom(nan)),
        "'enc1.b' with the value NaN, expected finite");
  }

  @Test
  void shouldRefuseOtherInputsAndOutputs() throws Exception {
    refuses(
        model -> model.getGraphBuilder().getInputBuilder(0).setName("images"),
        "takes images: type 2 [n, 32, 32, 3], expected frames: UINT8 [n, 32, 32, 3]");
    refuses(
        model ->
            model
                .getGraphBuilder()
                .addInput(OnnxExport.value("more", Onnx.TensorProto.DataType.FLOAT, 1)),
        "takes frames: type 2 [n, 32, 32, 3], more: type 1 [n, 1]");
    refuses(
        model ->
            model
                .getGraphBuilder()
                .setOutput(0, OnnxExport.value("latents", Onnx.TensorProto.DataType.FLOAT, 4)),
        "gives latents: type 1 [n, 4]",
        "expected latents, expected and residuals: FLOAT [n, 3]");
    assertThatThrownBy(() -> OnnxCheck.check(scorer, IMAGE, 4))
        .hasMessageContaining("gives latents: type 1 [n, 3]");
    assertThatThrownBy(() -> OnnxCheck.check(scorer, new ImageShape(64, 32, 3), LATENTS))
        .hasMessageContaining("takes frames: type 2 [n, 32, 32, 3]");
    assertThatThrownBy(() -> OnnxCheck.check(scorer, new ImageShape(30, 32, 3), LATENTS))
        .hasMessageContaining("images of 30x32x3, expected multiples of 16 pixels");
    refuses(
        model -> node(model, "residuals").setOutput(0, "other"),
        "computes 'residuals' with the shape none");
  }

  @Test
  void shouldRefuseValuesThatDoNotFollowFromOthers() throws Exception {
    refuses(
        model -> node(model, "enc1.a").setInput(0, "enc3.y"),
        "Relu 'enc1.a' reads 'enc3.y', which nothing before it computes");
    refuses(model -> node(model, "enc1.a").setInput(0, "enc1.a"), "nothing before it computes");
    refuses(model -> node(model, "enc2.a").setOutput(0, "enc1.a"), "the value 'enc1.a' twice");
    refuses(model -> node(model, "enc1.a").setOutput(0, ""), "a value without a name");
  }

  @Test
  void shouldRefuseShapesThatDoNotGoTogether() throws Exception {
    refuses(
        model -> constant(model, "enc4.w").clearDims().addDims(128).addDims(256),
        "Gemm 'enc4.y' multiplies [n, 256] with [128, 256]");
    refuses(
        model -> longs(constant(model, "shape.split"), -1, 8, 4, 8, 4, 4),
        "Reshape 'split' reshapes [n, 32, 32, 3] to [n, 8, 4, 8, 4, 4]");
    refuses(
        model -> longs(constant(model, "shape.split"), 1, -1, 4, 8, 4, 3),
        "the number of frames first");
    refuses(
        model -> node(model, "moved").getAttributeBuilder(0).setInts(0, 1).setInts(1, 0),
        "Transpose 'moved' has the order");
    refuses(
        model -> node(model, "raw").getAttributeBuilder(0).setI(7), "Cast 'raw' casts to type 7");
    refuses(model -> node(model, "enc2.y").getAttributeBuilder(1).setInts(0, 0), "strides [0, 2]");
    refuses(
        model -> node(model, "enc2.y").getAttributeBuilder(2).setInts(0, 1 << 30),
        "which do not go together");
    refuses(
        model -> node(model, "enc2.y").getAttributeBuilder(1).setName("dilations"),
        "Conv 'enc2.y' has an attribute 'dilations'");
    refuses(
        model -> node(model, "enc2.y").removeAttribute(1),
        "Conv 'enc2.y' has the attributes [kernel_shape, pads]");
  }

  @Test
  void shouldRefuseChainsThatGrowWithoutBound() throws Exception {
    // Given pictures that double on each side, again and again
    refuses(
        model -> {
          Onnx.GraphProto.Builder graph = model.getGraphBuilder();
          Onnx.NodeProto dec4 = node(model, "dec4.y").build();
          String at = "dec4.y";
          for (int i = 0; i < 20; i++) {
            graph.addNode(dec4.toBuilder().setName("b" + i).setInput(0, at).setOutput(0, "b" + i));
            at = "b" + i;
          }
        },
        "ConvTranspose 'b",
        "values a frame");
    // Given sums of a column and a row
    refuses(
        model -> {
          Onnx.GraphProto.Builder graph = model.getGraphBuilder();
          OnnxExport.floats(graph, "row", new float[4096], 1, 1, 4096);
          OnnxExport.floats(graph, "column", new float[4096], 1, 4096, 1);
          OnnxExport.node(graph, "Add", "wide", "head.code", "row");
          OnnxExport.node(graph, "Add", "huge", "wide", "column");
        },
        "Add 'wide' has inputs");
  }

  @Test
  void shouldRefuseWhatIsNoModel() {
    refusesBytes(new byte[] {1, 2, 3}, "");
    refusesBytes(new byte[0], "IR version 0");
    refusesBytes(Arrays.copyOf(scorer, scorer.length / 2), "not an ONNX model");
    refusesBytes(new byte[OnnxCheck.MAX_BYTES + 1], "134217729 bytes, expected at most");
  }

  @Test
  void shouldRefuseGroupsAndDeepNesting() throws IOException {
    // Given groups in groups, which skipping recursively would overflow the stack with
    byte[] groups = new byte[1 << 20];
    Arrays.fill(groups, (byte) (7 << 3 | 3));
    refusesBytes(groups, "ModelProto.graph in wire format 3");
  }
}
