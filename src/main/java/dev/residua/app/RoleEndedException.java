package dev.residua.app;

/** A role ended for a reason that its message tells in full: what happened and what to do. */
final class RoleEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RoleEndedException(String message, Throwable cause) {
    super(message, cause);
  }
}
