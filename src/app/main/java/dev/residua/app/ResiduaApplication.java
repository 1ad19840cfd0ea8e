package dev.residua.app;

import dev.residua.app.process.StartFailedException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;

/** Runs the roles of a process until it is stopped. */
public final class ResiduaApplication implements QuarkusApplication {
  /** System property: {@code true} prints the stack trace of a failure to start. */
  public static final String STACKTRACE = "dev.residua.stacktrace";

  @Inject Roles roles;

  @Override
  public int run(String... args) {
    try {
      roles.start();
    } catch (StartFailedException e) {
      System.err.println("residua: " + e.getMessage());
      if (Boolean.getBoolean(STACKTRACE)) {
        e.printStackTrace();
      }
      return 1;
    }
    Quarkus.waitForExit();
    return roles.exitCode();
  }
}
