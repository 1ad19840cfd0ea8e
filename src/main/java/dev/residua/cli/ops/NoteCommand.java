package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code note}: writes a remark on an incident. */
@Command(
    name = "note",
    description = "Writes a remark on an incident: the --reason. It shows on the incident's page.")
public final class NoteCommand extends ControlCommandBase {
  @Option(names = "--incident", paramLabel = "ID", description = "The incident.")
  @Nullable String incident;

  NoteCommand() {
    super(ControlRequest.Kind.NOTE);
  }

  @Override
  Map<String, @Nullable Object> fields() {
    return Json.map("incident", incident);
  }
}
