package dev.residua.teaching;

import dev.residua.dataset.FrameDataset;

/**
 * A factor that a person named, with the range of its slider.
 *
 * @param name as a column of the labels may have it; begins with no character that a spreadsheet
 *     reads as a formula
 * @param low value at the left end of the slider
 * @param high value at the right end
 */
public record TaughtFactor(String name, double low, double high) {
  private static final int MAX_NAME = 60;
  private static final String FORMULA = "=+-@";

  public TaughtFactor {
    if (name.isBlank() || !name.equals(name.strip()) || name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "a factor needs a name of 1 to %d characters without spaces at its ends but has '%s'"
              .formatted(MAX_NAME, name));
    }
    if (name.chars().anyMatch(Character::isISOControl)
        || FORMULA.indexOf(name.charAt(0)) >= 0
        || !FrameDataset.isFactorColumn(name)) {
      throw new IllegalArgumentException(
          "'%s' cannot name a factor: start with a letter, and not with residua. or variable."
              .formatted(name));
    }
    if (!(low < high) || !Double.isFinite(high - low)) {
      throw new IllegalArgumentException(
          "the range of %s goes from %s to %s, expected a lower and a higher number"
              .formatted(name, low, high));
    }
  }
}
