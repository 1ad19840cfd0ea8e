package dev.residua.app.metrics;

import static dev.residua.app.metrics.ScoringMetrics.lower;

import dev.residua.app.process.Role;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Incident;
import dev.residua.monitor.MonitorResult;
import dev.residua.streams.MonitorListener;
import dev.residua.streams.RefusalListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;

/**
 * What the monitor finds, as metrics. Sources beyond a number share the label {@code _other}, which
 * shows of a gauge the one that matters most: the statistic nearest to its threshold, the shortest
 * run length, the sum of open incidents, the frame seen last. For any thread.
 */
public final class MonitorMetrics implements MonitorListener, RefusalListener {
  private final MeterRegistry meters;
  private final SourceLabels labels;
  private final Map<String, Watched> sources = new ConcurrentHashMap<>();
  private final Counter[] refused = new Counter[Reason.values().length];
  private final Counter[][] incidents =
      new Counter[Incident.State.values().length][Finding.Severity.values().length];

  /** What is known of one source; written by the thread of its partition. */
  private static final class Watched {
    private final int partition;
    private final String label;
    private final List<Meter> own = new ArrayList<>();
    private volatile Reading reading = Reading.NOTHING;

    Watched(int partition, String label) {
      this.partition = partition;
      this.label = label;
    }

    boolean other() {
      return label.equals(SourceLabels.OTHERS);
    }
  }

  private record Reading(
      double statistic,
      double threshold,
      double pictureStatistic,
      double pictureThreshold,
      double runLength,
      double target,
      double lastFrame,
      double open) {
    static final Reading NOTHING =
        new Reading(
            Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);

    static Reading of(ScoredFrame frame, DriftScore score, boolean open) {
      DriftScore.Others others = score.others();
      return new Reading(
          score.statistic(),
          score.threshold(),
          others.pictureStatistic(),
          others.pictureThreshold(),
          others.quietRunLength(),
          score.targetRunLength(),
          frame.capturedAt().toEpochMilli() / 1_000.0,
          open ? 1 : 0);
    }

    double nearness() {
      return statistic / threshold;
    }

    double pictureNearness() {
      return pictureStatistic / pictureThreshold;
    }
  }

  /** One gauge of sources. */
  private enum Shown {
    STATISTIC("residua.drift.statistic", "residual", Reading::statistic, Reading::nearness),
    THRESHOLD("residua.drift.threshold", "residual", Reading::threshold, Reading::nearness),
    PICTURE_STATISTIC(
        "residua.drift.statistic", "picture", Reading::pictureStatistic, Reading::pictureNearness),
    PICTURE_THRESHOLD(
        "residua.drift.threshold", "picture", Reading::pictureThreshold, Reading::pictureNearness),
    RUN_LENGTH("residua.null.run.length.frames", "", Reading::runLength, r -> -r.runLength()),
    TARGET("residua.target.run.length.frames", "", Reading::target, r -> -r.runLength()),
    LAST_FRAME(
        "residua.source.last.frame.timestamp.seconds", "", Reading::lastFrame, Reading::lastFrame);

    private final String metric;
    private final String detector;
    private final ToDoubleFunction<Reading> value;
    private final ToDoubleFunction<Reading> matters;

    Shown(
        String metric,
        String detector,
        ToDoubleFunction<Reading> value,
        ToDoubleFunction<Reading> matters) {
      this.metric = metric;
      this.detector = detector;
      this.value = value;
      this.matters = matters;
    }

    Tags tags(String source) {
      Tags tags = Tags.of("source", source);
      return detector.isEmpty() ? tags : tags.and("detector", detector);
    }

    String description() {
      return switch (this) {
        case STATISTIC, PICTURE_STATISTIC -> "Largest drift statistic after the last frame";
        case THRESHOLD, PICTURE_THRESHOLD -> "Drift statistic from which on drift is reported";
        case RUN_LENGTH ->
            "Run length to a false alarm as the source's own quiet stretches show it";
        case TARGET -> "Run length to a false alarm that thresholds are set for";
        case LAST_FRAME -> "Capture time of the last frame that was evaluated";
      };
    }
  }

  /**
   * @param mostSources that have a label of their own
   */
  public MonitorMetrics(MeterRegistry meters, int mostSources) {
    this.meters = meters;
    this.labels = new SourceLabels(mostSources);
    Gauge.builder("residua.sources", sources, Map::size)
        .description("Sources that this process monitors")
        .register(meters);
    for (Shown shown : Shown.values()) {
      Gauge.builder(shown.metric, this, metrics -> metrics.ofOthers(shown))
          .description(shown.description())
          .tags(shown.tags(SourceLabels.OTHERS))
          .register(meters);
    }
    incidentOpen(SourceLabels.OTHERS, this::openOfOthers);
    opened(SourceLabels.OTHERS);
    for (Incident.State state : Incident.State.values()) {
      for (Finding.Severity severity : Finding.Severity.values()) {
        incidents[state.ordinal()][severity.ordinal()] =
            Counter.builder("residua.incidents")
                .description("Changes of incidents, by the state that they came into")
                .tag("state", lower(state))
                .tag("severity", lower(severity))
                .register(meters);
      }
    }
    for (Reason reason : Reason.values()) {
      refused[reason.ordinal()] = ScoringMetrics.deadLetters(meters, reason);
    }
  }

  /** Counts from nought on, so that the first one is seen as an increase. */
  private Counter opened(String source) {
    return Counter.builder("residua.incidents.opened")
        .description("Incidents that opened, by source")
        .tag("source", source)
        .register(meters);
  }

  private Meter incidentOpen(String source, java.util.function.Supplier<Number> open) {
    return Gauge.builder("residua.incident.open", open)
        .description("Incidents that are open")
        .tag("source", source)
        .register(meters);
  }

  /** Shows how many scores wait. */
  public void follow(KafkaStreams streams, String scores) {
    ScoringMetrics.consumerLag(meters, Role.MONITOR, () -> lag(streams.metrics(), scores));
  }

  /** Sum over the partitions of a topic of what Kafka's consumers say of them. */
  public static double lag(Map<MetricName, ? extends Metric> metrics, String topic) {
    String spelt = topic.replace('.', '_'); // as some versions of Kafka write topics into metrics
    Map<String, Double> byPartition = new HashMap<>();
    metrics.forEach(
        (name, metric) -> {
          String of = name.tags().get("topic");
          if (name.name().equals("records-lag")
              && (topic.equals(of) || spelt.equals(of))
              && metric.metricValue() instanceof Double records
              && !records.isNaN()) {
            byPartition.merge(name.tags().getOrDefault("partition", ""), records, Math::max);
          }
        });
    return byPartition.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  @Override
  public void evaluated(
      int partition, ScoredFrame frame, MonitorResult judgement, boolean incidentOpen) {
    Watched source =
        sources.computeIfAbsent(frame.source(), name -> watched(partition, labels.of(name)));
    source.reading = Reading.of(frame, judgement.score(), incidentOpen);
    judgement
        .anomalies()
        .forEach(event -> alarm("anomaly_" + lower(event.kind()), event.finding()));
    judgement.drifts().stream()
        .filter(event -> event.kind() == DriftEvent.Kind.ONSET)
        .forEach(event -> alarm("drift_" + lower(event.channel()), event.finding()));
    judgement
        .interventions()
        .forEach(event -> alarm("intervention_" + lower(event.kind()), event.finding()));
    for (Incident incident : judgement.incidents()) {
      incidents[incident.state().ordinal()][incident.severity().ordinal()].increment();
      if (incident.state() == Incident.State.OPENED) {
        opened(source.label).increment();
      }
    }
  }

  private void alarm(String kind, Finding finding) {
    Counter.builder("residua.alarms")
        .description("Events, by kind and severity")
        .tag("kind", kind)
        .tag("severity", lower(finding.severity()))
        .register(meters)
        .increment();
  }

  private Watched watched(int partition, String label) {
    Watched source = new Watched(partition, label);
    if (!source.other()) {
      for (Shown shown : Shown.values()) {
        source.own.add(
            Gauge.builder(shown.metric, source, s -> shown.value.applyAsDouble(s.reading))
                .description(shown.description())
                .tags(shown.tags(label))
                .register(meters));
      }
      source.own.add(incidentOpen(label, () -> source.reading.open()));
      opened(label);
    }
    return source;
  }

  private double ofOthers(Shown shown) {
    return sources.values().stream()
        .filter(Watched::other)
        .map(source -> source.reading)
        .filter(reading -> !Double.isNaN(shown.matters.applyAsDouble(reading)))
        .max(Comparator.comparingDouble(shown.matters))
        .map(shown.value::applyAsDouble)
        .orElse(Double.NaN);
  }

  private double openOfOthers() {
    return sources.values().stream()
        .filter(Watched::other)
        .mapToDouble(source -> source.reading.open())
        .sum();
  }

  @Override
  public void released(int partition) {
    sources
        .values()
        .removeIf(
            source -> {
              boolean gone = source.partition == partition;
              if (gone) {
                source.own.forEach(meters::remove);
              }
              return gone;
            });
  }

  @Override
  public void refused(Reason reason) {
    refused[reason.ordinal()].increment();
  }
}
