package dev.residua.alerting;

/**
 * A text that {@link #toString} does not show.
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
