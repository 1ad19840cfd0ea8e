package dev.residua.app.process;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the name by which the user started this program into commands that are meant to be copied.
 * Messages name it {@code residua}; in a checkout it is started as {@code ./residua}.
 */
public final class ProgramName {
  /** First words of all commands. */
  public static final List<String> COMMANDS =
      List.of(
          "demo",
          "serve",
          "dataset",
          "teach",
          "train",
          "evaluate",
          "report",
          "experiment",
          "score",
          "backtest",
          "drift",
          "ingest",
          "publish",
          "watch",
          "export",
          "why",
          "model",
          "topics",
          "dead-letters",
          "doctor",
          "token",
          "audit",
          "schemas",
          "silence",
          "announce",
          "suppress",
          "accept-normal",
          "acknowledge",
          "note",
          "feedback",
          "proposals",
          "precision",
          "resolve",
          "source",
          "alerts",
          "test-alert",
          "retrain",
          "bench",
          "completion");

  private static final String NAME = "residua";

  /** System property that the launcher sets. The configuration refuses unknown {@code residua.}. */
  static final String PROPERTY = "launcher.program";

  private static final Pattern COMMAND =
      Pattern.compile(
          "(?<![\\w./-])" + NAME + "(?= (?:" + String.join("|", COMMANDS) + ")(?![\\w-]))");

  private ProgramName() {}

  /** The text with the name in use in front of every command. */
  public static String in(String text) {
    return in(text, System.getProperty(PROPERTY, NAME));
  }

  static String in(String text, String name) {
    return name.equals(NAME)
        ? text
        : COMMAND.matcher(text).replaceAll(Matcher.quoteReplacement(name));
  }

  /** A writer that puts the name in use into the texts that it passes on. */
  public static PrintWriter writer(Writer out) {
    return new PrintWriter(
        new FilterWriter(out) {
          @Override
          public void write(String text, int offset, int length) throws IOException {
            out.write(in(text.substring(offset, offset + length)));
          }
        },
        true);
  }
}
