package dev.residua.cli.ops;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.Finding;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.frame.FrameTiming;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import dev.residua.model.SafeText;
import dev.residua.monitor.SourceState;
import dev.residua.monitor.SourceState.LatentState;
import dev.residua.monitor.SourceState.LatentUnit;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.LatentNames;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code watch}: prints scores and events as they arrive. */
@Command(
    name = "watch",
    description = {
      "Prints findings as they arrive, one line each; with --topic also scores, drift scores and dead"
          + " letters.",
      "Runs until it is stopped, has printed --count records, or receives no record for --timeout."
    })
public final class WatchCommand extends JsonCommand {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--topic",
      split = ",",
      paramLabel = "TOPIC",
      description =
          "Topics to print: scores, drift, anomalies, drifts, interventions, incidents,"
              + " incident-groups, calibrations, source-states, control, dead-letters, with or without"
              + " the prefix.")
  List<String> names = List.of("anomalies", "drifts", "interventions", "incidents");

  @Option(names = "--source", paramLabel = "NAME", description = "Only this source.")
  @Nullable String source;

  @Option(
      names = "--from-beginning",
      description = "Start with the oldest record instead of the next one.")
  boolean fromBeginning;

  @Option(names = "--count", paramLabel = "N", description = "End after this many records.")
  @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "End when no record arrives for this time.")
  @Nullable Double timeout;

  @Override
  public Integer call() {
    Map<String, Topic<?, ?>> topics = chosen();
    try (Consumer<byte[], byte[]> consumer = kafka.consumer()) {
      assign(consumer, topics.keySet());
      long printed = 0;
      long lastNanos = System.nanoTime();
      while (count == null || printed < count) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(250))) {
          lastNanos = System.nanoTime();
          if (source != null && !source.equals(key(record))) {
            continue;
          }
          Topic<?, ?> topic = Objects.requireNonNull(topics.get(record.topic()));
          Object value = value(topic, record);
          out().println(json() ? jsonLine(topic, record, value) : line(record, value));
          out().flush();
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

  private Map<String, Topic<?, ?>> chosen() {
    Map<String, Topic<?, ?>> chosen = new LinkedHashMap<>();
    for (String name : names) {
      Topic<?, ?> topic = kafka.shown(name);
      chosen.put(topic.name(), topic);
    }
    return chosen;
  }

  private void assign(Consumer<byte[], byte[]> consumer, Set<String> topics) {
    List<TopicPartition> partitions =
        topics.stream().flatMap(topic -> TopicSpans.partitions(consumer, topic).stream()).toList();
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
    partitions.forEach(consumer::position); // which seeks
    err().printf("residua: watching %s%n", String.join(", ", topics));
    err().flush();
  }

  /** Line of a record that this version cannot read. */
  private record Unreadable(String reason) {}

  static @Nullable Object value(Topic<?, ?> topic, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      return topic.read(record.value());
    } catch (SerializationException e) {
      return new Unreadable(SafeText.of(RootCause.message(e)));
    }
  }

  private static String arrival(FrameTiming timing) {
    return switch (timing.arrival()) {
      case ON_TIME -> "";
      case GAP -> "  after %d missing".formatted(timing.missing());
      case LATE -> "  late";
      case RESTARTED -> "  restarted";
    };
  }

  static String line(ConsumerRecord<byte[], byte[]> record, @Nullable Object value) {
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
              rounded(score.statistics().standardized(), LatentNames.of(record.headers())),
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
      return text(event.finding(), "anomaly", event.kind().name());
    }
    if (value instanceof DriftEvent event) {
      return text(event.finding(), "drift", event.kind().name());
    }
    if (value instanceof InterventionEvent event) {
      return text(event.finding(), "intervention", event.kind().name());
    }
    if (value instanceof Incident incident) {
      return "%s  %s #%d  incident %s (%s, %s, %s): %s\n  %s%s"
          .formatted(
              incident.updatedAt(),
              incident.source(),
              incident.updatedSequence(),
              incident.state().name().toLowerCase(Locale.ROOT),
              incident.subject(),
              incident.kind().toLowerCase(Locale.ROOT),
              incident.severity().name().toLowerCase(Locale.ROOT),
              incident.summary().headline(),
              incident.summary().explanation(),
              incident.threshold() == null ? "" : "\n  " + incident.threshold());
    }
    if (value instanceof CommissioningReport report) {
      return "%s  %s #%d  calibration %s, revision %d%s"
          .formatted(
              report.capturedAt(),
              report.source(),
              report.sequence(),
              report.status().phase().name().toLowerCase(Locale.ROOT).replace('_', '-'),
              report.status().revision(),
              report.status().notes().isEmpty()
                  ? ""
                  : ": " + String.join("; ", report.status().notes()));
    }
    if (value instanceof SourceState state) {
      return "%s  %s #%d  calibration %s, model %s, %s"
          .formatted(
              state.capturedAt(),
              state.source(),
              state.sequence(),
              state.phase().name().toLowerCase(Locale.ROOT).replace('_', '-'),
              SafeText.of(state.modelId()),
              Stream.concat(
                      state.latents().stream().map(WatchCommand::text),
                      state.incidents().stream().map(open -> "incident: " + open.headline()))
                  .collect(Collectors.joining(", ")));
    }
    if (value instanceof ControlCommand command) {
      return "%s  %s by %s: %s"
          .formatted(
              command.order().at(),
              command.getClass().getSimpleName(),
              command.order().by(),
              command.order().reason());
    }
    Header error = record.headers().lastHeader("__streams.errors.message");
    String message = error == null ? "" : text(error.value());
    if (value instanceof Unreadable unreadable) {
      message = "cannot be read: " + unreadable.reason();
    }
    return "%s-%d@%d  key %s  %s"
        .formatted(record.topic(), record.partition(), record.offset(), key(record), message);
  }

  private static String text(Finding finding, String type, String kind) {
    return "%s  %s #%d  %s (%s): %s\n  %s"
        .formatted(
            finding.lastAt(),
            finding.source(),
            finding.lastSequence(),
            type,
            kind.toLowerCase(Locale.ROOT),
            finding.summary().headline(),
            finding.summary().explanation());
  }

  private static String text(LatentState latent) {
    String value =
        latent.category() != null
            ? SafeText.of(latent.category())
            : Double.isNaN(latent.value()) ? "unknown" : "%.4g".formatted(latent.value());
    return "%s %s%s%s"
        .formatted(
            SafeText.of(latent.latent()),
            value,
            latent.unit() == LatentUnit.STANDARD_DEVIATIONS ? " sd" : "",
            latent.unreadableSince() == null
                ? ""
                : " (unreadable since %s)".formatted(latent.unreadableSince()));
  }

  private static List<String> rounded(float[] values, List<String> names) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      String value = "%.2f".formatted(values[i]);
      texts.add(names.size() == values.length ? SafeText.of(names.get(i)) + " " + value : value);
    }
    return texts;
  }

  static <V> String jsonLine(
      Topic<?, V> topic, ConsumerRecord<byte[], byte[]> record, @Nullable Object value) {
    Map<String, Object> line =
        Json.map(
            "topic", record.topic(),
            "partition", record.partition(),
            "offset", record.offset(),
            "key", key(record));
    List<String> latents = LatentNames.of(record.headers());
    if (!latents.isEmpty()) {
      line.put("latents", latents);
    }
    if (value instanceof byte[] bytes) {
      line.put("bytes", bytes.length);
      for (Header header : record.headers()) {
        line.put(header.key(), text(header.value()));
      }
    } else if (value instanceof Unreadable unreadable) {
      line.put("unreadable", unreadable.reason());
    } else if (value == null) {
      line.put("value", null);
    } else {
      @SuppressWarnings("unchecked") // read from this topic
      V own = (V) value;
      line.put("value", new RawValue(new String(topic.json(own), StandardCharsets.UTF_8)));
    }
    return Json.line(line);
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return text(record.key());
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}
