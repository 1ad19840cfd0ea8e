package dev.residua.cli.ops;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.dashboard.LiveViews.StoredCommand;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommandParser;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that gives an operator's command to the service, or takes one back. */
abstract class ControlCommandBase extends JsonCommand {
  private final ControlCommand.Kind kind;

  @Mixin ServiceOptions service = new ServiceOptions();

  @Mixin AuthorOption author = new AuthorOption();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Reason; stored with the command. Required unless --take-back is given.",
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
  abstract Map<String, @Nullable Object> fields();

  /** The brokers to write to when no service can be reached; empty to ask the service. */
  Optional<KafkaOptions> breakGlass() {
    return Optional.empty();
  }

  @Override
  public Integer call() throws IOException, StartFailedException {
    Optional<KafkaOptions> kafka = breakGlass();
    if (kafka.isPresent()) {
      StoredCommand stored = write(kafka.get());
      show(stored, stored);
    } else {
      Answer<StoredCommand> answer =
          takeBack == null ? give(service.client()) : revoke(service.client(), takeBack);
      show(answer.json(), answer.view());
    }
    return 0;
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new HashMap<>(Map.of("by", author.given(), "reason", reason));
    fields()
        .forEach(
            (name, value) -> {
              if (value != null) {
                texts.put(name, value.toString());
              }
            });
    return texts;
  }

  private ControlCommand parsed(String key) {
    return new ControlCommandParser(kind, texts(), "--"::concat).command(key, Instant.now());
  }

  private Answer<StoredCommand> give(ServiceClient client) {
    parsed("id"); // refuses with the names of options
    Map<String, @Nullable Object> body = new HashMap<>(texts());
    body.put("kind", kind.text());
    body.put("id", id);
    body.put("by", client.author(author).orElse(null));
    return client.send("POST", "/api/control", body, StoredCommand.class);
  }

  private Answer<StoredCommand> revoke(ServiceClient client, String key) {
    return client.send(
        "DELETE",
        ServiceClient.path(
            "/api/control",
            Json.map("by", client.author(author).orElse(null), "reason", reason),
            key),
        Map.of(),
        StoredCommand.class);
  }

  private StoredCommand write(KafkaOptions kafka) throws IOException, StartFailedException {
    String key =
        takeBack != null
            ? takeBack
            : Objects.requireNonNullElseGet(id, () -> UUID.randomUUID().toString());
    ControlCommand command = takeBack == null ? parsed(key) : null;
    try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control())) {
      writer.write(key, command);
    }
    CommandAudit.record(
        kafka,
        err(),
        List.of(
            CommandAudit.entry(
                author.claimed(),
                command == null ? "take-back" : kind.text(),
                command == null ? key : command.incident().orElse(key),
                List.of(),
                "",
                reason)));
    return new StoredCommand(key, kind.text(), command == null, "", List.of());
  }

  private void show(Object json, StoredCommand stored) {
    print(
        json,
        () -> {
          print("%s %s", stored.revoked() ? "took back" : "sent", stored.id());
          if (!stored.applies().isEmpty()) {
            print("%s", stored.applies());
          }
        });
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
