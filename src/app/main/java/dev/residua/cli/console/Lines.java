package dev.residua.cli.console;

import java.util.ArrayList;
import java.util.List;

/** Breaks texts into the lines of a terminal. */
public final class Lines {
  private Lines() {}

  /**
   * A text after something that begins its first line, broken between words.
   *
   * @param start beginning of the first line
   * @param indent blanks before each further line
   * @param width characters of a line; a word may be longer
   */
  public static List<String> wrapped(String start, String text, int indent, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(start);
    boolean empty = true;
    for (String word : text.strip().split("\\s+", -1)) {
      if (!empty && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(indent));
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    lines.add(line.toString());
    return lines;
  }
}
