package dev.residua;

import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Entry of the jar: the command line, which starts the server only for the commands that need it.
 */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Until the server sets levels of its own everything counts as on: Kafka's clients then put
    // every record into words, at a fifth of the monitor's time.
    Logger.getLogger("").setLevel(Level.WARNING);
    System.exit(Residua.execute(args));
  }
}
