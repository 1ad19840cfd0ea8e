package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A folder that looks like a clone of the repository, in which a test types the commands that the
 * documents show. Everything a line writes stays in that folder; {@code ./residua} is the launcher,
 * told of free ports in place of the usual ones.
 */
public final class Walkthrough implements AutoCloseable {
  private static final long PAUSE_MILLIS = 50;
  private static final Duration READY = Duration.ofSeconds(60);
  private static final List<String> LINKED = List.of("src", "schemas", "target", "deploy");

  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();
  private final Map<String, String> replaced = new TreeMap<>();
  private final List<Typed> running = new ArrayList<>();
  private final int httpPort;

  /** A command in a terminal. */
  public final class Typed {
    private final String code;
    private final Process process;
    private final Path output;

    private Typed(String code, Process process, Path output) {
      this.code = code;
      this.process = process;
      this.output = output;
    }

    /** Output of the terminal so far. */
    public String output() {
      try {
        return Files.readString(output);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * Waits for an effect of the command; it may have ended meanwhile.
     *
     * @param limit on an idle machine; see {@link Waits}
     */
    public void await(Duration limit, String what, BooleanSupplier condition) {
      Duration scaled = Waits.limit(limit);
      long end = System.nanoTime() + scaled.toNanos();
      while (!condition.getAsBoolean()) {
        boolean failed = !process.isAlive() && process.exitValue() != 0;
        if (failed || System.nanoTime() > end) {
          throw new AssertionError(
              "%s after%n%s%n%s%nwhich shows%n%s"
                  .formatted(
                      failed ? "ended with " + process.exitValue() : scaled + " but not: " + what,
                      code,
                      failed ? "before: " + what : "",
                      output()));
        }
        try {
          Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
          throw ServerProcess.interrupted(e);
        }
      }
    }

    /** Waits until it ended well. */
    public String awaitEnd(Duration limit) {
      await(limit, "its end", () -> !process.isAlive());
      assertThat(process.exitValue()).as("%s%nwhich shows%n%s", code, output()).isZero();
      return output();
    }

    /** Ends the command, with all that it started. */
    public void end() {
      Stream.concat(process.descendants(), Stream.of(process.toHandle()))
          .forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** With a Kafka inside {@code serve}, at the address that the other commands use. */
  public static Walkthrough embedded(Path folder) throws IOException {
    int port = Service.freePort();
    return new Walkthrough(folder, port, "localhost:" + port);
  }

  /** With a Kafka that is there already. */
  public static Walkthrough against(String bootstrapServers, Path folder) throws IOException {
    return new Walkthrough(folder, Service.freePort(), bootstrapServers);
  }

  private Walkthrough(Path folder, int kafkaPort, String bootstrapServers) throws IOException {
    this.folder = folder;
    int free = Service.freePort();
    while (free == kafkaPort) {
      free = Service.freePort();
    }
    this.httpPort = free;
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("RESIDUA_URL", "http://localhost:" + httpPort);
    environment.put("RESIDUA_JAVA_OPTIONS", String.join(" ", QuickStart.options()));
    for (String name : LINKED) {
      Files.createSymbolicLink(folder.resolve(name), Path.of(name).toAbsolutePath());
    }
    Path launcher =
        Files.writeString(
            folder.resolve("residua"),
            """
            #!/bin/sh
            case "$1" in
              serve|demo) unset KAFKA_BOOTSTRAP_SERVERS; set -- "$@" --http-port %d --kafka-port %d ;;
            esac
            exec '%s' "$@"
            """
                .formatted(httpPort, kafkaPort, Path.of("residua").toAbsolutePath()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Types another text wherever the documents have the first. */
  public Walkthrough replacing(String shown, String typed) {
    replaced.put(shown, typed);
    return this;
  }

  /** Sets a variable of the environment. */
  public Walkthrough with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Waits until the {@code serve} that was typed is ready. */
  public void awaitReady(Typed serve) {
    serve.await(READY, "it is ready", this::ready);
  }

  /** The dashboard of the {@code serve} that was typed, and its API. */
  public URI url(String path) {
    return URI.create("http://localhost:%d/%s".formatted(httpPort, path));
  }

  /** Clients of the Kafka that the commands use. */
  public KafkaClients clients() {
    return new KafkaClients(environment.get("KAFKA_BOOTSTRAP_SERVERS"), Map.of());
  }

  private boolean ready() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) url("q/health/ready").toURL().openConnection();
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  /** Types the lines of a document into a new terminal; does not wait. */
  public Typed start(String shown) throws IOException {
    String code = shown;
    for (Map.Entry<String, String> each : replaced.entrySet()) {
      code = code.replace(each.getKey(), each.getValue());
    }
    Path output = Files.createTempFile(folder, "terminal-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-e", "-c", code)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Typed typed = new Typed(code, builder.start(), output);
    running.add(typed);
    return typed;
  }

  @Override
  public void close() {
    running.forEach(Typed::end);
    for (Typed typed : running) {
      try {
        typed.process.waitFor(Waits.seconds(10), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw ServerProcess.interrupted(e);
      }
    }
    try {
      for (String name : LINKED) {
        Files.deleteIfExists(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
