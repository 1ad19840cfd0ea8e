package dev.residua.cli.ops;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.frame.NamePattern;
import dev.residua.wire.DeadLetter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dead-letters}: what was refused and why, and sending it again. */
@Command(
    name = "dead-letters",
    description = "Shows refused records with their reasons, and sends them again after a fix.",
    mixinStandardHelpOptions = true,
    subcommands = {DeadLettersCommand.Show.class, DeadLettersCommand.Replay.class})
public final class DeadLettersCommand {
  /** Says where a record was before it was sent again. */
  static final String REPLAYED = "residua.replayed-from";

  private DeadLettersCommand() {}

  private static String origin(DeadLetter letter) {
    return "%s-%d@%d".formatted(letter.topic(), letter.partition(), letter.offset());
  }

  /** Which dead letters are meant; the whole topic as it stands when the command starts. */
  static final class Selection {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--reason",
        split = ",",
        paramLabel = "REASON",
        description =
            "Only these reasons, such as corrupt, too_large, unknown_schema, duplicate, stale, reference; alert_refused and alert_undelivered are alerts that were not delivered; other is what the monitor refused.")
    List<String> reasons = List.of();

    @Option(
        names = "--sources",
        paramLabel = "REGEX",
        description = "Only sources that match as a whole.")
    @Nullable String sources;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "Only those refused at or after this time, such as 2026-11-25T10:00:00Z.")
    @Nullable Instant since;

    @Option(
        names = "--offsets",
        paramLabel = "P:A..B",
        description = "Only these offsets A to B - 1 of partition P of the dead-letter topic.")
    @Nullable String offsets;

    /** A dead letter and what it says. */
    record Found(ConsumerRecord<byte[], byte[]> record, DeadLetter letter) {
      String source() {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
      }

      String position() {
        return "%d:%d".formatted(record.partition(), record.offset());
      }
    }

    void forEach(java.util.function.Consumer<Found> each) {
      NamePattern pattern = pattern();
      long[] range = range();
      List<String> wanted = reasons.stream().map(r -> r.toUpperCase(Locale.ROOT)).toList();
      String topic = kafka.topics().deadLetters().name();
      try (Consumer<byte[], byte[]> consumer =
          kafka.clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        List<TopicPartition> partitions =
            consumer.partitionsFor(topic, Duration.ofSeconds(10)).stream()
                .filter(p -> range == null || p.partition() == range[0])
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        if (range != null) {
          partitions.forEach(p -> consumer.seek(p, Math.max(consumer.position(p), range[1])));
        }
        while (partitions.stream()
            .anyMatch(p -> consumer.position(p) < end(ends.getOrDefault(p, 0L), range))) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(250))) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            Found found = new Found(record, DeadLetter.of(record));
            if (record.offset() < end(ends.getOrDefault(partition, 0L), range)
                && (wanted.isEmpty() || wanted.contains(found.letter().reason()))
                && (pattern == null || pattern.matches(found.source()))
                && (since == null || record.timestamp() >= since.toEpochMilli())) {
              each.accept(found);
            }
          }
        }
      } catch (KafkaException e) {
        throw new CommandFailedException(
            "reading %s from %s failed: %s".formatted(topic, kafka.bootstrap, Failures.reason(e)),
            e);
      }
    }

    private static long end(long last, long @Nullable [] range) {
      return range == null ? last : Math.min(last, range[2]);
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

    /** Partition, first offset and end, or null. */
    private long @Nullable [] range() {
      if (offsets == null) {
        return null;
      }
      if (!offsets.matches("\\d{1,9}:\\d{1,18}\\.\\.\\d{1,18}")) {
        throw new CommandFailedException(
            "--offsets must be P:A..B, such as 0:17..18, but was '%s'".formatted(offsets));
      }
      String[] parts = offsets.split(":|\\.\\.", -1);
      return new long[] {
        Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])
      };
    }
  }

  @Command(
      name = "list",
      description = "Prints dead letters, oldest first within a partition, and how many a reason.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Show implements Callable<Integer> {
    @Mixin Selection selection = new Selection();

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "Print at most this many; all are counted.")
    int limit;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

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
      if (json) {
        spec.commandLine().getOut().println(Json.of(Map.of("counts", counts, "letters", rows)));
        return 0;
      }
      for (Map<String, Object> row : rows) {
        spec.commandLine()
            .getOut()
            .printf(
                "%s  %s  %s  %s (was %s)%n    %s%n",
                row.get("position"),
                row.get("refusedAt"),
                row.get("source"),
                row.get("reason"),
                row.get("origin"),
                row.get("message"));
      }
      spec.commandLine().getOut().println(counts.isEmpty() ? "no dead letters" : "count " + counts);
      return 0;
    }

    private static Map<String, Object> row(Selection.Found found) {
      Map<String, Object> row = new LinkedHashMap<>();
      DeadLetter letter = found.letter();
      row.put("position", found.position());
      row.put("refusedAt", Instant.ofEpochMilli(found.record().timestamp()).toString());
      row.put("source", found.source());
      row.put("reason", letter.label());
      row.put("message", letter.message());
      row.put("origin", origin(letter));
      row.put("bytes", found.record().value() == null ? 0 : found.record().value().length);
      return row;
    }
  }

  @Command(
      name = "replay",
      description = {
        "Sends dead letters to the topic that they were refused from, key, value and time as they were.",
        "What is accepted then is scored once, also when it is replayed twice: the second comes back as a duplicate."
      },
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Replay implements Callable<Integer> {
    @Mixin Selection selection = new Selection();

    @Option(names = "--all", description = "Replay everything; needed where nothing is selected.")
    boolean all;

    @Option(names = "--dry-run", description = "Only count what would be sent.")
    boolean dryRun;

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

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
            "say which dead letters: --reason, --sources, --since or --offsets, or --all");
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
                }
              }
            });
        for (Future<?> each : sent) {
          each.get();
        }
      } catch (ExecutionException e) {
        throw new CommandFailedException(
            "a dead letter could not be sent again: %s; those before it were, and come back as duplicates if they are replayed once more"
                .formatted(Failures.reason(e)),
            e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandFailedException("interrupted", e);
      }
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%d dead letter%s %s%n",
          sendable, sendable == 1 ? "" : "s", dryRun ? "would be sent again" : "sent again");
      if (unknown > 0) {
        out.printf("%d left out, as they do not say where they come from%n", unknown);
      }
      if (alerts > 0) {
        out.printf(
            "%d left out, as they are alerts that were not delivered: their incidents have gone on%n",
            alerts);
      }
      if (!truncated.isEmpty()) {
        out.printf(
            "%d left out, whose value was too large to keep; the records are at %s%n",
            truncated.size(), truncated);
      }
      return 0;
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
