package dev.residua.cli.ops;

import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.OffsetRange;
import dev.residua.frame.NamePattern;
import dev.residua.wire.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dead-letters}: shows refused records and sends them again. */
@Command(
    name = "dead-letters",
    description =
        "Shows refused records with their reasons, and sends them again after a correction.",
    mixinStandardHelpOptions = true,
    subcommands = {DeadLettersCommand.Show.class, DeadLettersCommand.Replay.class})
public final class DeadLettersCommand {
  /** Header with the position of a record in the dead-letter topic. */
  static final String REPLAYED = "residua.replayed-from";

  private DeadLettersCommand() {}

  private static String origin(DeadLetter letter) {
    return "%s-%d@%d".formatted(letter.topic(), letter.partition(), letter.offset());
  }

  /** Selection of dead letters among those that the topic has when the command starts. */
  static final class Selection {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--reason",
        split = ",",
        paramLabel = "REASON",
        description =
            "Only these reasons, such as corrupt, too_large, unknown_schema, duplicate, stale, reference; alert_refused and alert_undelivered are alerts that were not delivered; other are records that the monitor refused.")
    List<String> reasons = List.of();

    @Option(
        names = "--sources",
        paramLabel = "REGEX",
        description = "Only sources whose whole name matches.")
    @Nullable String sources;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "Only records refused at or after this time, such as 2026-11-25T10:00:00Z.")
    @Nullable Instant since;

    @Option(
        names = "--offsets",
        paramLabel = "P:A..B",
        converter = OffsetRange.Converter.class,
        description = "Only offsets A to B - 1 of partition P of the dead-letter topic.")
    @Nullable OffsetRange offsets;

    /** A dead letter with its record. */
    record Found(ConsumerRecord<byte[], byte[]> record, DeadLetter letter) {
      String source() {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
      }
    }

    void forEach(java.util.function.Consumer<Found> each) {
      NamePattern pattern = pattern();
      List<String> wanted = reasons.stream().map(r -> r.toUpperCase(Locale.ROOT)).toList();
      kafka.read(
          kafka.topics().deadLetters().name(),
          offsets == null ? OffsetRange.ALL : offsets,
          record -> {
            Found found = new Found(record, DeadLetter.of(record));
            if ((wanted.isEmpty() || wanted.contains(found.letter().reason()))
                && (pattern == null || pattern.matches(found.source()))
                && (since == null || record.timestamp() >= since.toEpochMilli())) {
              each.accept(found);
            }
          },
          share -> {});
    }

    private @Nullable NamePattern pattern() {
      try {
        return sources == null ? null : NamePattern.of(sources);
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException(
            "--sources must be a regular expression but was '%s': %s"
                .formatted(sources, e.getMessage()),
            e);
      }
    }
  }

  @Command(
      name = "list",
      description =
          "Prints dead letters, oldest first within a partition, and their number per reason.")
  static final class Show extends JsonCommand {
    @Mixin Selection selection = new Selection();

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "Largest number to print; the counts include all.")
    int limit;

    @Override
    public Integer call() {
      Map<String, Long> counts = new TreeMap<>();
      List<Map<String, Object>> rows = new ArrayList<>();
      selection.forEach(
          found -> {
            counts.merge(found.letter().label(), 1L, Long::sum);
            if (rows.size() < limit) {
              rows.add(row(found));
            }
          });
      print(
          Json.map("counts", counts, "letters", rows),
          () -> {
            for (Map<String, Object> row : rows) {
              print(
                  "%s  %s  %s  %s (was %s)%n    %s",
                  row.get("position"),
                  row.get("refusedAt"),
                  row.get("source"),
                  row.get("reason"),
                  row.get("origin"),
                  row.get("message"));
            }
            print("%s", counts.isEmpty() ? "no dead letters" : "count " + counts);
          });
      return 0;
    }

    private static Map<String, Object> row(Selection.Found found) {
      ConsumerRecord<byte[], byte[]> record = found.record();
      return Json.map(
          "position", "%d:%d".formatted(record.partition(), record.offset()),
          "refusedAt", Instant.ofEpochMilli(record.timestamp()).toString(),
          "source", found.source(),
          "reason", found.letter().label(),
          "message", found.letter().message(),
          "origin", origin(found.letter()),
          "bytes", record.value() == null ? 0 : record.value().length);
    }
  }

  @Command(
      name = "replay",
      description = {
        "Sends dead letters to their original topic again, with the same key, value and time.",
        "A frame is scored once even if it is replayed twice: the second copy is refused as a duplicate."
      })
  static final class Replay extends ConsoleCommand {
    @Mixin Selection selection = new Selection();

    @Option(names = "--all", description = "Replay everything; required without any selection.")
    boolean all;

    @Option(names = "--dry-run", description = "Only count the records that would be sent.")
    boolean dryRun;

    @Mixin AuthorOption author = new AuthorOption();

    private final Set<String> sources = new TreeSet<>();
    private int sendable;
    private int unknown;
    private int alerts;
    private final List<String> truncated = new ArrayList<>();

    @Override
    public Integer call() {
      if (!all
          && selection.reasons.isEmpty()
          && selection.sources == null
          && selection.since == null
          && selection.offsets == null) {
        throw new CommandFailedException(
            "select dead letters by --reason, --sources, --since or --offsets, or give --all");
      }
      List<Future<?>> sent = new ArrayList<>();
      try (KafkaProducer<byte[], byte[]> producer = selection.kafka.clients().frameProducer()) {
        selection.forEach(
            found -> {
              if (found.letter().isAlert()) {
                alerts++;
              } else if (found.letter().topic().isEmpty()) {
                unknown++;
              } else if (DeadLetter.isTruncated(found.record())) {
                truncated.add(origin(found.letter()));
              } else {
                sendable++;
                if (!dryRun) {
                  sent.add(producer.send(again(found)));
                  sources.add(found.source());
                }
              }
            });
        for (Future<?> each : sent) {
          each.get();
        }
      } catch (ExecutionException e) {
        record(sent.size());
        throw new CommandFailedException(
            "a dead letter could not be sent again: %s; the earlier ones were sent, and are refused as duplicates if they are replayed once more"
                .formatted(Failures.reason(e)),
            e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandFailedException("interrupted", e);
      }
      record(sent.size());
      print(
          "%d dead letter%s %s",
          sendable, sendable == 1 ? "" : "s", dryRun ? "would be sent again" : "sent again");
      if (unknown > 0) {
        print("%d left out, as their original topic is unknown", unknown);
      }
      if (alerts > 0) {
        print(
            "%d left out, as they are undelivered alerts: their incidents have changed since",
            alerts);
      }
      if (!truncated.isEmpty()) {
        print(
            "%d left out, as their values were too large to store; the original records are at %s",
            truncated.size(), truncated);
      }
      return 0;
    }

    /** Adds the replay to the audit log. */
    private void record(int letters) {
      if (letters > 0) {
        CommandAudit.record(
            selection.kafka,
            err(),
            List.of(
                CommandAudit.entry(
                    author.claimed(),
                    "replay",
                    selection.kafka.topics().deadLetters().name(),
                    sources,
                    "",
                    "%d dead letters".formatted(letters))));
      }
    }

    private static ProducerRecord<byte[], byte[]> again(Selection.Found found) {
      RecordHeaders headers = new RecordHeaders();
      for (Header header : found.record().headers()) {
        if (!DeadLetter.owns(header) && !header.key().equals(REPLAYED)) {
          headers.add(header);
        }
      }
      headers.add(
          REPLAYED,
          "%s-%d@%d"
              .formatted(
                  found.record().topic(), found.record().partition(), found.record().offset())
              .getBytes(StandardCharsets.UTF_8));
      long timestamp = found.letter().timestamp();
      return new ProducerRecord<>(
          found.letter().topic(),
          null,
          timestamp < 0 ? null : timestamp,
          found.record().key(),
          found.record().value(),
          headers);
    }
  }
}
