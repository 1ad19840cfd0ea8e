package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code feedback}: records whether an incident was a true alarm. */
@Command(
    name = "feedback",
    description = {
      "Records whether an incident was a true alarm. It is stored and counted, and closes an incident"
          + " that was a false alarm."
    })
public final class FeedbackCommand extends IncidentCommandBase {
  @Option(
      names = "--verdict",
      paramLabel = "true|false",
      description = "true for a true alarm, false for a false one.")
  @Nullable String verdict;

  FeedbackCommand() {
    super(ControlCommand.Kind.FEEDBACK);
  }

  @Override
  Map<String, @Nullable Object> others() {
    return Json.map("verdict", verdict);
  }
}
