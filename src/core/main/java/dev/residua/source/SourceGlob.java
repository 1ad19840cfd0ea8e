package dev.residua.source;

/**
 * A pattern for whole names of sources: {@code *} matches any characters, also none and also {@code
 * /}; {@code ?} matches one character; every other character matches itself. Immutable.
 *
 * @param text the pattern, 1 to {@value #MAX_CHARACTERS} characters
 */
public record SourceGlob(String text) {
  /** Longest pattern, in characters. */
  public static final int MAX_CHARACTERS = 255;

  public SourceGlob {
    if (text.isBlank() || text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "match must have 1 to %d characters, such as line3/*, but has %d"
              .formatted(MAX_CHARACTERS, text.length()));
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("match must not contain control characters");
    }
  }

  /** Characters that match only themselves: the measure of how specific the pattern is. */
  public int literals() {
    return (int) text.chars().filter(c -> c != '*' && c != '?').count();
  }

  /** Returns true if a whole name matches. Takes time proportional to both lengths. */
  public boolean matches(String name) {
    int at = 0;
    int n = 0;
    int star = -1; // last asterisk seen
    int resume = 0; // first character of the name that it has not taken
    while (n < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        resume = n;
      } else if (at < text.length()
          && (text.charAt(at) == '?' || text.charAt(at) == name.charAt(n))) {
        at++;
        n++;
      } else if (star >= 0) {
        at = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
