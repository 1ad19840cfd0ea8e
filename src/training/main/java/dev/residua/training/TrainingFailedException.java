package dev.residua.training;

/** A training cannot produce a model; the message contains the reason and the remedy. */
public final class TrainingFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  public TrainingFailedException(String message) {
    super(message);
  }

  public TrainingFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
