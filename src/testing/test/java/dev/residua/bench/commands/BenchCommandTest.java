package dev.residua.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import dev.residua.onnx.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Tag("slow")
class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  @Test
  void shouldMeasureStepsOfATraining() throws IOException {
    // When
    int exit = run("bench", "train", "--steps", "10", "--repeat", "2", "--json");
    // Then
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    double median = json.path("result").path("medianMillis").asDouble();
    assertThat(median).isPositive();
    assertThat(json.path("result").path("p90Millis").asDouble()).isGreaterThanOrEqualTo(median);
    assertThat(json.path("result").path("waitShare").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.path("backend").asText()).isEqualTo("cpu");
    assertThat(json.path("environment").path("nd4j").asText()).startsWith("1.");
    assertThat(json.path("repetitions").asInt()).isEqualTo(2);
    JsonNode range = json.path("ranges").path("result.medianMillis");
    assertThat(median).isEqualTo(range.path(1).asDouble()); // the upper median of two
    assertThat(range.path(0).asDouble()).isPositive().isLessThanOrEqualTo(median);
    JsonNode environment = json.path("environment");
    assertThat(environment.path("residua").asText()).isNotEmpty();
    assertThat(environment.path("processors").asInt()).isPositive();
    assertThat(environment.path("memoryMiB").asLong())
        .isGreaterThanOrEqualTo(environment.path("maxHeapMiB").asLong());
    assertThat(environment.has("load")).isTrue();
  }

  @Test
  void shouldPrintFiguresAndMachineAsText() {
    // When
    int exit = run("bench", "graph", "--latents", "3", "--rows", "400");
    // Then
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("benchmark: graph", "results[0].seconds: ", "results[1].shd: ")
        .containsPattern(
            "environment: residua .*, processors \\d+, memoryMiB \\d+, .*load [0-9.]+");
  }

  @Test
  void shouldRefuseTooFewSteps() {
    assertThat(run("bench", "train", "--steps", "9")).isEqualTo(1);
    assertThat(err.toString()).contains("--steps must be at least 10");
  }

  @Test
  void shouldCompareEnginesInOneRun() throws IOException {
    // When
    int exit =
        run(
            "bench",
            "score",
            "--engine",
            "onnxruntime,onednn-fp32",
            "--batch",
            "2",
            "--frames",
            "4",
            "--json");
    // Then
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    JsonNode rows = json.path("results");
    assertThat(rows).hasSize(4);
    assertThat(rows.findValuesAsText("engine"))
        .containsExactly("onnxruntime", "onednn-fp32", "onnxruntime", "onednn-fp32");
    assertThat(rows.findValuesAsText("work"))
        .containsExactly("encode", "encode", "encode+reconstruct", "encode+reconstruct");
    assertThat(rows.get(0).path("ratioToOnnxRuntime").asDouble()).isEqualTo(1);
    assertThat(rows.get(1).path("millisPerFrame").asDouble()).isPositive();
    JsonNode deviation = json.path("deviationFromOnnxRuntime").path("onednn-fp32");
    assertThat(deviation.path("latents").asDouble()).isBetween(1e-9, 1e-4);
  }

  @Test
  void shouldNameTheEnginesThatThereAre() {
    assertThat(run("bench", "score", "--engine", "tensorrt")).isNotZero();
    assertThat(err.toString())
        .contains(
            "'tensorrt' is not a scoring engine, expected onnxruntime, onednn, onednn-fp32, cuda");
  }

  @ParameterizedTest
  @ValueSource(strings = {"score", "pipeline"})
  void shouldSayWhyAnEngineDoesNotRun(String benchmark) {
    assumeFalse(Device.CUDA.isInBuild());
    // When
    int exit = run("bench", benchmark, "--engine", "cuda");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains("this build has no CUDA provider: build it with ./mvnw -Pgpu package");
  }

  @Test
  void shouldCompareWithPythonOnlyWhereBothDoTheSame() {
    assertThat(
            run("bench", "pipeline", "--versus", "python", "--threads", "2", "--reconstruct", ".5"))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("--threads must be 1 and --reconstruct 1, 0 or 1,0 but they were [2] and [0.5]");
  }

  @Test
  void shouldRefuseAComparisonOfTooFewFramesToMeasure() {
    assertThat(run("bench", "pipeline", "--versus", "python", "--frames", "9999")).isEqualTo(1);
    assertThat(err.toString()).contains("--frames", "10000", "9999");
  }

  @Test
  void shouldSayWhatToInstallWhereThereIsNoPythonToCompareWith() {
    assertThat(run("bench", "pipeline", "--versus", "python", "--python", "/nowhere/python3"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("/nowhere/python3", "apt-get install -y python3");
  }
}
