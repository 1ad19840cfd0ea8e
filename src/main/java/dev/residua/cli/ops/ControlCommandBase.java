package dev.residua.cli.ops;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that puts what an operator says on the control topic. */
abstract class ControlCommandBase implements Callable<Integer> {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--sources",
      paramLabel = "REGEX",
      description = "Sources that it is about: a regular expression for the whole name.")
  String sources = ".*";

  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Who says so.")
  String by;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why; kept on the topic. Required, but with --take-back.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  String reason = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Identity; replaces an earlier command of the same id (default: a new one).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String id;

  @Option(names = "--take-back", paramLabel = "ID", description = "Take an earlier command back.")
  @Nullable String takeBack;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  /** What is asked for. */
  abstract ControlRequest.Kind kind();

  /** The options of this kind, by name without dashes. */
  Map<String, @Nullable Object> options() {
    return Map.of();
  }

  @Override
  public Integer call() throws StartFailedException {
    ControlCommand command = null;
    String key = takeBack;
    if (key == null) {
      key = id == null ? UUID.randomUUID().toString() : id;
      try {
        command = new ControlRequest(kind(), fields(), "--"::concat).command(key, Instant.now());
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
    }
    try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control())) {
      writer.write(key, command);
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    spec.commandLine().getOut().printf("%s %s%n", command == null ? "took back" : "said", key);
    return 0;
  }

  private Map<String, String> fields() {
    Map<String, String> fields =
        new HashMap<>(Map.of("sources", sources, "by", by, "reason", reason));
    options()
        .forEach(
            (name, value) -> {
              if (value != null) {
                fields.put(name, value.toString());
              }
            });
    return fields;
  }

  /** Options by name; those that were not given are null. */
  static Map<String, @Nullable Object> of(String name, @Nullable Object value) {
    Map<String, @Nullable Object> options = new HashMap<>();
    options.put(name, value);
    return options;
  }

  /** A period from {@code --from} (default now) that ends at {@code --until} or after a while. */
  static final class PeriodOptions {
    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "First capture time, such as 2026-05-01T10:00:00Z (default: now).")
    @Nullable String from;

    @Option(names = "--until", paramLabel = "TIME", description = "Capture time after the last.")
    @Nullable String until;

    @Option(
        names = "--for",
        paramLabel = "DURATION",
        description = "Instead of --until: how long, such as PT2H or PT30M.")
    @Nullable String length;

    Map<String, @Nullable Object> options() {
      Map<String, @Nullable Object> options = of("from", from);
      options.put("until", until);
      options.put("for", length);
      return options;
    }
  }
}
