package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.testing.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("newer-jdk")
class DemoIT {
  private static final Duration FIRST_FINDING = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void shouldTellOfAFaultWithinAMinuteAndStartAgainOnTheSameData() {
    long framesBefore;
    try (Service demo = demo()) {
      // When
      demo.await(FIRST_FINDING, "a finding after the first fault", () -> findsAFault(demo.out()));

      // Then
      assertThat(demo.get("/")).contains("<html").contains("Residua");
      demo.await(
          Duration.ofSeconds(10),
          "the status lists findings",
          () -> !demo.json("/api/status").path("findings").isEmpty());
      JsonNode status = demo.json("/api/status");
      assertThat(status.path("findings").get(0).path("headline").asText()).isNotBlank();
      framesBefore = status.path("framesScored").asLong();
      assertThat(framesBefore).isPositive();
      assertThat(demo.get("/q/metrics")).contains("residua_");
      assertThat(
              demo.get(
                  "/api/pictures/decoded?latents=0,0,0,0&model=" + status.path("modelId").asText()))
          .contains("PNG");
      assertCleanStop(demo);
    }
    try (Service again = demo()) {
      again.await(FIRST_FINDING, "a finding after a restart", () -> findsAFault(again.out()));
      assertCleanStop(again);
    }
  }

  private Service demo() {
    return Service.start(
        directory,
        List.of(
            "demo",
            "--speed",
            "5",
            "--kafka-port",
            "0",
            "--data-dir",
            directory.resolve("data").toString()));
  }

  /** Returns true if a line of a finding follows the first line of a fault. */
  private static boolean findsAFault(String out) {
    int fault = out.indexOf("  camera  ");
    return fault >= 0 && out.indexOf("  found   ", fault) >= 0;
  }

  private void assertCleanStop(Service demo) {
    int exit = demo.stop(STOP);
    assertThat(exit)
        .withFailMessage(() -> "exit code %d after SIGTERM:%n%s".formatted(exit, demo.err()))
        .isIn(0, 143);
    assertThat(demo.err()).doesNotContain("\tat ", "did not stop cleanly", "ERROR");
    // Kafka leaves this file only when it has closed its logs.
    assertThat(directory.resolve("data").resolve("kafka").resolve(".kafka_cleanshutdown").toFile())
        .exists();
  }
}
