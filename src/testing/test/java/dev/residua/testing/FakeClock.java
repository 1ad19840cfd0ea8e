package dev.residua.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The wall clock of another process, which the test moves while it runs. The monotonic clock of the
 * process stays true, as on a machine whose clock is set.
 *
 * <p>A small library does it, which the C compiler makes. With libfaketime each look at the clock
 * took 30 microseconds and a lock, and the product did not get ready in three minutes; time
 * namespaces move only the monotonic clock.
 */
public final class FakeClock {
  private static final Path SOURCE = Path.of("src/testing/test/c/clock.c").toAbsolutePath();

  private final Path library;
  private final Path file;

  private FakeClock(Path folder) {
    this.library = folder.resolve("clock.so");
    this.file = folder.resolve("clock-ahead");
  }

  /**
   * A clock that is right; empty, with a printed reason, if it cannot be made.
   *
   * @param folder for its files
   */
  public static Optional<FakeClock> in(Path folder) {
    FakeClock clock = new FakeClock(folder);
    clock.set(Duration.ZERO);
    String problem = clock.compile();
    if (!problem.isEmpty()) {
      System.out.println("skipped: a clock that jumps, as no C compiler makes it: " + problem);
      return Optional.empty();
    }
    return Optional.of(clock);
  }

  private String compile() {
    try {
      Process compiler =
          new ProcessBuilder(
                  "cc", "-O2", "-shared", "-fPIC", "-o", "" + library, "" + SOURCE, "-ldl")
              .redirectErrorStream(true)
              .start();
      String text = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return compiler.waitFor() == 0 ? "" : "it ends with " + compiler.exitValue() + " " + text;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /** The program that starts a process with this clock. */
  public List<String> starter() {
    return List.of("env", "LD_PRELOAD=" + library, "CLOCK_AHEAD=" + file);
  }

  /** Sets the clock, also of processes that run. */
  public void set(Duration ahead) {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(ahead.toSeconds()).flip();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(seconds); // in place: processes have mapped the file
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
