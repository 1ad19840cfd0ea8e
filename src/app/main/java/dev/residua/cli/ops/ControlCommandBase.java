package dev.residua.cli.ops;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommandParser;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that writes an operator's command to the control topic. */
abstract class ControlCommandBase extends JsonCommand {
  private final ControlCommand.Kind kind;

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Mixin AuthorOption author = new AuthorOption();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Reason; stored on the topic. Required unless --take-back is given.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  String reason = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Id; replaces an earlier command with the same id (default: a new id).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String id;

  @Option(
      names = "--take-back",
      paramLabel = "ID",
      description = "Revoke the earlier command with this id.")
  @Nullable String takeBack;

  ControlCommandBase(ControlCommand.Kind kind) {
    this.kind = kind;
  }

  /** The fields of this kind by name; null for an option that was not given. */
  Map<String, @Nullable Object> fields() {
    return Map.of();
  }

  @Override
  public Integer call() throws IOException, StartFailedException {
    ControlCommand command = null;
    String key = takeBack;
    if (key == null) {
      key = id == null ? UUID.randomUUID().toString() : id;
      Map<String, String> fields = new HashMap<>(Map.of("by", author.given(), "reason", reason));
      fields()
          .forEach(
              (name, value) -> {
                if (value != null) {
                  fields.put(name, value.toString());
                }
              });
      command = new ControlCommandParser(kind, fields, "--"::concat).command(key, Instant.now());
    }
    try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control())) {
      writer.write(key, command);
    }
    String sent = key;
    String applies = command == null ? kind.afterTakingBack() : applies(command);
    Collection<String> sources = command == null ? List.of() : concerned(command);
    boolean revoked = command == null;
    print(
        Json.map(
            "id", sent,
            "kind", kind.text(),
            "takenBack", revoked,
            "applies", applies,
            "sources", sources),
        () -> {
          print("%s %s", revoked ? "took back" : "sent", sent);
          if (!applies.isEmpty()) {
            print("%s", applies);
          }
        });
    CommandAudit.record(
        kafka,
        err(),
        List.of(
            CommandAudit.entry(
                author.claimed(),
                command == null ? "take-back" : kind.text(),
                command == null ? key : command.incident().orElse(key),
                sources,
                "",
                reason)));
    return 0;
  }

  /** Known sources that a command concerns, as far as they can be read. */
  Collection<String> concerned(ControlCommand command) {
    return List.of();
  }

  /** What a command that was sent applies to, in words; empty where its options say it. */
  String applies(ControlCommand command) {
    return "";
  }

  /** A period from {@code --from} (default: now) to {@code --until} or of length {@code --for}. */
  static final class PeriodOptions {
    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Start of the period, such as 2026-05-01T10:00:00Z (default: now).")
    @Nullable String from;

    @Option(names = "--until", paramLabel = "TIME", description = "End of the period.")
    @Nullable String until;

    @Option(
        names = "--for",
        paramLabel = "DURATION",
        description = "Length of the period instead of --until, such as 2h or 30m.")
    @Nullable String length;

    Map<String, @Nullable Object> fields() {
      return Json.map("from", from, "until", until, "for", length);
    }
  }
}
