package dev.residua.cli.ops;

import dev.residua.access.AuditExport;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceOptions;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit}: reads the audit log. */
@Command(
    name = "audit",
    description = {
      "Prints all changes with author and time, over HTTP and by commands, and denied ones, the oldest first.",
      "Needs the grant owner."
    })
public final class AuditCommand extends ConsoleCommand {
  @Mixin ServiceOptions service = new ServiceOptions();

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      defaultValue = "",
      description =
          "Only entries with this text in the author, action, target, a source or detail.")
  String text;

  @Option(
      names = "--outcome",
      paramLabel = "done|denied|failed",
      defaultValue = "",
      description = "Only entries with this outcome.")
  String outcome;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      defaultValue = "",
      description = "Only entries from this time on, such as 2026-05-01T10:00:00Z.")
  String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      defaultValue = "",
      description = "Only entries up to this time.")
  String to;

  @Option(
      names = "--format",
      paramLabel = "text|csv|jsonl",
      defaultValue = "TEXT",
      description = "Text for people, comma-separated values, or one JSON object per line.")
  AuditExport format;

  @Override
  public Integer call() {
    String path =
        ServiceClient.path(
            "/api/audit/export",
            Json.map(
                "format", format.name().toLowerCase(Locale.ROOT),
                "text", text,
                "outcome", outcome,
                "from", from,
                "to", to));
    service.client().copy(path, out());
    out().flush();
    return 0;
  }
}
