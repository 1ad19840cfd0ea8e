package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An operator's command about one incident. */
abstract class IncidentCommandBase extends ControlCommandBase {
  @Option(names = "--incident", paramLabel = "ID", description = "The incident.")
  @Nullable String incident;

  IncidentCommandBase(ControlCommand.Kind kind) {
    super(kind);
  }

  /** The other fields of this kind. */
  Map<String, @Nullable Object> others() {
    return Json.map();
  }

  @Override
  final Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = others();
    fields.put("incident", incident);
    return fields;
  }
}
