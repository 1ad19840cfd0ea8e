package dev.residua.dl4j;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** Suppresses the engine's output on standard output, which commands use for results. */
final class QuietOutput {
  private QuietOutput() {}

  /** Runs the work while {@code System.out} discards its output. */
  static synchronized <T> T during(Callable<T> work) throws Exception {
    PrintStream out = System.out;
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      System.setOut(nowhere);
      return work.call();
    } finally {
      System.setOut(out);
    }
  }
}
