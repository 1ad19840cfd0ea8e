package dev.residua.model;

/** Makes foreign text safe for a message. */
public final class SafeText {
  private static final int MAX_LENGTH = 200;

  private SafeText() {}

  /** At most 200 characters, with a question mark for each control character. */
  public static String of(@org.jspecify.annotations.Nullable String text) {
    if (text == null) {
      return "";
    }
    return printable(text, MAX_LENGTH)
        + (text.codePointCount(0, text.length()) > MAX_LENGTH ? " ..." : "");
  }

  /** All characters, with a question mark for each control character. */
  public static String uncut(String text) {
    return printable(text, text.length());
  }

  private static String printable(String text, int most) {
    StringBuilder out = new StringBuilder();
    text.codePoints().limit(most).forEach(c -> out.appendCodePoint(printable(c) ? c : '?'));
    return out.toString();
  }

  /** Returns true if a character is visible and moves no cursor. */
  static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Returns true if all characters are printable. */
  static boolean isPrintable(String text) {
    return text.codePoints().allMatch(SafeText::printable);
  }
}
