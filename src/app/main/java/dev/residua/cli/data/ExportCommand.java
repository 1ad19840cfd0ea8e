package dev.residua.cli.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ProgressBar;
import dev.residua.topic.OffsetSpan;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.LatentNames;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: writes the records of a topic to a file for analysis. */
@Command(
    name = "export",
    description = {
      "Writes the records of a topic to a Parquet or CSV file, with a typed column for each field.",
      "The last columns are the place of a record on Kafka: partition, offset, recordedAt. With"
          + " --continue an export begins at the end of the one before."
    })
public final class ExportCommand extends JsonCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description =
          "Topic to export: scores, drift, anomalies, drifts, interventions, incidents,"
              + " incident-groups, calibrations, source-states or control, with or without the"
              + " prefix.")
  String name = "scores";

  @Option(names = "--source", paramLabel = "NAME", description = "Only this source.")
  @Nullable String source;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Only records from this time on, such as 2026-05-01T10:00:00Z, by their times on Kafka.")
  @Nullable Instant from;

  @Option(names = "--to", paramLabel = "TIME", description = "Only records before this time.")
  @Nullable Instant to;

  @Option(
      names = "--continue",
      paramLabel = "FILE",
      description =
          "Begin at the end of the last export with this file, and keep the end of this one in it.")
  @Nullable Path position;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "File to write, .parquet or .csv; it appears when it is complete.")
  Path out;

  private long rows;
  private long unreadable;

  @Override
  public Integer call() {
    ExportFile.Format format = format();
    Topic<?, ?> topic = kafka.shown(name);
    if (topic.schema().isEmpty()) {
      throw new CommandFailedException(
          "the records of %s have no schema, so they have no columns; see them with 'residua watch'"
              .formatted(topic.name()));
    }
    ExportPosition before = position == null ? null : ExportPosition.read(position, topic.name());
    try (Consumer<byte[], byte[]> consumer = kafka.consumer()) {
      List<TopicPartition> partitions = TopicSpans.partitions(consumer, topic.name());
      if (partitions.isEmpty()) {
        throw new CommandFailedException(
            "topic %s does not exist on %s".formatted(topic.name(), kafka.bootstrap()));
      }
      Map<TopicPartition, Long> starts = starts(consumer, partitions, before);
      Map<TopicPartition, Long> ends =
          to == null
              ? consumer.endOffsets(partitions)
              : TopicSpans.offsets(consumer, partitions, to);
      Map<TopicPartition, OffsetSpan> spans = TopicSpans.spans(starts, ends);
      if (!spans.isEmpty()) {
        write(consumer, topic, spans, format);
      }
      if (position != null) {
        Map<Integer, Long> next = new TreeMap<>();
        ends.forEach(
            (partition, end) ->
                next.put(partition.partition(), Math.max(end, starts.getOrDefault(partition, 0L))));
        new ExportPosition(topic.name(), next).write(position);
      }
    } catch (KafkaException e) {
      throw kafka.failed("reading " + topic.name(), e);
    } catch (IOException | UncheckedIOException e) {
      throw new CommandFailedException(
          "cannot write %s: %s; expected a file in a folder that can be written"
              .formatted(out, Failures.reason(e)),
          e);
    }
    print(
        Json.map("rows", rows, "unreadable", unreadable, "file", rows == 0 ? null : out.toString()),
        () -> {
          print(
              rows == 0 ? "no records, so no file" : "%d record%s in %s",
              rows,
              rows == 1 ? "" : "s",
              out);
          if (unreadable > 0) {
            print(
                "%d record%s left out, as %s cannot be read",
                unreadable, unreadable == 1 ? "" : "s", unreadable == 1 ? "it" : "they");
          }
        });
    return 0;
  }

  private ExportFile.Format format() {
    if (Files.exists(out)) {
      throw new CommandFailedException(
          "%s exists already, and may be all that is left of its records; choose another --out, or remove it"
              .formatted(out));
    }
    try {
      return ExportFile.Format.of(out);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--out " + e.getMessage(), e);
    }
  }

  private Map<TopicPartition, Long> starts(
      Consumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      @Nullable ExportPosition before) {
    Map<TopicPartition, Long> oldest = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> starts =
        new HashMap<>(from == null ? oldest : TopicSpans.offsets(consumer, partitions, from));
    if (before != null) {
      long deleted = 0;
      Map<TopicPartition, Long> newest = consumer.endOffsets(partitions);
      for (TopicPartition partition : partitions) {
        Long next = before.next().get(partition.partition());
        if (next != null) {
          if (next > newest.getOrDefault(partition, 0L)) {
            throw new CommandFailedException(
                "%s continues at offset %d of %s, which ends at %d, so the topic was created again; remove the file to begin again"
                    .formatted(position, next, partition, newest.getOrDefault(partition, 0L)));
          }
          deleted += Math.max(0, oldest.getOrDefault(partition, 0L) - next);
          starts.put(partition, Math.max(next, oldest.getOrDefault(partition, 0L)));
        }
      }
      if (deleted > 0) {
        err()
            .printf(
                "residua: up to %d records were deleted since the last export; export more often, or raise retention.ms of the topic%n",
                deleted);
      }
    }
    return starts;
  }

  private <V> void write(
      Consumer<byte[], byte[]> consumer,
      Topic<?, V> topic,
      Map<TopicPartition, OffsetSpan> spans,
      ExportFile.Format format)
      throws IOException {
    Path partial = out.resolveSibling(out.getFileName() + ".part");
    try (ProgressBar bar = new ProgressBar("exporting")) {
      ExportColumns.Survey survey = new ExportColumns.Survey(topic.schema().orElseThrow());
      long[] found = {0};
      read(
          consumer,
          spans,
          share -> bar.update(share / 2),
          record -> {
            if (!wanted(record)) {
              return;
            }
            V value = topic.value(record);
            if (value == null) {
              unreadable++;
            } else {
              found[0]++;
              survey.add(topic.record(value), LatentNames.of(record.headers()));
            }
          });
      if (found[0] == 0) {
        return;
      }
      ExportColumns columns = survey.columns();
      try (ExportFile file = format.open(partial, columns.columns())) {
        read(
            consumer,
            spans,
            share -> bar.update((1 + share) / 2),
            record -> {
              V value = wanted(record) ? topic.value(record) : null;
              if (value != null) {
                write(file, columns, topic, record, value);
              }
            });
      }
      Files.move(partial, out, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static void read(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, OffsetSpan> spans,
      DoubleConsumer progress,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    new TopicSpans(consumer, spans).withProgress(progress).readAll(each);
  }

  /** Returns false for records that remove a key too. */
  private boolean wanted(ConsumerRecord<byte[], byte[]> record) {
    return record.value() != null
        && (source == null
            || (record.key() != null
                && source.equals(new String(record.key(), StandardCharsets.UTF_8))));
  }

  private <V> void write(
      ExportFile file,
      ExportColumns columns,
      Topic<?, V> topic,
      ConsumerRecord<byte[], byte[]> record,
      V value) {
    try {
      JsonNode json = JSON.readTree(topic.json(value));
      file.write(columns.row(topic.record(value), LatentNames.of(record.headers()), json, record));
      rows++;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // written just before
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
