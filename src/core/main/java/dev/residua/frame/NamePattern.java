package dev.residua.frame;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.regex.Matcher;

/**
 * A regular expression that a whole name must match, such as a source's, in RE2 syntax: no
 * backreferences and no look-around. Matching takes time linear in the name for every expression,
 * so that no operator's input can hold a thread. Immutable.
 */
public final class NamePattern {
  /** Longest expression, in characters. */
  public static final int MAX_CHARACTERS = 500;

  /** Most copies of a part that nested counted repetitions may ask for. */
  public static final int MAX_COPIES = 1_000;

  private static final java.util.regex.Pattern COUNTED =
      java.util.regex.Pattern.compile("\\{(\\d{1,9})?(?:,(\\d{1,9})?)?\\}");

  private final String text;
  private final Pattern pattern;

  private NamePattern(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @throws IllegalArgumentException with the reason, if it is no RE2 expression or too large
   */
  public static NamePattern of(String text) {
    return of(text, false);
  }

  /**
   * Compiles an expression.
   *
   * @param ignoreCase whether letters match in both cases
   * @throws IllegalArgumentException with the reason, if it is no RE2 expression or too large
   */
  public static NamePattern of(String text, boolean ignoreCase) {
    if (text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "the regular expression has %d characters, expected at most %d"
              .formatted(text.length(), MAX_CHARACTERS));
    }
    if (copies(text) > MAX_COPIES) {
      throw new IllegalArgumentException(
          "the counted repetitions of the regular expression '%s' multiply to more than %d"
              .formatted(text, MAX_COPIES));
    }
    try {
      return new NamePattern(
          text, Pattern.compile(text, ignoreCase ? Pattern.CASE_INSENSITIVE : 0));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "invalid regular expression '%s' (RE2 syntax): %s".formatted(text, e.getDescription()),
          e);
    }
  }

  /** Product of all counted repetitions: an upper bound of the copies of any part. */
  private static long copies(String text) {
    long product = 1;
    Matcher counted = COUNTED.matcher(text);
    while (counted.find() && product <= MAX_COPIES) {
      for (int group = 1; group <= 2; group++) {
        if (counted.group(group) != null && (group == 2 || counted.group(2) == null)) {
          product *= Math.max(1, Long.parseLong(counted.group(group)));
        }
      }
    }
    return product;
  }

  /** Returns true if the whole name matches. */
  public boolean matches(String name) {
    return pattern.matches(name);
  }

  /** The expression as it was given. */
  public String text() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamePattern that && pattern.equals(that.pattern);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
