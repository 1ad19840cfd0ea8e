package dev.residua.cli.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.EValues;
import dev.residua.anomaly.OnlineFdr;
import dev.residua.causal.Finding;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.frame.FrameTiming;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code watch}: prints scores and events as they come. */
@Command(
    name = "watch",
    description = {
      "Prints findings as they come, one line each; with --topic also scores, drift scores and dead"
          + " letters.",
      "Runs until it is stopped, or until --count records or --timeout without any."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class WatchCommand implements Callable<Integer> {
  private static final ObjectMapper LINES =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--topic",
      split = ",",
      paramLabel = "TOPIC",
      description =
          "Topics to print: scores, drift, anomalies, drifts, interventions, incidents, control,"
              + " dead-letters, with or without the prefix.")
  List<String> names = List.of("anomalies", "drifts", "interventions", "incidents");

  @Option(names = "--source", paramLabel = "NAME", description = "Only this source.")
  @Nullable String source;

  @Option(
      names = "--from-beginning",
      description = "Start with the oldest record, not with the next.")
  boolean fromBeginning;

  @Option(names = "--count", paramLabel = "N", description = "End after this many records.")
  @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "End when no record has come for this long.")
  @Nullable Double timeout;

  @Option(
      names = "--fdr",
      paramLabel = "SHARE",
      description =
          "Of scores, print only the discoveries: over all sources and as they arrive, at most this"
              + " share of them is false in expectation.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Double fdr;

  @Option(
      names = "--fdr-method",
      paramLabel = "METHOD",
      description =
          "e_lond holds however frames depend on one another and finds little in long streams;"
              + " e_lord finds more and needs independent frames (both need nominal frames like the"
              + " calibration's).")
  OnlineFdr.Method fdrMethod = OnlineFdr.Method.E_LOND;

  @Option(names = "--json", description = "Print one JSON object a line.")
  boolean json;

  @Override
  public Integer call() {
    List<Topic<?, ?>> topics = chosen();
    OnlineFdr discoveries = discoveries(topics);
    try (Consumer<byte[], byte[]> consumer =
        kafka.clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      assign(consumer, topics);
      long printed = 0;
      long lastNanos = System.nanoTime();
      while (count == null || printed < count) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(250))) {
          lastNanos = System.nanoTime();
          if (source != null && !source.equals(key(record))) {
            continue;
          }
          if (discoveries != null && value(topics, record) instanceof ScoredFrame score) {
            OnlineFdr.Step step = discoveries.next(EValues.fromP(score.statistics().jointPValue()));
            discoveries = step.next();
            if (!step.discovery()) {
              continue;
            }
          }
          System.out.println(json ? jsonLine(topics, record) : line(topics, record));
          if (++printed == (count == null ? -1 : count)) {
            break;
          }
        }
        if (timeout != null && System.nanoTime() - lastNanos > timeout * 1e9) {
          break;
        }
      }
    } catch (KafkaException e) {
      throw kafka.failed("reading", e);
    }
    return 0;
  }

  private @Nullable OnlineFdr discoveries(List<Topic<?, ?>> topics) {
    if (fdr == null) {
      return null;
    }
    String scores = kafka.topics().scores().name();
    if (topics.stream().noneMatch(topic -> topic.name().equals(scores))) {
      throw new CommandFailedException("--fdr is for scores: give --topic scores");
    }
    try {
      return OnlineFdr.start(fdrMethod, fdr);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--fdr: " + Failures.reason(e), e);
    }
  }

  private List<Topic<?, ?>> chosen() {
    Topics topics = kafka.topics();
    List<Topic<?, ?>> readable = new ArrayList<>(List.of(topics.scores()));
    readable.addAll(topics.findings());
    readable.addAll(List.of(topics.control(), topics.deadLetters()));
    List<Topic<?, ?>> chosen = new ArrayList<>();
    for (String name : names) {
      String full = name.startsWith(kafka.prefix) ? name : kafka.prefix + name;
      chosen.add(
          readable.stream()
              .filter(topic -> topic.name().equals(full))
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          "--topic must be of %s but was %s"
                              .formatted(readable.stream().map(Topic::name).toList(), name))));
    }
    return chosen;
  }

  private void assign(Consumer<byte[], byte[]> consumer, List<Topic<?, ?>> topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (Topic<?, ?> topic : topics) {
      consumer.partitionsFor(topic.name(), Duration.ofSeconds(10)).stream()
          .map(p -> new TopicPartition(p.topic(), p.partition()))
          .forEach(partitions::add);
    }
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
  }

  private static @Nullable Object value(
      List<Topic<?, ?>> topics, ConsumerRecord<byte[], byte[]> record) {
    for (Topic<?, ?> topic : topics) {
      if (topic.name().equals(record.topic())) {
        return record.value() == null
            ? null
            : topic.value().deserializer().deserialize(record.topic(), record.value());
      }
    }
    throw new AssertionError("a record of a topic that was not asked for: " + record.topic());
  }

  private static String arrival(FrameTiming timing) {
    return switch (timing.arrival()) {
      case ON_TIME -> "";
      case GAP -> "  after %d missing".formatted(timing.missing());
      case LATE -> "  late";
      case RESTARTED -> "  restarted";
    };
  }

  private static String line(List<Topic<?, ?>> topics, ConsumerRecord<byte[], byte[]> record) {
    Object value = value(topics, record);
    if (value instanceof ScoredFrame score) {
      return "%s  %s #%d  joint p %.2g  reconstruction p %s  residuals (sd) %s%s"
          .formatted(
              score.capturedAt(),
              score.source(),
              score.sequence(),
              score.statistics().jointPValue(),
              score.statistics().reconstruction() == Reconstruction.NONE
                  ? "-"
                  : "%.2g".formatted(score.statistics().reconstructionPValue()),
              rounded(score.statistics().standardized()),
              arrival(score.timing()));
    }
    if (value instanceof DriftScore drift) {
      DriftScore.Others others = drift.others();
      return "%s  %s #%d  drift %.2f of %.2f  run length %s, target %.3g"
          .formatted(
              drift.capturedAt(),
              drift.source(),
              drift.sequence(),
              drift.statistic(),
              drift.threshold(),
              Double.isNaN(others.quietRunLength())
                  ? "not known yet"
                  : "%.3g seen (95 %% %.3g to %.3g)"
                      .formatted(others.quietRunLength(), others.quietLow(), others.quietHigh()),
              drift.targetRunLength());
    }
    if (value instanceof AnomalyEvent event) {
      return sentence(event.finding(), "anomaly", event.kind().name());
    }
    if (value instanceof DriftEvent event) {
      return sentence(event.finding(), "drift", event.kind().name());
    }
    if (value instanceof InterventionEvent event) {
      return sentence(event.finding(), "intervention", event.kind().name());
    }
    if (value instanceof Incident incident) {
      return "%s  %s #%d  incident %s (%s, %s): %s"
          .formatted(
              incident.updatedAt(),
              incident.source(),
              incident.updatedSequence(),
              incident.state().name().toLowerCase(Locale.ROOT),
              incident.kind().toLowerCase(Locale.ROOT),
              incident.severity().name().toLowerCase(Locale.ROOT),
              incident.sentence());
    }
    if (value instanceof ControlCommand command) {
      return "%s  %s by %s: %s"
          .formatted(
              command.order().at(),
              command.getClass().getSimpleName(),
              command.order().by(),
              command.order().reason());
    }
    return "%s-%d@%d  key %s  %s"
        .formatted(
            record.topic(),
            record.partition(),
            record.offset(),
            key(record),
            header(record, "__streams.errors.message"));
  }

  private static String sentence(Finding finding, String type, String kind) {
    return "%s  %s #%d  %s (%s): %s"
        .formatted(
            finding.lastAt(),
            finding.source(),
            finding.lastSequence(),
            type,
            kind.toLowerCase(Locale.ROOT),
            finding.sentence());
  }

  private static List<String> rounded(float[] values) {
    List<String> texts = new ArrayList<>();
    for (float value : values) {
      texts.add("%.2f".formatted(value));
    }
    return texts;
  }

  private static String jsonLine(List<Topic<?, ?>> topics, ConsumerRecord<byte[], byte[]> record) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("topic", record.topic());
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    line.put("key", key(record));
    Object value = value(topics, record);
    if (value instanceof byte[] bytes) {
      line.put("bytes", bytes.length);
      for (Header header : record.headers()) {
        line.put(
            header.key(),
            header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8));
      }
    } else {
      line.put("value", value == null ? "" : value);
    }
    try {
      return LINES.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a record of " + record.topic() + " as JSON", e);
    }
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
