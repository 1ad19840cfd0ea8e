package dev.residua.scoring;

/** Scoring cannot continue before a person acts; the message says how, without its trace. */
public final class ScoringEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScoringEndedException(String message, Throwable cause) {
    super(message, cause);
  }
}
