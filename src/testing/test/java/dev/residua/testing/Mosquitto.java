package dev.residua.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Debian's Mosquitto, a broker of MQTT, as a process of its own, on loopback. */
public final class Mosquitto implements AutoCloseable {
  private static final Path BINARY = Path.of("/usr/sbin/mosquitto");
  private static final Duration READY = Duration.ofSeconds(20);

  private final ServerProcess process;
  private final int port;

  private Mosquitto(ServerProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Why it cannot be started here; null if it can. */
  public static @Nullable String problem() {
    return Files.isExecutable(BINARY)
        ? null
        : "%s is missing; install it with: apt-get install mosquitto".formatted(BINARY);
  }

  /** Starts it for anyone on this machine; keeps nothing on disk but its settings and its log. */
  public static Mosquitto start(Path folder) throws IOException {
    return start(folder, Service.freePort());
  }

  /** Starts it on a port for anyone on this machine. */
  public static Mosquitto start(Path folder, int port) throws IOException {
    return start(folder, port, List.of("allow_anonymous true"));
  }

  /** Starts it for one user, with TLS. */
  public static Mosquitto start(
      Path folder, String user, String password, Path certificate, Path key)
      throws IOException, InterruptedException {
    Path passwords = folder.resolve("mosquitto-passwords");
    int exit =
        new ProcessBuilder("mosquitto_passwd", "-c", "-b", passwords.toString(), user, password)
            .inheritIO()
            .start()
            .waitFor();
    if (exit != 0) {
      throw new AssertionError("mosquitto_passwd ended with " + exit);
    }
    return start(
        folder,
        Service.freePort(),
        List.of(
            "allow_anonymous false",
            "password_file " + passwords,
            "certfile " + certificate,
            "keyfile " + key));
  }

  private static Mosquitto start(Path folder, int port, List<String> settings) throws IOException {
    List<String> lines = new ArrayList<>(List.of("listener %d 127.0.0.1".formatted(port)));
    lines.addAll(settings);
    lines.add("user " + System.getProperty("user.name")); // who may read the folder
    Path file = Files.write(folder.resolve("mosquitto-%d.conf".formatted(port)), lines);
    return new Mosquitto(
        ServerProcess.start(
            "Mosquitto",
            folder,
            List.of(BINARY.toString(), "-c", file.toString()),
            () -> ServerProcess.listens(port),
            READY),
        port);
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
  }
}
