package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.Residua;
import dev.residua.app.model.Models;
import dev.residua.causal.CausalModel;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import dev.residua.runtime.BundleOpener;
import dev.residua.testing.Waits;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The network of the shipped model in other programs. */
@Tag("slow")
class ModelExportTest {
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private ModelBundle bundle;
  private Path onnx;

  @BeforeEach
  void exportTheShippedModel() throws Exception {
    bundle = Models.read(Optional.empty());
    bundle.write(folder.resolve("shipped.residua"));
    onnx = folder.resolve("network.onnx");
    assertThat(run("model", "export", path("shipped.residua"), "--onnx", onnx.toString()))
        .as(err.toString())
        .isZero();
  }

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void shouldPassTheSelfTestInJava() throws Exception {
    // Given
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(onnx.toString());
        ResidualScorer exported =
            bundle
                .network()
                .scorer(
                    new Exported(
                        environment,
                        session,
                        bundle.manifest().image(),
                        bundle.network().causalModel()))) {
      // When
      // Then
      assertThatCode(() -> SelfTest.check(bundle, exported)).doesNotThrowAnyException();
      try (ResidualScorer own = BundleOpener.scorer(bundle, 1)) {
        assertThat(SelfTest.compare(bundle, own, exported).latents()).isLessThan(1e-5);
        assertThat(SelfTest.compare(bundle, own, exported).reconstruction()).isLessThan(1e-5);
      }
    }
  }

  @Test
  void shouldPassTheSelfTestInPython() throws Exception {
    // Given
    Process probe =
        new ProcessBuilder(PYTHON, "-c", "import onnxruntime, numpy")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeTrue(
        probe.waitFor(Waits.seconds(60), TimeUnit.SECONDS) && probe.exitValue() == 0,
        "skipped: " + PYTHON + " has no onnxruntime; install Debian's python3-onnxruntime");
    Path script = folder.resolve("run_export.py");
    try (InputStream in = ModelExportTest.class.getResourceAsStream("/onnx/run_export.py")) {
      Files.copy(in, script);
    }
    Path test = Files.write(folder.resolve("frames.bin"), bundle.entry(ModelBundle.SELF_TEST));
    // When
    Process python =
        new ProcessBuilder(
                PYTHON, script.toString(), onnx.toString(), path("network.json"), test.toString())
            .redirectError(folder.resolve("errors.txt").toFile()) // Debian's runtime warns a lot
            .start();
    String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Then
    assertThat(python.waitFor(Waits.seconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).as(Files.readString(folder.resolve("errors.txt"))).isZero();
    assertThat(printed.lines())
        .hasSize(6)
        .allSatisfy(
            line -> {
              String[] words = line.split(" ");
              assertThat(Double.parseDouble(words[1])).as(line).isLessThan(SelfTest.TOLERANCE);
            });
  }

  @Test
  void shouldDescribeTheNetworkInTheSideFile() throws Exception {
    // When
    JsonNode side = new ObjectMapper().readTree(folder.resolve("network.json").toFile());
    // Then
    assertThat(side.path("model").asText()).isEqualTo(bundle.id());
    assertThat(side.path("digest").asText()).isEqualTo(bundle.digest());
    assertThat(side.at("/input/name").asText()).isEqualTo("frames");
    assertThat(side.at("/input/shape").toString()).isEqualTo("[\"n\",64,64,3]");
    assertThat(side.path("outputs").findValuesAsText("name"))
        .containsExactly(
            "latents", "expected", "residuals", "code", "reconstruction_error", "reconstruction");
    assertThat(side.path("latents").findValuesAsText("name"))
        .containsExactlyElementsOf(bundle.manifest().latentNames());
    assertThat(side.at("/graph/edges")).hasSize(bundle.graph().edgeList().size());
    assertThat(side.at("/equations/slopes/0")).hasSize(4);
    assertThat(side.at("/meanImage/constant").asText()).isEqualTo("mean.image");
  }

  @Test
  void shouldWriteTheBundleToo() throws Exception {
    // When
    int code = run("model", "export", path("shipped.residua"), "--out", path("copy.residua"));
    // Then
    assertThat(code).isZero();
    assertThat(ModelBundle.read(folder.resolve("copy.residua")).digest())
        .isEqualTo(bundle.digest());
  }

  @Test
  void shouldSayWhatIsMissingWithoutAFileToWrite() {
    // When
    int code = run("model", "export", path("shipped.residua"));
    // Then
    assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("Give --out FILE.residua, --onnx FILE.onnx, or both.");
  }

  /** The exported graph. It evaluates the equations, too, which must agree with the model's own. */
  private record Exported(
      OrtEnvironment environment, OrtSession session, ImageShape imageShape, CausalModel model)
      implements NetworkEngine {
    @Override
    public int columns() {
      return model.latents();
    }

    @Override
    public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
      long[] shape = {frames, imageShape.height(), imageShape.width(), imageShape.channels()};
      ByteBuffer input = ByteBuffer.allocateDirect(frames * imageShape.size());
      input.put(pixels, 0, frames * imageShape.size()).flip();
      try (OnnxTensor tensor =
              OnnxTensor.createTensor(environment, input, shape, OnnxJavaType.UINT8);
          OrtSession.Result result = session.run(Map.of("frames", tensor))) {
        float[] errors = floats(result, "reconstruction_error");
        float[] pictures = floats(result, "reconstruction");
        for (int n = 0; n < frames; n++) {
          double squares = 0;
          for (int i = n * imageShape.size(); i < (n + 1) * imageShape.size(); i++) {
            squares += Math.pow((pixels[i] & 0xff) / 255.0 - pictures[i], 2) / imageShape.size();
          }
          assertThat((double) errors[n]).isCloseTo(squares, within(1e-4 * squares));
        }
        float[] codes = floats(result, "code");
        LatentBatch own = model.evaluate(codes, null, null, errors);
        assertThat(floats(result, "latents")).containsExactly(own.observed(), within(1e-5f));
        assertThat(floats(result, "expected")).containsExactly(own.expected(), within(1e-5f));
        assertThat(floats(result, "residuals")).containsExactly(own.residuals(), within(1e-5f));
        return new Encoded(codes, errors);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public float[] encode(byte[] pixels, int frames, List<PixelMask> masks) {
      return encodeAndReconstruct(pixels, frames, masks).codes();
    }

    @Override
    public float[] reconstructionErrors(
        byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
      return encodeAndReconstruct(pixels, frames, masks).errors();
    }

    private static float[] floats(OrtSession.Result result, String name) {
      FloatBuffer buffer = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    }

    @Override
    public void close() {}
  }
}
