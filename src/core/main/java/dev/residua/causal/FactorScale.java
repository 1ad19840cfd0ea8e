package dev.residua.causal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * The linear map from a latent to the factor that labels tied it to: {@code factor = offset + slope
 * latent}, with the range in which the factor usually lies.
 *
 * @param offset in the unit of the factor
 * @param slope units of the factor per standard deviation of the latent, not 0
 * @param low the factor is below this in 2.5 % of the calibration frames
 * @param high the factor is above this in 2.5 % of the calibration frames, larger than {@code low}
 */
public record FactorScale(double offset, double slope, double low, double high) {
  public FactorScale {
    if (!Double.isFinite(offset) || !Double.isFinite(slope) || slope == 0) {
      throw new IllegalArgumentException(
          "a factor's scale must have a finite offset and a slope other than 0 but has %s and %s"
              .formatted(offset, slope));
    }
    if (!(low < high) || !Double.isFinite(low) || !Double.isFinite(high)) {
      throw new IllegalArgumentException(
          "a factor's usual range must be from a number to a larger one but is %s to %s"
              .formatted(low, high));
    }
  }

  /** The factor for a value of the latent. */
  public double of(double latent) {
    return offset + slope * latent;
  }

  /** The latent for a value of the factor. */
  public double latent(double factor) {
    return (factor - offset) / slope;
  }

  /** Such as {@code 9.0 (usually 6.1 to 14.0)}. */
  public String spoken(double latent) {
    return "%s (usually %s to %s)".formatted(number(of(latent)), number(low), number(high));
  }

  /** A distance of latents in the unit of the factor, such as {@code -1.4}. */
  public String spokenDistance(double latents) {
    return number(slope * latents);
  }

  /** A value of the factor with decimals to a hundredth of its usual range, or one more. */
  public String number(double factor) {
    int decimals = (int) Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(high - low))));
    String text = String.format(Locale.ROOT, "%." + decimals + "f", factor);
    return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
  }

  /** Two significant digits, such as {@code 0.042} or {@code 5}. */
  public static String digits(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(2)).stripTrailingZeros().toPlainString();
  }
}
