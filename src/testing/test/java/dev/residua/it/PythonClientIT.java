package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests of the Python package, with a service that writes incidents in JSON. */
class PythonClientIT {
  private static final String PYTHON = "/usr/bin/python3";
  private static final String TOKEN = "a-token-of-the-python-test";

  @TempDir Path folder;

  @Test
  void shouldPassItsOwnTestsWithAService() throws Exception {
    // Given
    assumeTrue(
        Files.isExecutable(Path.of(PYTHON))
            && run(Map.of(), "-c", "import confluent_kafka, numpy, pandas, pytest").exitCode() == 0,
        "skipped: python3-confluent-kafka, python3-numpy, python3-pandas or python3-pytest is not"
            + " installed");
    Path data = folder.resolve("service");
    Files.createDirectories(data.resolve("config"));
    Files.writeString(
        data.resolve("config").resolve("application.properties"),
        "residua.formats.incidents=json\nresidua.roles=score,monitor,alert,dashboard,ingest\nresidua.http.token=%s\n"
            .formatted(TOKEN));
    try (TestBroker broker = TestBroker.start(new Topics(Topics.DEFAULT_PREFIX), 2);
        Service service = Service.serve(data, broker.clients())) {
      service.awaitReady();
      // When
      Ran ran =
          run(
              Map.of(
                  "KAFKA_BOOTSTRAP_SERVERS",
                  broker.bootstrapServers(),
                  "RESIDUA_URL",
                  "http://localhost:" + service.httpPort(),
                  "RESIDUA_TOKEN",
                  TOKEN),
              "-m",
              "pytest",
              "-q",
              "-p",
              "no:cacheprovider",
              "clients/python");
      // Then
      assertThat(ran.exitCode()).as(ran.output()).isZero();
      assertThat(ran.output()).contains(" passed").doesNotContain("skipped");
    }
  }

  private record Ran(int exitCode, String output) {}

  private Ran run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "python", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(PYTHON, "-B").redirectErrorStream(true).redirectOutput(output.toFile());
    builder.command().addAll(java.util.List.of(arguments));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(Waits.seconds(240), TimeUnit.SECONDS))
          .as(Files.readString(output))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ran(process.exitValue(), Files.readString(output));
  }
}
