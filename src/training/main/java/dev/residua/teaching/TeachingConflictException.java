package dev.residua.teaching;

/** A change does not fit the present state, because somebody else changed it. */
public final class TeachingConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  public TeachingConflictException(String message) {
    super(message);
  }
}
