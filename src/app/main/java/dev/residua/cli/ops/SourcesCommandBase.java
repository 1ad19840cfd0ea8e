package dev.residua.cli.ops;

import dev.residua.app.kafka.SourceCalibrations;
import dev.residua.cli.console.Json;
import dev.residua.incident.ControlCommand;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private List<String> concerned = List.of();

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

  @Override
  String applies(ControlCommand command) {
    return reach(command) + (command.until() == null ? "" : " until " + command.until());
  }

  @Override
  Collection<String> concerned(ControlCommand command) {
    return concerned;
  }

  private String reach(ControlCommand command) {
    Set<String> known;
    try {
      known = SourceCalibrations.read(kafka.clients(), kafka.topics().calibrations()).keySet();
    } catch (IOException e) {
      return "applies to the sources %s".formatted(command.order().sources()); // may not read them
    }
    concerned = known.stream().filter(command.order()::covers).toList();
    int covered = concerned.size();
    return known.isEmpty()
        ? "applies to the sources %s; none is known yet".formatted(command.order().sources())
        : "applies to %d of %d known sources".formatted(covered, known.size());
  }
}
