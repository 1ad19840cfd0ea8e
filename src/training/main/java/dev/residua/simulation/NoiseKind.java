package dev.residua.simulation;

import java.util.Locale;
import java.util.Map;

/** Role of the noise in a structural equation. */
public enum NoiseKind {
  /** {@code mechanism + noise}. */
  ADDITIVE,
  /** {@code mechanism * (1 + noise / mean)}, with the nominal mean of the mechanism. */
  MULTIPLICATIVE;

  /**
   * The kind with this name in scenario files.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known kinds
   */
  static NoiseKind of(String label) {
    for (NoiseKind kind : values()) {
      if (kind.toString().equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "unknown noiseKind '%s', expected additive or multiplicative".formatted(label));
  }

  /** Settings of a scene with this kind of noise, for the origin of a data set. */
  Map<String, Object> settings() {
    return this == ADDITIVE ? Map.of() : Map.of("noiseKind", toString());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
