package dev.residua.bench;

import dev.residua.app.process.Ports;
import dev.residua.app.process.SelfLauncher;
import dev.residua.app.process.StartFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A single-node broker in its own process, which runs this program's {@code broker} command; so the
 * figures of a benchmark separate the work of the broker.
 */
final class BrokerProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 30;

  private final Process process;
  private final String bootstrapServers;

  private BrokerProcess(Process process, String bootstrapServers) {
    this.process = process;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts it; returns when it accepts requests.
   *
   * @param dataDirectory empty directory for its data
   * @throws StartFailedException with its output, if it ends before that
   */
  static BrokerProcess start(Path dataDirectory) throws StartFailedException {
    return start(dataDirectory, List.of(), Map.of());
  }

  /**
   * Starts it with further options of the JVM and settings of the server.
   *
   * @param properties settings that replace those of the {@code broker} command
   */
  static BrokerProcess start(
      Path dataDirectory, List<String> jvmOptions, Map<String, String> properties)
      throws StartFailedException {
    int port = Ports.free();
    List<String> options = new ArrayList<>(List.of("-Xmx1g"));
    options.addAll(jvmOptions);
    List<String> command = SelfLauncher.command(options);
    command.addAll(
        List.of(
            "broker",
            "--port",
            Integer.toString(port),
            "--data-dir",
            dataDirectory.toAbsolutePath().toString()));
    properties.forEach((key, value) -> command.addAll(List.of("--property", key + "=" + value)));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      // Closing the reader would close the broker's output, so it stays open as long as it runs.
      BufferedReader out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.contains("is ready at")) {
          // also if this process is ended before it could close the broker
          Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "bench-broker-stop"));
          return new BrokerProcess(process, "localhost:" + port);
        }
      }
      throw new StartFailedException(
          "the broker's process ended before it was ready: " + String.join(" ", command));
    } catch (IOException e) {
      throw new StartFailedException("the broker's process cannot be started: " + e, e);
    }
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  long pid() {
    return process.pid();
  }

  /** Processor time that it has used, all threads together, in nanoseconds. */
  long cpuNanos() {
    return process.info().totalCpuDuration().map(java.time.Duration::toNanos).orElse(0L);
  }

  @Override
  public void close() {
    Processes.stop(process, STOP_SECONDS);
  }
}
