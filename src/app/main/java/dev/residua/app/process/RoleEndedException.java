package dev.residua.app.process;

import org.jspecify.annotations.Nullable;

/** A role ended; the message says what happened and what to do. */
public final class RoleEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RoleEndedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
