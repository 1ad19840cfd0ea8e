package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which samples of 16 bits become black and white. Samples between are rounded to 8 bits, those
 * beyond are cut.
 *
 * @param low at least 0
 * @param high above {@code low}, at most 65535
 */
public record SampleRange(int low, int high) {
  /** Attribute of a frame with the range of its samples, as {@code LOW..HIGH}. */
  public static final String ATTRIBUTE = "residua.range";

  private static final int MOST = 65_535;
  private static final Pattern TEXT = Pattern.compile("(\\d{1,5})\\.\\.(\\d{1,5})");

  /** All samples. */
  public static final SampleRange FULL = new SampleRange(0, MOST);

  public SampleRange {
    if (low < 0 || low >= high || high > MOST) {
      throw new IllegalArgumentException(expected(low + ".." + high));
    }
  }

  private static String expected(String found) {
    return "a range of samples is LOW..HIGH with 0 <= LOW < HIGH <= 65535, such as 0..4095, but was '%s'"
        .formatted(found);
  }

  /**
   * Reads {@code LOW..HIGH}.
   *
   * @throws IllegalArgumentException if the text is not a range; the message gives the expected
   *     form
   */
  public static SampleRange parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(expected(text));
    }
    return new SampleRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** The range that a frame's attribute states, or else the full one. */
  static SampleRange of(Frame frame) throws RejectedFrameException {
    String text = frame.attributes().get(ATTRIBUTE);
    if (text == null) {
      return FULL;
    }
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new RejectedFrameException(
          Reason.CORRUPT, "attribute %s: %s".formatted(ATTRIBUTE, e.getMessage()), e);
    }
  }

  /** A sample of 16 bits in 0..255, rounded. */
  int to8Bits(int sample) {
    int width = high - low;
    return ((Math.max(low, Math.min(high, sample)) - low) * 255 + width / 2) / width;
  }

  @Override
  public String toString() {
    return low + ".." + high;
  }
}
