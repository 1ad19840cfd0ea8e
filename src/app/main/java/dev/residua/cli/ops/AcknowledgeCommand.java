package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code acknowledge}: says who looks after an incident. */
@Command(
    name = "acknowledge",
    description = {
      "Says who looks after an incident. Reminders to receivers end; it stays open"
          + " until it ends."
    })
public final class AcknowledgeCommand extends IncidentCommandBase {
  @Option(
      names = "--assignee",
      paramLabel = "NAME",
      description = "Who looks after it (default: the author).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String assignee;

  AcknowledgeCommand() {
    super(ControlCommand.Kind.ACKNOWLEDGEMENT);
  }

  @Override
  Map<String, @Nullable Object> others() {
    return Json.map("assignee", assignee);
  }
}
