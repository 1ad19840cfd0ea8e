package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.Residua;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code backtest --compare} with the model that ships with the product. */
class BacktestCompareTest {
  private static final int FRAMES = 60;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();

  private int run(String... words) {
    CommandLine residua = Residua.commandLine();
    residua.setOut(new PrintWriter(out, true));
    residua.setErr(new PrintWriter(out, true));
    return residua.execute(words);
  }

  private int compare(String... options) throws Exception {
    Path data = folder.resolve("data");
    assertThat(
            run(
                "dataset",
                "generate",
                "pendulum",
                "--noise",
                "--count",
                Integer.toString(FRAMES),
                "--out",
                data.toString()))
        .isZero();
    out.getBuffer().setLength(0);
    Path stricter =
        Files.writeString(
            folder.resolve("stricter.properties"), "residua.incidents.false-alarms-per-week=0.1");
    List<String> all =
        new ArrayList<>(
            List.of(
                "backtest",
                "--data",
                data.toString(),
                "--config",
                folder.resolve("none").toString(),
                "--compare",
                ".",
                stricter.toString()));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  @Test
  void shouldEvaluateTheSameFramesByBothSettings() throws Exception {
    // When
    int exit = compare("--json");

    // Then a tenth of the false alarms are ten times the frames, from 7 * 24 * 3600 * 20 on
    assertThat(exit).as(out.toString()).isZero();
    JsonNode result = new ObjectMapper().readTree(out.toString());
    assertThat(result.path("frames").asInt()).isEqualTo(FRAMES);
    assertThat(result.path("a").path("targetRunLength").asDouble()).isEqualTo(12_096_000);
    assertThat(result.path("b").path("targetRunLength").asDouble()).isEqualTo(120_960_000);
    assertThat(result.path("a").path("settings").asText()).isEqualTo(".");
    assertThat(result.path("both").isArray()).isTrue();
  }

  @Test
  void shouldTakeTheBudgetFromTheSettingsOnly() throws Exception {
    // When
    int exit = compare("--false-alarms-per-week", "2");

    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(out.toString()).contains("--compare takes the false alarms from the settings");
  }
}
