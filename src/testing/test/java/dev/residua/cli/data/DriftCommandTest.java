package dev.residua.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import dev.residua.dataset.Npy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DriftCommandTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(args);
  }

  private Path reference() throws IOException {
    Random random = new Random(1);
    float[] values = new float[600 * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Path file = dir.resolve("reference.npy");
    Npy.write(file, values, 600, 2);
    return file;
  }

  @Test
  void shouldSayWhenEachStreamFirstAlarms() throws IOException {
    // Given one quiet stream and one that jumps at sample 100
    Path reference = reference();
    Random random = new Random(2);
    double[] values = new double[2 * 160 * 2];
    for (int s = 0; s < 2; s++) {
      for (int t = 0; t < 160; t++) {
        for (int k = 0; k < 2; k++) {
          values[(s * 160 + t) * 2 + k] = random.nextGaussian() + (s == 1 && t >= 100 ? 4 : 0);
        }
      }
    }
    Path stream = dir.resolve("stream.npy");
    Npy.write(stream, values, 2, 160, 2);
    // When
    int exit =
        run(
            "drift",
            "--reference",
            reference.toString(),
            "--stream",
            stream.toString(),
            "--arl",
            "5000",
            "--scales",
            "1,4,16",
            "--frequencies",
            "8",
            "--simulate",
            "200",
            "--json");
    // Then
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    assertThat(json.path("targetRunLength").asDouble()).isEqualTo(5_000);
    assertThat(json.path("estimatedRunLength").path("mean").asDouble())
        .isCloseTo(5_000, within(1.0));
    assertThat(json.path("stateBytes").asInt()).isEqualTo(2_132);
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .startsWith(
            "targetRunLength",
            "threshold",
            "estimatedRunLength",
            "microsecondsPerUpdate",
            "stateBytes",
            "streams");
    assertThat(json.path("microsecondsPerUpdate").asDouble()).isPositive();
    assertThat(json.path("streams").size()).isEqualTo(2);
    assertThat(json.path("streams").path(0).has("firstAlarm")).isTrue();
    assertThat(json.path("streams").path(0).path("firstAlarm").isNull()).isTrue();
    assertThat(json.path("streams").path(1).path("firstAlarm").asInt()).isBetween(100, 104);
    JsonNode change = json.path("streams").path(1).path("changePoint");
    assertThat(change.path("low").asInt()).isLessThanOrEqualTo(change.path("index").asInt());
    assertThat(change.path("index").asInt()).isBetween(98, 103);
    assertThat(change.path("high").asInt()).isGreaterThanOrEqualTo(change.path("index").asInt());
    assertThat(json.path("streams").path(0).path("changePoint").isNull()).isTrue();
  }

  @Test
  void shouldReadCommaSeparatedVectors() throws IOException {
    // Given
    StringBuilder text = new StringBuilder("a,b\n");
    Random random = new Random(3);
    for (int t = 0; t < 300; t++) {
      text.append(random.nextGaussian()).append(',').append(random.nextGaussian()).append('\n');
    }
    Path file = dir.resolve("vectors.csv");
    Files.writeString(file, text);
    // When
    double[][][] read = VectorFile.read(file);
    // Then
    assertThat(read.length).isEqualTo(1);
    assertThat(read[0].length).isEqualTo(300);
    assertThat(read[0][0].length).isEqualTo(2);
  }

  @Test
  void shouldFailWithOneSentenceOnBadInput() throws IOException {
    Path reference = reference();
    Path broken = dir.resolve("broken.csv");
    Files.writeString(broken, "1,2\n3,x\n");
    Path narrow = dir.resolve("narrow.csv");
    Files.writeString(narrow, "1\n2\n");
    assertThat(run("drift", "--reference", reference.toString(), "--stream", broken.toString()))
        .isEqualTo(1);
    assertThat(run("drift", "--reference", reference.toString(), "--stream", narrow.toString()))
        .isEqualTo(1);
    assertThat(run("drift", "--reference", dir + "/none.npy", "--stream", narrow.toString()))
        .isEqualTo(1);
    assertThat(run("drift", "--reference", narrow.toString(), "--stream", narrow.toString()))
        .isEqualTo(1);
    String page = "residua: see src/docs/concepts.md";
    assertThat(err.toString().lines().filter(page::equals)).hasSize(4);
    assertThat(err.toString().lines().filter(line -> !page.equals(line)))
        .containsExactly(
            "residua: " + broken + " line 2: cell 2 is 'x', expected a number",
            "residua: " + narrow + " has vectors of 1 values, the reference " + reference + " of 2",
            "residua: " + dir + "/none.npy does not exist",
            "residua: drift reference needs at least 256 samples but got 2");
  }
}
