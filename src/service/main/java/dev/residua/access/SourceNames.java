package dev.residua.access;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the names out of a regular expression that is only names with bars between them, such as
 * {@code line3/cam1|line3/cam2}. Only these can be checked against grants: every other expression
 * may match a source that does not exist yet.
 */
final class SourceNames {
  private static final String SPECIAL = ".*+?^${}()[]";

  private SourceNames() {}

  /** The names; empty if the expression is anything else. A backslash makes a character plain. */
  static Optional<Set<String>> of(String expression) {
    Set<String> names = new LinkedHashSet<>();
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '|') {
        names.add(name.toString());
        name.setLength(0);
      } else if (c == '\\') {
        i++;
        if (i == expression.length() || Character.isLetterOrDigit(expression.charAt(i))) {
          return Optional.empty(); // a class such as \d
        }
        name.append(expression.charAt(i));
      } else if (SPECIAL.indexOf(c) >= 0) {
        return Optional.empty();
      } else {
        name.append(c);
      }
    }
    names.add(name.toString());
    return names.contains("") ? Optional.empty() : Optional.of(names);
  }
}
