package dev.residua.model;

/**
 * A model bundle that must not be used; the message names the file, the entry and the error with
 * it.
 */
public final class BadBundleException extends Exception {
  private static final long serialVersionUID = 1L;

  public BadBundleException(String message) {
    super(message);
  }

  public BadBundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
