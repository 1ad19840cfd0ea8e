package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An operator's command about sources, which are named: none applies to all by accident. */
abstract class SourcesCommandBase extends ControlCommandBase {
  @Option(
      names = "--sources",
      paramLabel = "REGEX",
      description = "Sources that the command applies to: a regular expression for the whole name.")
  @Nullable String sources;

  @Option(names = "--all", description = "Applies the command to all sources.")
  boolean all;

  SourcesCommandBase(ControlCommand.Kind kind) {
    super(kind);
  }

  /** The other fields of this kind. */
  Map<String, @Nullable Object> others() {
    return Json.map();
  }

  @Override
  final Map<String, @Nullable Object> fields() {
    if ((sources == null) == !all) {
      throw wrongUsage("say which sources: --sources REGEX, or --all");
    }
    Map<String, @Nullable Object> fields = others();
    fields.put("sources", all ? ".*" : sources);
    return fields;
  }
}
