package dev.residua.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Apicurio Registry on loopback, in memory, as a process of its own. It needs a JDK 21 or
 * newer and its distribution from the local Maven repository.
 */
public final class ApicurioRegistry implements AutoCloseable {
  private static final String VERSION = System.getProperty("apicurio-registry.version", "unknown");
  private static final String COORDINATES =
      "io.apicurio:apicurio-registry-app:" + VERSION + ":tar.gz:all";
  private static final Path ARCHIVE =
      Path.of(
          System.getProperty(
              "maven.repo.local",
              Path.of(System.getProperty("user.home"), ".m2", "repository").toString()),
          "io/apicurio/apicurio-registry-app/%1$s/apicurio-registry-app-%1$s-all.tar.gz"
              .formatted(VERSION));
  private static final Path HOME =
      Path.of("target", "apicurio-registry-" + VERSION).toAbsolutePath();
  private static final int OLDEST_JDK = 21;
  private static final Duration READY = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerProcess process;
  private final URI url;
  private final HttpClient http;

  private ApicurioRegistry(ServerProcess process, URI url, HttpClient http) {
    this.process = process;
    this.url = url;
    this.http = http;
  }

  /** Why it cannot be started here; null if it can. */
  public static @Nullable String problem() {
    if (java().isEmpty()) {
      return "the registry needs a JDK %d or newer under /usr/lib/jvm".formatted(OLDEST_JDK);
    }
    if (!Files.exists(ARCHIVE)) {
      return "the registry is not in the local Maven repository; fetch it (158 MB) with: ./mvnw dependency:get -Dtransitive=false -Dartifact="
          + COORDINATES;
    }
    return null;
  }

  /** Starts it and waits until it answers, about 10 seconds. */
  public static ApicurioRegistry start(Path directory) throws IOException {
    unpack();
    int port = Service.freePort();
    URI url = URI.create("http://localhost:%d/apis/ccompat/v7".formatted(port));
    HttpClient http = HttpClient.newHttpClient();
    return new ApicurioRegistry(
        ServerProcess.start(
            "the registry",
            directory,
            List.of(
                java().orElseThrow().toString(),
                "-Xmx512m",
                "-Dquarkus.http.host=localhost",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.host=localhost",
                "-Dquarkus.management.port=" + Service.freePort(),
                "-jar",
                HOME.resolve("quarkus-run.jar").toString()),
            () -> answers(http, url),
            READY),
        url,
        http);
  }

  /** Base of its Confluent API. */
  public URI url() {
    return url;
  }

  /**
   * Registers an Avro schema as any client does.
   *
   * @return its id
   */
  public int register(String subject, String schema) {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url + "/subjects/" + subject + "/versions"))
                  .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                  .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("schema", schema))))
                  .build(),
              BodyHandlers.ofString());
      JsonNode answer = JSON.readTree(response.body());
      if (!answer.path("id").isInt()) {
        throw new AssertionError("%s is refused: %s".formatted(subject, answer));
      }
      return answer.path("id").asInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw ServerProcess.interrupted(e);
    }
  }

  /** Stops answering, with its connections open, as a machine that is overloaded. */
  public void pause() {
    signal("-STOP");
  }

  /** Answers again. */
  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("kill %s failed".formatted(signal));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw ServerProcess.interrupted(e);
    }
  }

  private static boolean answers(HttpClient http, URI url) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/subjects"))
              .timeout(Duration.ofSeconds(5))
              .build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw ServerProcess.interrupted(e);
    }
  }

  /** The running JVM if it is new enough, else the first such JDK of the machine. */
  private static Optional<Path> java() {
    if (Runtime.version().feature() >= OLDEST_JDK) {
      return Optional.of(Path.of(System.getProperty("java.home"), "bin", "java"));
    }
    Path machines = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(machines)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(machines)) {
      return homes
          .sorted()
          .filter(home -> release(home) >= OLDEST_JDK)
          .map(home -> home.resolve("bin").resolve("java"))
          .filter(Files::isExecutable)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Feature number of a JDK, 0 if the folder is none. */
  private static int release(Path home) {
    Path file = home.resolve("release");
    if (!Files.isReadable(file)) {
      return 0;
    }
    try {
      Matcher version =
          Pattern.compile("^JAVA_VERSION=\"(\\d+)", Pattern.MULTILINE)
              .matcher(Files.readString(file));
      return version.find() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static void unpack() throws IOException {
    Path complete = HOME.resolve("complete");
    if (Files.exists(complete)) {
      return;
    }
    Files.createDirectories(HOME);
    List<String> command = List.of("tar", "-xzf", ARCHIVE.toString(), "-C", HOME.toString());
    Process tar = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(tar.getInputStream().readAllBytes());
      if (tar.waitFor() != 0) {
        throw new IOException("%s failed: %s".formatted(command, output));
      }
    } catch (InterruptedException e) {
      throw ServerProcess.interrupted(e);
    }
    Files.createFile(complete);
  }

  @Override
  public void close() {
    process.close();
  }

  /** Closes a registry that may not have been started. */
  public static void close(@Nullable ApicurioRegistry registry) {
    if (registry != null) {
      registry.close();
    }
  }
}
