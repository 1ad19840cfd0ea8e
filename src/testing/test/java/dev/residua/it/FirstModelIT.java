package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.model.Models;
import dev.residua.testing.CommandRun;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start of a service on a cluster that has no model yet. */
class FirstModelIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  /** A service that waits for a model. */
  private Service waiting(TestBroker kafka, String roles) throws IOException {
    Path data = Files.createDirectories(directory.resolve("service"));
    Service service =
        Service.start(
            data,
            List.of(),
            List.of(
                "serve",
                "--roles",
                roles,
                "--bootstrap",
                kafka.bootstrapServers(),
                "--data-dir",
                data.toString()));
    service.await(
        LIMIT,
        "the service waits for a model",
        () -> service.statusCode("/q/health/started") == 200);
    return service;
  }

  @Test
  void shouldWaitOnAClusterUntilAModelIsPromoted() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 2);
        Service service = waiting(kafka, "score,monitor,dashboard")) {
      // Given
      Path bundle = directory.resolve("mine.residua");
      Models.read(Optional.empty()).write(bundle);
      assertThat(service.statusCode("/q/health/ready")).isEqualTo(503);
      assertThat(service.statusCode("/q/health/live")).isEqualTo(200);

      // When
      CommandRun promoted =
          CommandRun.against(
              kafka.clients(), "model", "promote", bundle.toString(), "--reason", "first");

      // Then
      assertThat(promoted.exit()).as(promoted.output()).isZero();
      service.awaitReady();
    }
  }

  @Test
  void shouldEndWhileItWaitsForAModel() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 2);
        Service service = waiting(kafka, "dashboard")) {
      assertThat(service.stop(LIMIT)).isLessThan(256);
    }
  }
}
