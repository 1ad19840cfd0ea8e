package dev.residua.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  /** Starts it and waits until it listens; keeps nothing on disk but a log in the folder. */
  public static Mosquitto start(Path folder) throws IOException {
    int port = Service.freePort();
    // Without a file of settings it takes clients of this machine only, without a login.
    return new Mosquitto(
        ServerProcess.start(
            "Mosquitto",
            folder,
            List.of(BINARY.toString(), "-p", Integer.toString(port)),
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
