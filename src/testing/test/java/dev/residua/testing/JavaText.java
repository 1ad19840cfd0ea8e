package dev.residua.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Texts of a Java source for people: its comments and texts, and the names that it declares.
 *
 * @param prose comments and texts of more than one word
 * @param declared names of types and methods, in order
 */
public record JavaText(List<Prose> prose, List<String> declared) {
  private static final Set<String> TYPES = Set.of("class", "interface", "record", "enum");

  /** Words before a parenthesis that starts a call and no declaration. */
  private static final Set<String> NO_TYPES =
      Set.of(
          "new", "return", "throw", "else", "do", "yield", "assert", "case", "instanceof", "when");

  private static final Set<String> NO_METHODS =
      Set.of("if", "for", "while", "switch", "catch", "synchronized", "try", "super", "this");

  /**
   * A comment or a text.
   *
   * @param line of its start, from 1
   * @param text without the marks of a comment
   */
  public record Prose(int line, String text) {}

  /** Reads a source that compiles. */
  public static JavaText of(String source) {
    Reader reader = new Reader(source);
    reader.read();
    return new JavaText(reader.prose, reader.declared);
  }

  private static final class Reader {
    private final String source;
    private final List<Prose> prose = new ArrayList<>();
    private final List<String> declared = new ArrayList<>();
    private int at;
    private int line = 1;

    /** The last two tokens: words, or single characters; an arrow is one token. */
    private String last = "";

    private String beforeLast = "";

    Reader(String source) {
      this.source = source;
    }

    void read() {
      while (at < source.length()) {
        char c = source.charAt(at);
        if (source.startsWith("/*", at)) {
          add(upTo("*/", 2).replaceAll("(?m)^\\s*\\*+ ?", "").replaceAll("^\\*", ""));
        } else if (source.startsWith("//", at)) {
          int end = source.indexOf('\n', at);
          add(take(end < 0 ? source.length() : end).substring(2));
        } else if (source.startsWith("\"\"\"", at)) {
          add(upTo("\"\"\"", 3));
          token("\"");
        } else if (c == '"' || c == '\'') {
          add(quoted(c));
          token("\"");
        } else if (Character.isJavaIdentifierStart(c)) {
          int end = at;
          while (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end))) {
            end++;
          }
          word(take(end));
        } else if (source.startsWith("->", at)) {
          token(take(at + 2));
        } else if (Character.isWhitespace(c)) {
          take(at + 1);
        } else {
          if (c == '(') {
            declaredMethod();
          }
          token(take(at + 1));
        }
      }
    }

    private void declaredMethod() {
      boolean name = isWord(last) && !NO_METHODS.contains(last);
      boolean type = isWord(beforeLast) && !NO_TYPES.contains(beforeLast);
      boolean own = !declared.isEmpty() && declared.contains(last); // a constructor, a record
      if (name && !own && (type || beforeLast.equals("]") || isGeneric())) {
        declared.add(last);
      }
    }

    /** Returns true if a type with arguments ends before the last word, and no comparison. */
    private boolean isGeneric() {
      if (!beforeLast.equals(">")) {
        return false;
      }
      int end = source.lastIndexOf('>', at);
      return end > 0 && !Character.isWhitespace(source.charAt(end - 1));
    }

    private void word(String word) {
      if (TYPES.contains(last) && !beforeLast.equals(".")) {
        declared.add(word);
      }
      token(word);
    }

    private void token(String token) {
      beforeLast = last;
      last = token;
    }

    private static boolean isWord(String token) {
      return !token.isEmpty() && Character.isJavaIdentifierStart(token.charAt(0));
    }

    private void add(String text) {
      if (text.strip().contains(" ")) {
        int start = line - (int) text.chars().filter(c -> c == '\n').count();
        prose.add(new Prose(start, text));
      }
    }

    private String upTo(String end, int mark) {
      String all = take(source.indexOf(end, at + mark) + end.length());
      return all.substring(mark, all.length() - end.length());
    }

    private String quoted(char quote) {
      int end = at + 1;
      while (source.charAt(end) != quote) {
        end += source.charAt(end) == '\\' ? 2 : 1;
      }
      String all = take(end + 1);
      return all.substring(1, all.length() - 1);
    }

    private String take(int end) {
      String taken = source.substring(at, end);
      line += (int) taken.chars().filter(c -> c == '\n').count();
      at = end;
      return taken;
    }
  }
}
