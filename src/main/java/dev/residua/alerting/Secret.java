package dev.residua.alerting;

/**
 * A text that must not be shown: {@link #toString} does not.
 *
 * @param value the text, not blank
 */
public record Secret(String value) {
  public Secret {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a secret must not be blank");
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
