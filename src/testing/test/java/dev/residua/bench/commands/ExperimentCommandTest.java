package dev.residua.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExperimentCommandTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(out, true));
    String[] all = new String[1 + arguments.length];
    all[0] = "experiment";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }

  @Test
  void shouldListAllWithTheirPurpose() throws Exception {
    // Given
    // When
    int plain = run();
    String listed = out.toString();
    out.getBuffer().setLength(0);
    int json = run("--json");
    // Then
    assertThat(plain + json).isZero();
    assertThat(listed)
        .contains("overfit       One batch of 64")
        .contains("oracle-free")
        .contains("monitor");
    assertThat(JsonMapper.builder().build().readTree(out.toString()).get("vector").asText())
        .startsWith("The graph of a four-node");
  }

  @Test
  void shouldNameTheExperimentsThatThereAre() {
    // Given
    // When
    int exit = run("overfitt", "--out", dir.toString());
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains("there is no experiment 'overfitt', only vector, ")
        .doesNotContain("\tat ");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void shouldComputeARowOnceAndThenOnlyShowIt() throws Exception {
    // Given
    String[] once = {"overfit", "--seeds", "4", "--steps", "2", "--out", dir.toString()};
    assertThat(run(once)).as(err.toString()).isZero();
    Path log = dir.resolve("overfit.jsonl");
    String row = Files.readString(log);
    JsonNode read = JsonMapper.builder().build().readTree(row);
    // and a figure that no run would give
    String marked = row.replaceAll(":[0-9.E-]+}}", ":12345}}");
    Files.writeString(log, marked);
    out.getBuffer().setLength(0);

    // When
    int again = run(once);

    // Then
    assertThat(again).isZero();
    assertThat(Files.readString(log)).isEqualTo(marked).isNotEqualTo(row);
    assertThat(out.toString()).contains("| 64 frames | 1 | ").contains(" | 12345 |");
    assertThat(read.get("variant").asText()).isEqualTo("64 frames");
    assertThat(read.get("seed").asLong()).isEqualTo(4);
    assertThat(read.get("figures").elements().next().asDouble()).isPositive();
    assertThat(read.get("figures").get("passes").asDouble()).isZero();
  }

  @Test
  void shouldNotMixTrainingsOfDifferentSizesInOneFolder() throws Exception {
    // Given
    String[] once = {"overfit", "--seeds", "4", "--steps", "2", "--out", dir.toString()};
    assertThat(run(once)).as(err.toString()).isZero();
    String rows = Files.readString(dir.resolve("overfit.jsonl"));

    // When
    int other = run("overfit", "--seeds", "5", "--steps", "3", "--out", dir.toString());

    // Then
    assertThat(other).isEqualTo(1);
    assertThat(err.toString())
        .contains("--frames 11500 --steps 2 --labels 100, not --frames 11500 --steps 3")
        .contains("another --out");
    assertThat(Files.readString(dir.resolve("overfit.jsonl"))).isEqualTo(rows);
  }
}
