package dev.residua.training;

/** A training that cannot give a model; the message says why and what to change. */
public final class TrainingFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  public TrainingFailedException(String message) {
    super(message);
  }

  public TrainingFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
