package dev.residua.cli;

import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * Entry of the jar: the command line, which starts the server only for the commands that need it.
 */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Residua.execute(args));
  }
}
