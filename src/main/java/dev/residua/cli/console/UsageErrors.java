package dev.residua.cli.console;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a person reads after a command that cannot be understood: two or three lines, no usage. */
public final class UsageErrors {
  private UsageErrors() {}

  /** The lines of an error. */
  public static List<String> lines(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String help = "residua: see %s --help".formatted(name);
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().get(0);
      boolean option = word.startsWith("-");
      boolean group = !command.getSubcommands().isEmpty();
      Optional<String> meant =
          closest(
              option ? word.replaceFirst("=.*", "") : word,
              option ? command.getCommandSpec().optionsMap().keySet() : shown(command));
      String what =
          option
              ? "%s has no option %s".formatted(name, word)
              : group
                  ? "%s has no command '%s'".formatted(name, word)
                  : "%s takes no '%s' here".formatted(name, word);
      return List.of(
          "residua: " + what + meant.map("; did you mean %s?"::formatted).orElse(""), help);
    }
    return List.of("residua: " + failure.getMessage(), help);
  }

  private static List<String> shown(CommandLine command) {
    return command.getSubcommands().entrySet().stream()
        .filter(one -> !one.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The name that a misspelt word is nearest to, if it is near: a third of its letters differ. */
  public static Optional<String> closest(String word, Collection<String> names) {
    return names.stream()
        .filter(name -> distance(word, name) <= Math.max(1, Math.max(word.length(), 3) / 3))
        .min(Comparator.comparingInt((String name) -> distance(word, name)));
  }

  /**
   * How many letters must be inserted, removed, replaced or exchanged with the next one to get from
   * one word to the other (optimal string alignment).
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], 1 + d[i - 2][j - 2]);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
