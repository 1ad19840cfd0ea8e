package dev.residua.causal;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Size of a deviation, with the minimum that a source rule sets for it.
 *
 * @param latent name of the latent that deviates; empty for pixels
 * @param size at least 0, in the unit; NaN if the deviation has no size in that unit
 * @param minimum smallest size that opens an incident, above 0
 * @param unit unit of both numbers
 */
public record Effect(String latent, double size, double minimum, Unit unit) {
  private static final MathContext DIGITS = new MathContext(3);

  /** Unit of an effect. */
  public enum Unit {
    /** The unit of the factor that labels tied the latent to. */
    FACTOR,
    /** Standard deviations of the latent, which has no factor. */
    STANDARD_DEVIATIONS,
    /** Share of the pixels, 0 to 1. */
    PIXELS
  }

  public Effect {
    if (size < 0 || !(minimum > 0)) {
      throw new IllegalArgumentException(
          "effect on '%s' has size %s and minimum %s, expected at least 0 and above 0"
              .formatted(latent, size, minimum));
    }
    if (latent.isEmpty() != (unit == Unit.PIXELS)) {
      throw new IllegalArgumentException("effect on '%s' is in %s".formatted(latent, unit));
    }
  }

  /** Returns true if the size is known and smaller than the minimum. */
  public boolean isBelow() {
    return size < minimum;
  }

  /** Such as {@code level is off by 4.2, above the minimum of 3}. */
  public String sentence() {
    String comparison = (isBelow() ? "below" : "above") + " the minimum of " + spoken(minimum);
    if (unit == Unit.PIXELS) {
      return Double.isNaN(size)
          ? "the share of pixels that are off is unknown, so the minimum of %s does not apply"
              .formatted(spoken(minimum))
          : "%s of the pixels are off, %s".formatted(spoken(size), comparison);
    }
    String name = latent.replace('_', ' ');
    return Double.isNaN(size)
        ? "the deviation of %s has no size in its unit, so the minimum of %s does not apply"
            .formatted(name, spoken(minimum))
        : "%s is off by %s, %s".formatted(name, spoken(size), comparison);
  }

  private String spoken(double value) {
    return switch (unit) {
      case FACTOR -> number(value);
      case STANDARD_DEVIATIONS -> number(value) + " standard deviations";
      case PIXELS -> number(100 * value) + " %";
    };
  }

  private static String number(double value) {
    return Double.isInfinite(value)
        ? "infinity"
        : BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
