package dev.residua.causal;

import java.util.Objects;

/**
 * A variable of a model: a reading that frames bring as an attribute, such as the speed of a pump.
 * It is a node of the graph like a latent, but observed instead of encoded.
 *
 * @param name name for people; its attribute is {@code variable.<name>}
 * @param scale from standardised values, in standard deviations of the training frames, to those of
 *     the attribute
 */
public record Variable(String name, FactorScale scale) {
  /** Largest magnitude of a standardised value: further readings count as this far. */
  public static final float MAX_STANDARDIZED = 1e6f;

  public Variable {
    Objects.requireNonNull(scale, "scale");
    if (name.isBlank()) {
      throw new IllegalArgumentException("a variable has a blank name");
    }
  }

  /**
   * A value in standard deviations of the training frames.
   *
   * @param value in the unit of the attribute
   * @return within {@link #MAX_STANDARDIZED} of 0; NaN if the value is not a finite number
   */
  public float standardized(double value) {
    if (!Double.isFinite(value)) {
      return Float.NaN;
    }
    double standardized = scale.latent(value);
    return (float) Math.max(-MAX_STANDARDIZED, Math.min(MAX_STANDARDIZED, standardized));
  }

  /** This variable as a node of the graph. */
  public Latent node(int index) {
    return new Latent(index, name, true, scale);
  }
}
