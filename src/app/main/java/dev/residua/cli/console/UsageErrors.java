package dev.residua.cli.console;

import dev.residua.source.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Messages after a command that cannot be understood: two or three lines, no usage. */
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
          NearestName.of(
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
}
