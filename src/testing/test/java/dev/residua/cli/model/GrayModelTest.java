package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import dev.residua.app.model.ScoringEngines;
import dev.residua.app.process.ScoringEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import dev.residua.model.EngineDeviation;
import dev.residua.model.ModelBundle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From a data set to scores, with frames of one channel: every command on the way. */
@Tag("slow")
class GrayModelTest {
  private static final ImageShape GRAY = new ImageShape(32, 32, 1);

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void shouldTrainAndServeAModelOfGrayFrames() throws Exception {
    // Given a gray set, and one in colour from which gray frames of half the size are made
    generate("gray", "32x32x1");
    generate("colour", "64x64x3");
    Path model = dir.resolve("m.residua");

    // When
    train("gray", model);
    assertThat(run("evaluate", "--model", model.toString(), "--data", at("gray"), "--json"))
        .as(err.toString())
        .isZero();
    JsonNode figures = JsonMapper.builder().build().readTree(out.toString());
    int scored =
        run("score", "--model", model.toString(), "--data", at("colour"), "--out", at("scores"));
    int backtested = run("backtest", "--model", model.toString(), "--data", at("gray"));

    // Then
    ModelBundle bundle = ModelBundle.read(model);
    assertThat(bundle.manifest().image()).isEqualTo(GRAY);
    assertThat(figures.path("reconstruction").path("mse").asDouble()).isBetween(1e-6, 0.1);
    assertThat(figures.path("mcc").isNumber()).isTrue();
    assertThat(scored).as(err.toString()).isZero();
    assertThat(Files.readAllLines(dir.resolve("scores"))).hasSize(901);
    assertThat(backtested).as(err.toString()).isZero();
    assertThat(dir.resolve("m.html")).isNotEmptyFile();

    // And engines agree on the frames
    byte[] pixels = FrameDataset.open(dir.resolve("colour")).reducedTo(GRAY).read(0, 20);
    try (ResidualScorer reference = ScoringEngines.scorer(bundle, ScoringEngine.ONNXRUNTIME, 1);
        ResidualScorer other = ScoringEngines.scorer(bundle, ScoringEngine.ONEDNN_FP32, 1)) {
      EngineDeviation deviation = EngineDeviation.of(reference, other, pixels, 20);
      assertThat(deviation.latents()).isLessThan(5e-5);
      assertThat(deviation.reconstruction()).isLessThan(5e-5);
    }
  }

  @Test
  void shouldTrainAGrayModelOnASetInColour() throws Exception {
    // Given
    generate("colour", "64x48x3");
    Path model = dir.resolve("m.residua");
    // When
    train("colour", model, "--size", "32x32x1");
    // Then
    assertThat(ModelBundle.read(model).manifest().image()).isEqualTo(GRAY);
    assertThat(ModelBundle.read(model).manifest().provenance().dataSha256())
        .isEqualTo(FrameDataset.open(dir.resolve("colour")).sha256());
  }

  private String at(String name) {
    return dir.resolve(name).toString();
  }

  private void generate(String name, String size) {
    int exit =
        run(
            "dataset",
            "generate",
            "pendulum",
            "--noise",
            "--count",
            "900",
            "--size",
            size,
            "--out",
            at(name));
    assertThat(exit).as(err.toString()).isZero();
  }

  /** A few steps with the true graph, and a drift detector that is hardly calibrated. */
  private void train(String data, Path model, String... more) throws Exception {
    Path graph =
        Files.writeString(
            dir.resolve("graph.txt"),
            "pendulum -> shadow_length\npendulum -> shadow_position\n"
                + "light -> shadow_length\nlight -> shadow_position\n");
    CommandLine line = new CommandLine(new TrainCommand(TrainPauseTest.SHORT_DRIFT));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(new StringWriter(), true));
    String[] arguments = {
      "--data", at(data), "--out", model.toString(), "--graph", graph.toString(), "--steps", "60"
    };
    String[] all = new String[arguments.length + more.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    assertThat(line.execute(all)).as(err.toString()).isZero();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(out, true));
    return line.execute(arguments);
  }
}
