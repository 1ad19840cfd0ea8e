package dev.residua.cli.console;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * A command with the options that every command has. {@link CommandFailedException}, checked
 * exceptions and {@link IllegalArgumentException} end it with exit code 1 and their message.
 */
@Command(mixinStandardHelpOptions = true, showDefaultValues = true)
public abstract class ConsoleCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Standard output, or the writer that a test has set. */
  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Standard error, or the writer that a test has set. */
  protected final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Characters of a line of the terminal; 80 if there is none. */
  protected final int width() {
    return spec.usageMessage().width();
  }

  /** Prints one line, formatted as by {@link String#format}. */
  protected final void print(String format, @Nullable Object... values) {
    out().println(format.formatted(values));
  }

  /** Returns true if the user gave an option, in place of its default. */
  protected final boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Ends the command with its usage and exit code 2. */
  protected final CommandLine.ParameterException wrongUsage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  /**
   * Checks an option.
   *
   * @throws CommandFailedException if the value is too small
   */
  protected static void atLeast(int least, String option, int value) {
    if (value < least) {
      throw new CommandFailedException(
          "%s must be at least %d but was %d".formatted(option, least, value));
    }
  }
}
