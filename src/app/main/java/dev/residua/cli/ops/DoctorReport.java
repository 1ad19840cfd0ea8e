package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.Lines;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Findings of {@code doctor}, in the order of its checks.
 *
 * @param findings at least one per check
 */
record DoctorReport(List<Finding> findings) {
  /** Wide enough for the longest level and the longest name of a check. */
  private static final String START = "%-7s  %-9s  ";

  private static final int INDENT = START.formatted("", "").length();

  /**
   * A next step that ends with a command: it is not broken over lines, so that it can be copied.
   */
  private static final Pattern COMMAND =
      Pattern.compile("(.*): ((?:residua|kafka-[a-z-]+\\.sh) .*)");

  DoctorReport {
    findings = List.copyOf(findings);
  }

  /** Level of a finding, best first. */
  enum Level {
    /** Nothing to do. */
    OK,
    /** The service runs, but not as intended, or something could not be checked. */
    WARNING,
    /** The service does not start, or does not do its work. */
    ERROR;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One finding.
   *
   * @param check that it belongs to, one word
   * @param text of the finding
   * @param next what to do; null if there is nothing to do
   */
  record Finding(Level level, String check, String text, @Nullable String next) {
    static Finding ok(String check, String text) {
      return new Finding(Level.OK, check, text, null);
    }

    /**
     * A finding from a message of the product: what is wrong and, after the last semicolon, what to
     * do.
     */
    static Finding of(Level level, String check, String message) {
      int end = message.lastIndexOf("; ");
      return end < 0
          ? new Finding(level, check, message, null)
          : new Finding(level, check, message.substring(0, end), message.substring(end + 2));
    }

    /** The finding that a check could not run. */
    static Finding notChecked(String check, String why) {
      return of(Level.WARNING, check, "not checked: " + why);
    }
  }

  /** The worst level; that of the report. */
  Level level() {
    return findings.stream().map(Finding::level).max(Level::compareTo).orElse(Level.OK);
  }

  /** Exit status of the command: 1 with an error, 0 otherwise. */
  int exitStatus() {
    return level() == Level.ERROR ? 1 : 0;
  }

  /**
   * A finding for a terminal: level, check and text, then what to do next.
   *
   * @param width characters of a line; a command may be longer
   */
  static List<String> lines(Finding one, int width) {
    List<String> lines =
        new ArrayList<>(
            Lines.wrapped(
                START.formatted(one.level().text(), one.check()), one.text(), INDENT, width));
    if (one.next() != null) {
      String start = " ".repeat(INDENT) + "-> ";
      Matcher command = COMMAND.matcher(one.next());
      boolean has = command.matches();
      lines.addAll(
          Lines.wrapped(start, has ? command.group(1) + ":" : one.next(), start.length(), width));
      if (has) {
        lines.add(" ".repeat(start.length()) + command.group(2));
      }
    }
    return lines;
  }

  /** The last line: how many findings there are of each level. */
  String summary() {
    Map<Level, Long> counts = new EnumMap<>(Level.class);
    findings.forEach(one -> counts.merge(one.level(), 1L, Long::sum));
    List<String> parts = new ArrayList<>();
    counts.forEach(
        (level, count) ->
            parts.add(
                level == Level.OK
                    ? count + " ok"
                    : "%d %s%s".formatted(count, level.text(), count == 1 ? "" : "s")));
    return String.join(", ", parts);
  }

  /** The report for programs. */
  Map<String, Object> json() {
    return Json.map(
        "level",
        level().text(),
        "findings",
        findings.stream()
            .map(
                one ->
                    Json.map(
                        "level", one.level().text(),
                        "check", one.check(),
                        "text", one.text(),
                        "next", one.next()))
            .toList());
  }
}
