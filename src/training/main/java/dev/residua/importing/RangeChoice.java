package dev.residua.importing;

import dev.residua.decoding.SampleRange;
import org.jspecify.annotations.Nullable;

/**
 * Which samples of 16 bits an import makes black and white.
 *
 * @param automatic whether the pictures decide
 * @param stated the range that the user states; null for all samples, or if the pictures decide
 */
public record RangeChoice(boolean automatic, @Nullable SampleRange stated) {
  /** All samples: 0 is black and 65535 white. */
  public static final RangeChoice FULL = new RangeChoice(false, null);

  private static final String AUTO = "auto";

  public RangeChoice {
    if (automatic && stated != null) {
      throw new IllegalArgumentException("a range is either automatic or stated");
    }
  }

  /**
   * Reads {@code LOW..HIGH} or {@code auto}.
   *
   * @throws IllegalArgumentException if the text is neither; the message says what was expected
   */
  public static RangeChoice parse(String text) {
    return text.equals(AUTO)
        ? new RangeChoice(true, null)
        : new RangeChoice(false, SampleRange.parse(text));
  }
}
