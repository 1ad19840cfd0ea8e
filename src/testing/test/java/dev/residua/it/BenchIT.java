package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.testing.Walkthrough;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short benchmark of the engines. It warns if ours are slower than ONNX Runtime in the same
 * minute, and fails only if there are no figures: times on a shared machine prove nothing.
 */
@Tag("soak")
class BenchIT {
  private static final Duration LIMIT = Duration.ofSeconds(180);

  @TempDir Path directory;

  @Test
  void shouldWarnWhereAnEngineIsSlowerThanOnnxRuntime() throws Exception {
    // Given
    Path json = directory.resolve("score.json");

    // When
    try (Walkthrough terminal = Walkthrough.embedded(directory)) {
      terminal
          .start("./residua bench score --batch 32 --frames 500 --json > score.json")
          .awaitEnd(LIMIT);
    }

    // Then
    List<String> engines = new ArrayList<>();
    for (JsonNode row : JsonMapper.builder().build().readTree(json.toFile()).get("results")) {
      String engine = row.get("engine").asText();
      double ratio = row.get("ratioToOnnxRuntime").asDouble();
      engines.add(engine);
      System.out.printf(
          "bench: %s%s, %s: %.2f times the time of ONNX Runtime%n",
          ratio > 1 ? "WARNING: slow: " : "", engine, row.get("work").asText(), ratio);
      assertThat(row.get("millisPerFrame").asDouble()).isPositive();
      assertThat(ratio).isPositive();
    }
    assertThat(engines).contains("onnxruntime");
  }
}
