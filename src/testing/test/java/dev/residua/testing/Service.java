package dev.residua.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.process.LocalToken;
import dev.residua.app.process.Ports;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The packaged product as a process of its own, started with the options that the launcher sets and
 * those of {@link QuickStart}. Its output goes to files in a directory of the test; {@link #close}
 * kills it if it still runs.
 */
public final class Service implements AutoCloseable {
  /** The packaged product, relative to the root of the repository. */
  public static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  private static final Duration READY = Duration.ofSeconds(90);
  private static final int TAIL_LINES = 40;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Exit code and output of a process. */
  public record Result(int exitCode, String out, String err) {
    /** Its errors, without the line that names a page of the documents. */
    public List<String> problems() {
      return err.strip().lines().filter(line -> !line.startsWith("residua: see ")).toList();
    }
  }

  private final Process process;
  private final Path out;
  private final Path err;
  private final int httpPort;
  private final HttpClient http = HttpClient.newHttpClient();

  private Service(Process process, Path out, Path err, int httpPort) {
    this.process = process;
    this.out = out;
    this.err = err;
    this.httpPort = httpPort;
  }

  /**
   * Starts a command that serves, on a free HTTP port; does not wait.
   *
   * @param directory working directory and place of the captured output
   * @param arguments command and its options, without {@code --http-port}
   */
  public static Service start(Path directory, List<String> arguments) {
    return start(directory, List.of(), arguments);
  }

  /**
   * Like the above, with further options of the JVM.
   *
   * @param jvmOptions such as system properties, over the launcher's
   */
  public static Service start(Path directory, List<String> jvmOptions, List<String> arguments) {
    int port = freePort();
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--http-port", Integer.toString(port)));
    return launch(directory, jvmOptions, all, port);
  }

  /**
   * Starts the product against a broker, with its data in a folder that survives it, as on a
   * machine whose process died.
   *
   * @param data created if it does not exist
   */
  public static Service serve(Path data, KafkaClients clients) throws IOException {
    return serve(data, List.of(), clients);
  }

  /** Like the above, with further options of the JVM, such as properties of the product. */
  public static Service serve(Path data, List<String> jvmOptions, KafkaClients clients)
      throws IOException {
    Files.createDirectories(data);
    return start(
        data,
        jvmOptions,
        List.of(
            "serve",
            "--demo-model",
            "--bootstrap",
            clients.bootstrapServers(),
            "--data-dir",
            data.toString()));
  }

  /**
   * One role of the product as a process of its own, with its data in a folder that survives it.
   *
   * @param folder of all processes of the test
   * @param jvmOptions further options of the JVM, such as properties of the product
   */
  public static Service role(
      Path folder, List<String> jvmOptions, KafkaClients clients, String role, String instance)
      throws IOException {
    return role(List.of(), folder, jvmOptions, clients, role, instance);
  }

  /**
   * The same with another first model than that of the demo.
   *
   * @param model file of its bundle
   */
  public static Service role(
      Path model, Path folder, KafkaClients clients, String role, String instance)
      throws IOException {
    return role(
        List.of("--model", model.toString()),
        List.of(),
        folder,
        List.of(),
        clients,
        role,
        instance);
  }

  /**
   * The same, started by another program that becomes the process, such as {@code env}.
   *
   * @param starter that program with its arguments
   */
  public static Service role(
      List<String> starter,
      Path folder,
      List<String> jvmOptions,
      KafkaClients clients,
      String role,
      String instance)
      throws IOException {
    return role(List.of("--demo-model"), starter, folder, jvmOptions, clients, role, instance);
  }

  private static Service role(
      List<String> model,
      List<String> starter,
      Path folder,
      List<String> jvmOptions,
      KafkaClients clients,
      String role,
      String instance)
      throws IOException {
    Path data = Files.createDirectories(folder.resolve(role + "-" + instance));
    int port = freePort();
    List<String> command = new ArrayList<>(List.of("serve"));
    command.addAll(model);
    command.addAll(
        List.of(
            "--http-port",
            Integer.toString(port),
            "--roles",
            role,
            "--instance",
            instance,
            "--bootstrap",
            clients.bootstrapServers(),
            "--data-dir",
            data.toString()));
    return launch(starter, data, jvmOptions, command, port);
  }

  /**
   * Waits until a topic has this number of records.
   *
   * @return how many it has, at least as many
   */
  public <K, V> int awaitRecords(
      Duration limit, KafkaClients clients, Topic<K, V> topic, int wanted) {
    try (TopicReader<K, V> reader = new TopicReader<>(clients.follower(topic), topic.name())) {
      int[] count = {0};
      await(
          limit,
          "%s has %d records".formatted(topic.name(), wanted),
          () -> {
            count[0] += reader.poll().size();
            return count[0] >= wanted;
          });
      return count[0];
    }
  }

  /**
   * Starts a command that has no HTTP port and runs until it is ended; does not wait.
   *
   * @param jvmOptions further options of the JVM, over the launcher's
   */
  public static Service command(Path directory, List<String> jvmOptions, List<String> arguments) {
    return command(List.of(), directory, jvmOptions, arguments);
  }

  /** The same, started by another program that becomes the process. */
  public static Service command(
      List<String> starter, Path directory, List<String> jvmOptions, List<String> arguments) {
    return launch(starter, directory, jvmOptions, arguments, 0);
  }

  /** Runs a command that ends by itself. */
  public static Result run(Path directory, Duration limit, List<String> arguments) {
    return run(directory, limit, List.of(), arguments);
  }

  /** Like the above, with further options of the JVM. */
  public static Result run(
      Path directory, Duration limit, List<String> jvmOptions, List<String> arguments) {
    try (Service service = launch(directory, jvmOptions, arguments, 0)) {
      int exit = service.awaitExit(limit);
      return new Result(exit, read(service.out), read(service.err));
    }
  }

  /**
   * Starts a command of another build by its launcher; does not wait.
   *
   * @param environment further variables, such as {@code JAVA_HOME}
   * @param httpPort that the arguments name, 0 if the command does not serve
   */
  public static Service launched(
      Path launcher,
      Map<String, String> environment,
      Path directory,
      List<String> arguments,
      int httpPort) {
    List<String> command = new ArrayList<>(List.of(launcher.toAbsolutePath().toString()));
    command.addAll(arguments);
    return begin(command, environment, directory, httpPort);
  }

  /**
   * A service on the HTTP port of another that has ended.
   *
   * @param directory working directory and place of the captured output
   * @param arguments command and its options, without {@code --http-port}
   */
  public static Service launchAgain(
      Service ended, Path directory, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    Files.createDirectories(directory);
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--http-port", Integer.toString(ended.httpPort)));
    return launch(directory, jvmOptions, all, ended.httpPort);
  }

  private static Service launch(
      Path directory, List<String> jvmOptions, List<String> arguments, int httpPort) {
    return launch(List.of(), directory, jvmOptions, arguments, httpPort);
  }

  private static Service launch(
      List<String> starter,
      Path directory,
      List<String> jvmOptions,
      List<String> arguments,
      int httpPort) {
    if (!Files.exists(JAR)) {
      throw new IllegalStateException(
          JAR.toAbsolutePath() + " does not exist: integration tests run after the package phase");
    }
    List<String> command = new ArrayList<>(starter);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Dresidua.sources.commissioning=false", // most tests use the camera of the model
            "-XX:+UseG1GC",
            "-Xmx1g",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+ErrorFileToStderr", // what a crash says must outlive the working directory
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-Djava.awt.headless=true"));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(QuickStart.options());
    command.addAll(jvmOptions);
    command.add("-jar");
    command.add(JAR.toAbsolutePath().toString());
    command.addAll(arguments);
    return begin(command, Map.of(), directory, httpPort);
  }

  private static Service begin(
      List<String> command, Map<String, String> environment, Path directory, int httpPort) {
    try {
      Path out = Files.createTempFile(directory, "service-", ".out");
      Path err = Files.createTempFile(directory, "service-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().remove("KAFKA_BOOTSTRAP_SERVERS");
      builder.environment().putAll(environment);
      return new Service(builder.start(), out, err, httpPort);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A loopback port that nobody listens on now. */
  public static int freePort() {
    return Ports.free();
  }

  /** Waits until the service says that it is ready; ends it if it does not in time. */
  public Service awaitReady() {
    try {
      await(READY, "the service is ready", () -> statusCode("/q/health/ready") == 200);
      return this;
    } catch (AssertionError e) {
      close(); // nobody else has it yet
      throw e;
    }
  }

  /** Address of the Kafka that the ready service uses. */
  public String bootstrapServers() {
    JsonNode health = json("/q/health/ready");
    for (JsonNode check : health.path("checks")) {
      String kafka = check.path("data").path("kafka").asText();
      if (!kafka.isEmpty()) {
        return kafka;
      }
    }
    throw failure("the health endpoint names no Kafka: " + health);
  }

  /** Its address for commands and browsers. */
  public String address() {
    return "http://localhost:" + httpPort;
  }

  /** File with its token for commands on this machine. */
  public Path localToken() {
    Path name = Path.of(LocalToken.file(httpPort));
    try (Stream<Path> files =
        Files.find(
            Objects.requireNonNull(out.getParent()),
            3,
            (file, attributes) -> name.equals(file.getFileName()))) {
      return files.findFirst().orElseThrow(() -> failure("it has no " + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int httpPort() {
    return httpPort;
  }

  /** Body of a page, which must answer with 200. */
  public String get(String path) {
    try {
      HttpResponse<String> response = http.send(request(path), BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw failure("%s answers %d: %s".formatted(path, response.statusCode(), response.body()));
      }
      return response.body();
    } catch (IOException e) {
      throw failure("%s does not answer: %s".formatted(path, e));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Body of a page as JSON. */
  public JsonNode json(String path) {
    try {
      return JSON.readTree(get(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Status of the answer to a request, 0 if there is no answer. */
  public int statusCode(String path) {
    try {
      return http.send(request(path), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + httpPort + path))
        .timeout(Waits.limit(Duration.ofSeconds(10)))
        .build();
  }

  /**
   * Waits for something that the service brings about.
   *
   * @param limit on an idle machine; see {@link Waits}
   * @throws AssertionError with the end of the service's output, if it does not come in time or the
   *     service ends
   */
  public void await(Duration limit, String what, BooleanSupplier condition) {
    Duration scaled = Waits.limit(limit);
    long end = System.nanoTime() + scaled.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive()) {
        throw failure("the service ended with %d before %s".formatted(process.exitValue(), what));
      }
      if (System.nanoTime() > end) {
        throw failure("waited %d s but not: %s".formatted(scaled.toSeconds(), what));
      }
      sleep(50);
    }
  }

  private int awaitExit(Duration limit) {
    Duration scaled = Waits.limit(limit);
    try {
      if (!process.waitFor(scaled.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failure("the process still runs after %d s".formatted(scaled.toSeconds()));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Waits for the process to end by itself.
   *
   * @return its exit code
   */
  public int awaitEnd(Duration limit) {
    return awaitExit(limit);
  }

  /** Stops the process for a while (SIGSTOP), as a machine does that swaps or migrates. */
  public void pause(Duration length) {
    suspend();
    sleep(length.toMillis());
    resume();
  }

  /** Sends SIGSTOP: no thread of the process runs until {@link #resume}. */
  public void suspend() {
    signal("STOP");
  }

  /** Sends SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Sends SIGTERM and waits for the end. */
  public int stop(Duration limit) {
    process.destroy();
    return awaitExit(limit);
  }

  /** Resident memory of the process, in bytes. */
  public long residentBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElseThrow(() -> failure("the system does not say how much memory the service uses"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of the live objects on the heap, after a full collection. */
  public long liveHeapBytes() {
    try {
      Process histogram =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(process.pid()),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String last = text.strip().substring(text.strip().lastIndexOf('\n') + 1);
      if (!last.startsWith("Total")) {
        throw failure("jcmd gives no histogram: " + last);
      }
      return Long.parseLong(last.split(" +")[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(10));
  }

  /** Its output on stdout so far. */
  public String out() {
    return read(out);
  }

  /** Its output on stderr so far. */
  public String err() {
    return read(err);
  }

  /** A failure that shows the end of the output of the service. */
  public AssertionError failure(String message) {
    return new AssertionError(
        "%s%n--- stdout%n%s%n--- stderr%n%s".formatted(message, tail(out()), tail(err())));
  }

  private static String tail(String text) {
    List<String> lines = text.lines().toList();
    return String.join(
        System.lineSeparator(),
        lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  /** Closes a service that may not have been started. */
  public static void close(@Nullable Service service) {
    if (service != null) {
      service.close();
    }
  }
}
