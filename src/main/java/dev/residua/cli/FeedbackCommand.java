package dev.residua.cli;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Order;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code feedback}: whether an incident was worth an alarm. */
@Command(
    name = "feedback",
    description = {
      "Says whether an incident was a true alarm. It is kept and counted, and changes nothing."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class FeedbackCommand extends OrderCommand {
  @Option(names = "--incident", paramLabel = "ID", description = "The incident.")
  @Nullable String incident;

  @Option(names = "--verdict", paramLabel = "true|false", description = "True or false alarm.")
  @Nullable String verdict;

  @Override
  ControlCommand command(Order order) {
    FeedbackVerdict said =
        switch (required(verdict, "--verdict").toLowerCase(Locale.ROOT)) {
          case "true" -> FeedbackVerdict.TRUE_ALARM;
          case "false" -> FeedbackVerdict.FALSE_ALARM;
          default ->
              throw new CommandFailedException(
                  "--verdict must be true or false but was '%s'".formatted(verdict));
        };
    return new ControlCommand.Feedback(order, required(incident, "--incident"), said);
  }
}
