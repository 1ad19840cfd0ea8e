package dev.residua.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCompareTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  private String output(String name, double millis, double waits) throws IOException {
    String json =
        """
        {"benchmark": "train", "steps": 60, "result": {"medianMillis": %s, "waitShare": %s},
         "environment": {"cpu": "one"}}
        """
            .formatted(millis, waits);
    return Files.writeString(folder.resolve(name), json).toString();
  }

  @Test
  void shouldEndWithOneWhereSomethingGotWorse() throws IOException {
    // Given
    String base = output("base.json", 40, 0.2);
    String now = output("new.json", 50, 0.1);
    // When
    int exit = run("bench", "compare", base, now);
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "worse  result.medianMillis: 50, was 40 (+25.0 %)",
            "better result.waitShare: 0.1, was 0.2 (-50.0 %)",
            "1 worse, 1 better, 0 the same within their ranges and 10 %");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void shouldEndWithZeroWithinTheTolerance() throws IOException {
    // Given
    String base = output("base.json", 40, 0.2);
    String now = output("new.json", 50, 0.2);
    // When
    int exit = run("bench", "compare", base, now, "--tolerance", "26", "--json");
    // Then
    assertThat(exit).isZero();
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    assertThat(json.path("same").asInt()).isEqualTo(2);
    assertThat(json.path("figures").path(0).path("change").asDouble()).isEqualTo(0.25);
    assertThat(json.path("tolerancePercent").asDouble()).isEqualTo(26);
  }

  @Test
  void shouldExplainFilesThatCannotBeCompared() throws IOException {
    // Given
    String base = output("base.json", 40, 0.2);
    String text = Files.writeString(folder.resolve("text"), "45 ms").toString();
    String other = Files.writeString(folder.resolve("other.json"), "{\"id\": 1}").toString();
    // When and then
    assertThat(run("bench", "compare", base, text)).isEqualTo(2);
    assertThat(err.toString()).contains("text is not JSON: make it with bench ... --json");
    assertThat(run("bench", "compare", other, base)).isEqualTo(2);
    assertThat(err.toString()).contains("other.json is not the output of a benchmark");
    assertThat(run("bench", "compare", base, folder.resolve("none.json").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("cannot read", "none.json");
    assertThat(run("bench", "compare", base, base, "--tolerance", "-1")).isEqualTo(1);
    assertThat(err.toString()).contains("--tolerance must be at least 0");
  }
}
