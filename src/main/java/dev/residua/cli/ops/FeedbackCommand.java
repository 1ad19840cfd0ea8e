package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import java.util.Map;
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
public final class FeedbackCommand extends ControlCommandBase {
  @Option(names = "--incident", paramLabel = "ID", description = "The incident.")
  @Nullable String incident;

  @Option(names = "--verdict", paramLabel = "true|false", description = "True or false alarm.")
  @Nullable String verdict;

  @Override
  ControlRequest.Kind kind() {
    return ControlRequest.Kind.FEEDBACK;
  }

  @Override
  Map<String, @Nullable Object> options() {
    Map<String, @Nullable Object> options = of("incident", incident);
    options.put("verdict", verdict);
    return options;
  }
}
