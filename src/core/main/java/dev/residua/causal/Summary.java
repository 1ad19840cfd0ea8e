package dev.residua.causal;

import java.util.Arrays;
import java.util.Locale;

/**
 * Text of a finding for people.
 *
 * @param headline the finding without statistics: one line of at most {@link #MAX_HEADLINE}
 *     characters, which is not blank
 * @param explanation the finding in one plain sentence, with its statistics
 */
public record Summary(String headline, String explanation) {
  /** Max length of a headline, in characters. */
  public static final int MAX_HEADLINE = 80;

  private static final String ELLIPSIS = "…";

  public Summary {
    if (headline.isBlank()
        || headline.length() > MAX_HEADLINE
        || !headline.equals(line(headline))) {
      throw new IllegalArgumentException(
          "a headline must be one line of 1 to %d characters but is '%s'"
              .formatted(MAX_HEADLINE, headline));
    }
  }

  /**
   * Returns a summary whose headline fits: the longest of the values are shortened, and the first
   * letter becomes a capital.
   *
   * @param headline format of the headline, with {@code %s} for each value
   * @param values such as names and numbers with their units, of any length
   */
  public static Summary of(String explanation, String headline, String... values) {
    String[] shown = new String[values.length];
    Arrays.setAll(shown, i -> cut(line(values[i]), MAX_HEADLINE));
    String text = headline(headline, shown);
    while (text.length() > MAX_HEADLINE && shown.length > 0) {
      int longest = 0;
      for (int i = 1; i < shown.length; i++) {
        longest = shown[i].length() > shown[longest].length() ? i : longest;
      }
      shown[longest] = cut(shown[longest], shown[longest].length() - 1);
      text = headline(headline, shown);
    }
    return new Summary(text, explanation);
  }

  private static String headline(String format, String... values) {
    String text = line(String.format(Locale.ROOT, format, (Object[]) values));
    int first = text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0));
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).replaceFirst("[. ]+$", "");
  }

  /** Returns a text without line breaks and other control characters. */
  private static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\s\\u2028\\u2029]+", " ").strip();
  }

  private static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = Math.max(0, max - ELLIPSIS.length());
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end).stripTrailing() + ELLIPSIS;
  }
}
