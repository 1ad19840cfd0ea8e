package dev.residua.bench;

import dev.residua.app.process.Ports;
import dev.residua.app.process.SelfLauncher;
import dev.residua.app.process.StartFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Some roles of the product in their own process, as {@code serve} starts them. */
final class ServiceProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(120);
  private static final long STOP_SECONDS = 60;

  private final Process process;
  private final Path data;
  private final Path log;
  private final int port;
  private final HttpClient http = HttpClient.newHttpClient();

  private ServiceProcess(Process process, Path data, Path log, int port) {
    this.process = process;
    this.data = data;
    this.log = log;
    this.port = port;
  }

  /**
   * Starts it; does not wait.
   *
   * @param folder for its data and its log; a restart with the same instance uses them again
   * @param options of the JVM, such as settings of the product
   * @param roles names, separated by commas
   * @param instance name of the process
   */
  static ServiceProcess start(
      Path folder, List<String> options, String bootstrapServers, String roles, String instance)
      throws StartFailedException {
    Path data = folder.resolve("service-" + instance);
    Path log = folder.resolve("service-" + instance + ".log");
    int port = Ports.free();
    List<String> command = SelfLauncher.command(options);
    command.addAll(
        List.of(
            "serve",
            "--demo-model",
            "--roles",
            roles,
            "--instance",
            instance,
            "--bootstrap",
            bootstrapServers,
            "--data-dir",
            data.toAbsolutePath().toString(),
            "--http-port",
            Integer.toString(port)));
    try {
      Files.createDirectories(data);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      // also if this process is ended before it could end the service
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "service-stop"));
      return new ServiceProcess(process, data, log, port);
    } catch (IOException e) {
      throw new StartFailedException("the service's process cannot be started: " + e, e);
    }
  }

  /**
   * Waits until it serves.
   *
   * @throws StartFailedException with the last line of its log, if it ends before that
   */
  void awaitReady() throws StartFailedException, InterruptedException {
    long end = System.nanoTime() + READY.toNanos();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new StartFailedException(
            "the service's process is not ready; the end of its log: " + lastLine());
      }
      Thread.sleep(200);
    }
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("/q/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  /**
   * Sum of the values of a metric.
   *
   * @param name in Prometheus' spelling
   */
  double metric(String name) throws IOException, InterruptedException {
    return sum(get("/q/metrics").body(), name);
  }

  static double sum(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /**
   * Gets a page or an answer of the API.
   *
   * @return how long it took
   * @throws IOException if there is no answer, or another one than 200
   */
  Duration visit(String path) throws IOException, InterruptedException {
    long start = System.nanoTime();
    int status = get(path).statusCode();
    if (status != 200) {
      throw new IOException("%s answers %d".formatted(path, status));
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * Opens the dashboard's live connection.
   *
   * @param listener receives its messages
   */
  WebSocket live(WebSocket.Listener listener) {
    return http.newWebSocketBuilder()
        .subprotocols("residua.live")
        .buildAsync(URI.create("ws://localhost:%d/api/live".formatted(port)), listener)
        .join();
  }

  long pid() {
    return process.pid();
  }

  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  ProcessFigures figures() throws IOException, InterruptedException {
    return ProcessFigures.read(process.pid());
  }

  long dataBytes() throws IOException {
    long bytes = 0;
    List<Path> files;
    try (Stream<Path> walk = Files.walk(data)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      try {
        bytes += Files.size(file);
      } catch (NoSuchFileException e) {
        // deleted by the process meanwhile
      }
    }
    return bytes;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Lines of its log with a level, such as {@code ERROR}. */
  List<String> logged(String level) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<String> lines = Files.lines(log)) {
      lines.filter(line -> line.contains(" " + level + " ")).forEach(found::add);
    }
    return found;
  }

  private String lastLine() {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.reduce((before, last) -> last).orElse("it is empty");
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Kills it, as a machine does that loses power. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Stops it and waits for its end. */
  @Override
  public void close() {
    Processes.stop(process, STOP_SECONDS);
  }
}
