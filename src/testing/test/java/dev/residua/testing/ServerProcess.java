package dev.residua.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Somebody else's server, as a process that ends with its test. */
final class ServerProcess implements AutoCloseable {
  private static final long PAUSE_MILLIS = 50;

  private final Process process;

  private ServerProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts it and waits until it answers; fails with its log if it does not.
   *
   * @param name for messages
   * @param folder in which it runs and logs
   * @param limit for it to answer
   */
  static ServerProcess start(
      String name, Path folder, List<String> command, BooleanSupplier answers, Duration limit)
      throws IOException {
    Path log = Files.createTempFile(folder, "server-", ".log");
    ServerProcess started =
        new ServerProcess(
            new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    long end = System.nanoTime() + Waits.limit(limit).toNanos();
    while (!answers.getAsBoolean()) {
      if (!started.process.isAlive() || System.nanoTime() > end) {
        started.close();
        throw new AssertionError("%s does not start:%n%s".formatted(name, Files.readString(log)));
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        started.close();
        throw interrupted(e);
      }
    }
    return started;
  }

  /** Returns true if something listens on a port of this machine. */
  static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(Waits.seconds(10), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }
}
