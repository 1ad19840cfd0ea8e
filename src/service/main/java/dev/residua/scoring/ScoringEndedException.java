package dev.residua.scoring;

/** Scoring cannot go on before a person did something; the message says what, without its trace. */
public final class ScoringEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScoringEndedException(String message, Throwable cause) {
    super(message, cause);
  }
}
