package dev.residua.cli.ops;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.StoredRecords;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommandParser;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentGroup;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code source erase}: removes a source's frames, evidence and state as far as Kafka allows. */
@Command(
    name = "erase",
    description = {
      "Removes the frames, evidence and state of one source, and says what remains until when.",
      "Stop its producer first. Kafka can only delete the beginning of a partition: records of the"
          + " source behind records of others remain until they are too old, unless --with-others"
          + " deletes those too. Try --dry-run first."
    })
final class SourceEraseCommand extends JsonCommand {
  /** Time in which a monitor follows the order to retire the source. */
  private static final Duration RETIRING = Duration.ofSeconds(10);

  /** Age of a frame from which on its producer is taken to have stopped. */
  private static final Duration STOPPED = Duration.ofSeconds(30);

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Parameters(paramLabel = "SOURCE", description = "Name of the source.")
  String source;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Reason; stored with the order that retires the source.")
  String reason;

  @Mixin AuthorOption author = new AuthorOption();

  @Option(
      names = "--with-others",
      description =
          "Deletes records of other sources too, if they were written to the same partition"
              + " before the last one of this source.")
  boolean withOthers;

  @Option(names = "--dry-run", description = "Deletes nothing, only says what would be done.")
  boolean dryRun;

  /** Records found in a topic, and their erasure. */
  private record Line(
      String topic, long records, long deleted, long ofOthers, @Nullable Instant leftUntil) {
    Map<String, Object> json() {
      return Json.map(
          "topic",
          topic,
          "records",
          records,
          "deleted",
          deleted,
          "deletedOfOthers",
          ofOthers,
          "leftUntil",
          leftUntil == null ? null : leftUntil.toString());
    }
  }

  @Override
  public Integer call() throws IOException, StartFailedException {
    Topics topics = kafka.topics();
    Set<String> incidents = new HashSet<>();
    read(topics.incidents(), record -> incident(topics, record).ifPresent(incidents::add));
    Set<String> groups = new HashSet<>();
    read(topics.incidentGroups(), record -> group(topics, record).ifPresent(groups::add));
    StoredRecords frames = stored(topics.frames(), source::equals);
    if (!dryRun) {
      refuseWhileItSends(frames);
      retire();
    }
    List<Line> lines = new ArrayList<>();
    try (TopicAdmin admin = new TopicAdmin(kafka.clients())) {
      lines.add(delete(admin, topics.frames(), frames));
      for (Topic<?, ?> topic :
          List.of(
              topics.deadLetters(),
              topics.evidence(),
              topics.scores(),
              topics.shadowScores(),
              topics.drift(),
              topics.anomalies(),
              topics.drifts(),
              topics.interventions())) {
        boolean byIncident = topic == topics.evidence();
        lines.add(
            delete(
                admin,
                topic,
                stored(topic, key -> byIncident ? incidents.contains(key) : key.equals(source))));
      }
      lines.add(tombstones(topics.incidents(), incidents));
      lines.add(tombstones(topics.incidentGroups(), groups));
      lines.add(tombstones(topics.calibrations(), Set.of(source)));
      lines.add(tombstones(topics.sourceStates(), Set.of(source)));
    }
    lines.removeIf(line -> line.records() == 0);
    print(
        Json.map(
            "source", source, "dryRun", dryRun, "topics", lines.stream().map(Line::json).toList()),
        () -> printText(lines));
    return 0;
  }

  private void printText(List<Line> lines) {
    if (lines.isEmpty()) {
      print("%s: nothing is stored", source);
      return;
    }
    for (Line line : lines) {
      String left =
          line.leftUntil() == null
              ? line.records() > line.deleted() ? "the rest remains without a limit" : ""
              : "%d remain until about %s"
                  .formatted(line.records() - line.deleted(), line.leftUntil());
      print(
          "%-28s %,9d records, %,9d %s%s%s",
          line.topic(),
          line.records(),
          line.deleted(),
          dryRun ? "would be deleted" : "deleted",
          line.ofOthers() > 0 ? ", with %,d of other sources".formatted(line.ofOthers()) : "",
          left.isEmpty() ? "" : "; " + left);
    }
    print(
        "Compacted topics (incidents, incident-groups, calibrations, source-states) keep deleted records"
            + " on disk until Kafka next cleans the partition.");
    print(
        "Sequence numbers and times, without pictures, stay in %s until residua.sources.forget-after"
            + " has passed.",
        kafka.topics().timelines().name());
    if (lines.stream().anyMatch(line -> line.leftUntil() != null)) {
      print(
          "To delete at once, with the records of other sources before them: --with-others. To keep"
              + " records for less time, lower retention.ms of the topic.");
    }
    if (dryRun) {
      print("Nothing was deleted: --dry-run.");
    }
  }

  private Optional<String> incident(Topics topics, ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(
            topics.incidents().value(record)) // the monitor reports unreadable ones
        .filter(incident -> incident.source().equals(source))
        .map(Incident::id);
  }

  /** The id of a group that names the source. */
  private Optional<String> group(Topics topics, ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(topics.incidentGroups().value(record))
        .filter(group -> group.children().stream().anyMatch(one -> one.source().equals(source)))
        .map(IncidentGroup::groupId);
  }

  private void read(Topic<?, ?> topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    try (ProgressBar bar = new ProgressBar("reading " + topic.name())) {
      kafka.read(topic.name(), OffsetRange.ALL, each, bar::update);
    }
  }

  private StoredRecords stored(Topic<?, ?> topic, Predicate<String> own) {
    StoredRecords records = new StoredRecords();
    read(
        topic,
        record ->
            records.add(
                record.partition(), record.offset(), record.timestamp(), isOwn(record, own)));
    return records;
  }

  private void refuseWhileItSends(StoredRecords frames) {
    Instant now = Instant.now();
    Instant last = frames.last().orElse(Instant.EPOCH);
    if (last.isAfter(now)) {
      refuseIfItSendsNow(frames, last); // whose times say nothing
      return;
    }
    Duration age = Duration.between(last, now);
    if (age.compareTo(STOPPED) < 0) {
      throw new CommandFailedException(
          "%s sent a frame %d s ago; stop its producer, wait %d s and repeat the command"
              .formatted(source, age.toSeconds(), STOPPED.toSeconds()));
    }
  }

  /** Waits for further frames of a source whose frames have times of the future. */
  private void refuseIfItSendsNow(StoredRecords frames, Instant last) {
    try (ProgressBar bar = new ProgressBar("waiting for frames, as the last is of " + last)) {
      pause(STOPPED, bar);
    }
    StoredRecords later = new StoredRecords();
    frames
        .deletions(true)
        .forEach(
            (partition, next) ->
                kafka.read(
                    kafka.topics().frames().name(),
                    new OffsetRange(partition, next, Long.MAX_VALUE),
                    record ->
                        later.add(
                            record.partition(),
                            record.offset(),
                            record.timestamp(),
                            isOwn(record, source::equals)),
                    done -> {}));
    if (later.own() > 0) {
      throw new CommandFailedException(
          "%s sent %d frames in the last %d s; stop its producer and repeat the command"
              .formatted(source, later.own(), STOPPED.toSeconds()));
    }
  }

  private static void pause(Duration length, ProgressBar bar) {
    try {
      for (int tenth = 1; tenth <= 10; tenth++) {
        Thread.sleep(length.toMillis() / 10);
        bar.update(tenth / 10.0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted; nothing was deleted", e);
    }
  }

  private void retire() throws IOException, StartFailedException {
    String id = UUID.randomUUID().toString();
    try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control());
        ProgressBar bar = new ProgressBar("retiring the source")) {
      writer.write(
          id,
          new ControlCommandParser(
                  ControlCommand.Kind.RETIRE,
                  Map.of("sources", Pattern.quote(source), "by", author.given(), "reason", reason),
                  "--"::concat)
              .command(id, Instant.now()));
      CommandAudit.record(
          kafka,
          err(),
          List.of(
              CommandAudit.entry(author.claimed(), "erase", source, List.of(source), "", reason)));
      pause(RETIRING, bar);
    }
  }

  private static boolean isOwn(ConsumerRecord<byte[], byte[]> record, Predicate<String> own) {
    return record.key() != null && own.test(new String(record.key(), StandardCharsets.UTF_8));
  }

  private Line delete(TopicAdmin admin, Topic<?, ?> topic, StoredRecords records)
      throws StartFailedException {
    Map<Integer, Long> deletions = records.deletions(withOthers);
    if (!dryRun) {
      admin.deleteBefore(topic.name(), deletions);
    }
    Optional<Duration> retention = admin.retention(List.of(topic));
    return new Line(
        topic.name(),
        records.own(),
        records.own() - records.left(withOthers),
        withOthers ? records.others() : 0,
        retention.flatMap(time -> records.leftUntil(time, withOthers)).orElse(null));
  }

  /** Deletes the records of keys in compacted topics. */
  private Line tombstones(Topic<?, ?> topic, Set<String> keys) {
    Map<String, Integer> places = new LinkedHashMap<>();
    read(
        topic,
        record -> {
          if (isOwn(record, keys::contains)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() == null) {
              places.remove(key);
            } else {
              places.put(key, record.partition());
            }
          }
        });
    if (!dryRun) {
      try (KafkaProducer<byte[], byte[]> producer = kafka.clients().frameProducer()) {
        for (Map.Entry<String, Integer> place : places.entrySet()) {
          byte[] key = place.getKey().getBytes(StandardCharsets.UTF_8);
          producer.send(new ProducerRecord<>(topic.name(), place.getValue(), key, null)).get();
        }
      } catch (ExecutionException | InterruptedException e) {
        throw kafka.failed("writing to " + topic.name(), e);
      }
    }
    return new Line(topic.name(), places.size(), places.size(), 0, null);
  }
}
