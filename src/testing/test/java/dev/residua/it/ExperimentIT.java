package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Walkthrough;
import dev.residua.testing.Walkthrough.Typed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An experiment that is killed and started again, with steps for a minute instead of hours. */
@Tag("soak")
class ExperimentIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final String EXPERIMENT =
      "./residua experiment overfit --seeds 1,2,3 --steps 60 --out results";

  @TempDir Path directory;

  @Test
  void shouldGoOnAfterAKillWithoutComputingARowTwice() throws Exception {
    // Given
    Path log = directory.resolve("results").resolve("overfit.jsonl");
    try (Walkthrough terminal = Walkthrough.embedded(directory)) {
      Typed killed = terminal.start(EXPERIMENT);
      killed.await(LIMIT, "a row is there", () -> !lines(log).isEmpty());
      killed.end();
      List<String> before = lines(log);
      assertThat(before).hasSizeLessThan(3);

      // When
      String again = terminal.start(EXPERIMENT).awaitEnd(LIMIT);

      // Then
      assertThat(lines(log)).hasSize(3).startsWith(before.toArray(String[]::new));
      assertThat(again).contains("| 64 frames |");
    }
  }

  private static List<String> lines(Path log) {
    try {
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
