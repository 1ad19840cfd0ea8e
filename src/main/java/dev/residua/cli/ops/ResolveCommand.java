package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resolve}: closes an incident. */
@Command(
    name = "resolve",
    description = {
      "Closes an incident that someone has dealt with. Its alarm opens no other until it has ended."
    })
public final class ResolveCommand extends ControlCommandBase {
  @Option(names = "--incident", paramLabel = "ID", description = "The incident.")
  @Nullable String incident;

  ResolveCommand() {
    super(ControlRequest.Kind.RESOLVE);
  }

  @Override
  Map<String, @Nullable Object> fields() {
    return Json.map("incident", incident);
  }
}
