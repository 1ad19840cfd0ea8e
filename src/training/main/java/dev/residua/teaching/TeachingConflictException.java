package dev.residua.teaching;

/** A change does not fit what is there now, because somebody else changed it. */
public final class TeachingConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  public TeachingConflictException(String message) {
    super(message);
  }
}
