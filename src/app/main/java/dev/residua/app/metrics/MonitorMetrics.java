package dev.residua.app.metrics;

import static dev.residua.app.metrics.Meters.lower;

import dev.residua.app.process.Role;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Incident;
import dev.residua.monitor.MonitorResult;
import dev.residua.streams.MonitorListener;
import dev.residua.streams.RefusalListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of the monitor. Sources beyond a number share the label {@code _other}, whose gauges show
 * the most important value: the statistic nearest to its threshold, the shortest run length, the
 * sum of open incidents, the latest frame. For any thread.
 */
public final class MonitorMetrics implements MonitorListener, RefusalListener {
  private final MeterRegistry meters;
  private final SourceLabels labels;
  private final PValueHistogram pValues;
  private final Function<String, List<String>> latents;
  private final Map<String, Watched> sources = new ConcurrentHashMap<>();
  private final Counter[] refused;
  private final Counter[][] incidents; // [state][severity]

  /** Last reading of one source; written by the thread of its partition. */
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
      double open,
      @Nullable CalibrationPhase phase,
      boolean proposed) {
    static final Reading NOTHING =
        new Reading(
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            0,
            null,
            false);

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
          open ? 1 : 0,
          score.calibration().phase(),
          score.calibration().recalibrationProposed());
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

    Meter register(MeterRegistry meters, String source, Supplier<Number> shown) {
      return detector.isEmpty()
          ? Meters.gauge(meters, metric, description(), shown, "source", source)
          : Meters.gauge(
              meters, metric, description(), shown, "source", source, "detector", detector);
    }

    String description() {
      return switch (this) {
        case STATISTIC, PICTURE_STATISTIC -> "Largest drift statistic after the last frame";
        case THRESHOLD, PICTURE_THRESHOLD -> "Drift statistic from which on drift is reported";
        case RUN_LENGTH -> "Run length to a false alarm as the source's own quiet periods show it";
        case TARGET -> "Run length to a false alarm that thresholds are set for";
        case LAST_FRAME -> "Capture time of the last frame that was evaluated";
      };
    }
  }

  /**
   * @param mostSources that have a label of their own
   * @param latents names of the latents of a model, by its id; empty if it is not known now
   */
  public MonitorMetrics(
      MeterRegistry meters, int mostSources, Function<String, List<String>> latents) {
    this.meters = meters;
    this.labels = new SourceLabels(mostSources);
    this.pValues = new PValueHistogram(meters);
    this.latents = latents;
    Meters.gauge(meters, "residua.sources", "Sources that this process monitors", sources::size);
    for (CalibrationPhase phase : CalibrationPhase.values()) {
      Meters.gauge(
          meters,
          "residua.source.calibrations",
          "Sources that this process monitors, by the phase of their calibration",
          () -> inPhase(phase),
          "phase",
          lower(phase));
    }
    Meters.gauge(
        meters,
        "residua.source.recalibrations.proposed",
        "Sources that this process monitors whose p-values are no longer uniform, so that it is"
            + " proposed to recalibrate them",
        () -> sources.values().stream().filter(source -> source.reading.proposed()).count());
    for (Shown shown : Shown.values()) {
      shown.register(meters, SourceLabels.OTHERS, () -> ofOthers(shown));
    }
    incidentOpen(SourceLabels.OTHERS, this::openOfOthers);
    opened(SourceLabels.OTHERS);
    incidents =
        Arrays.stream(Incident.State.values())
            .map(
                state ->
                    Meters.counters(
                        meters,
                        "residua.incidents",
                        "Changes of incidents, by the state that they came into",
                        "severity",
                        Finding.Severity.values(),
                        "state",
                        lower(state)))
            .toArray(Counter[][]::new);
    refused = Meters.deadLetters(meters, Reason.values());
  }

  /** Counts from 0 on, so that the first one shows as an increase. */
  private Counter opened(String source) {
    return Meters.counter(
        meters, "residua.incidents.opened", "Incidents that opened, by source", "source", source);
  }

  private Meter incidentOpen(String source, Supplier<Number> open) {
    return Meters.gauge(
        meters, "residua.incident.open", "Incidents that are open", open, "source", source);
  }

  /** Shows the number of waiting scores. */
  public void follow(Supplier<? extends Map<MetricName, ? extends Metric>> metrics, String scores) {
    Meters.consumerLag(meters, Role.MONITOR, () -> lag(metrics.get(), scores));
  }

  /** Sum of the lags that Kafka's consumers report for the partitions of a topic. */
  public static double lag(Map<MetricName, ? extends Metric> metrics, String topic) {
    String inMetrics = topic.replace('.', '_'); // as some versions of Kafka do
    Map<String, Double> byPartition = new HashMap<>();
    metrics.forEach(
        (name, metric) -> {
          String of = name.tags().get("topic");
          if (name.name().equals("records-lag")
              && (topic.equals(of) || inMetrics.equals(of))
              && metric.metricValue() instanceof Double records
              && !records.isNaN()) {
            byPartition.merge(name.tags().getOrDefault("partition", ""), records, Math::max);
          }
        });
    return byPartition.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  @Override
  public void evaluated(
      int partition, ScoredFrame frame, MonitorResult result, boolean incidentOpen) {
    Watched source =
        sources.computeIfAbsent(frame.source(), name -> watched(partition, labels.of(name)));
    result
        .score()
        .ifPresent(
            score -> {
              source.reading = Reading.of(frame, score, incidentOpen);
              pValues.observe(latents.apply(score.modelId()), score.calibration().pValues());
            });
    result.anomalies().forEach(event -> alarm("anomaly_" + lower(event.kind()), event.finding()));
    result.drifts().stream()
        .filter(event -> event.kind() == DriftEvent.Kind.ONSET)
        .forEach(event -> alarm("drift_" + lower(event.channel()), event.finding()));
    result
        .interventions()
        .forEach(event -> alarm("intervention_" + lower(event.kind()), event.finding()));
    changed(result);
  }

  @Override
  public void changed(MonitorResult result) {
    for (Incident incident : result.incidents()) {
      incidents[incident.state().ordinal()][incident.severity().ordinal()].increment();
      if (incident.state() == Incident.State.OPENED) {
        opened(labels.of(incident.source())).increment();
      }
    }
  }

  private void alarm(String kind, Finding finding) {
    if (finding.isBelowMinimum()) {
      Meters.counter(
              meters,
              "residua.alarms.below.minimum",
              "Events whose effect is below the minimum of their source, by kind",
              "kind",
              kind)
          .increment();
    }
    Meters.counter(
            meters,
            "residua.alarms",
            "Events, by kind and severity",
            "kind",
            kind,
            "severity",
            lower(finding.severity()))
        .increment();
  }

  private Watched watched(int partition, String label) {
    Watched source = new Watched(partition, label);
    if (!source.other()) {
      for (Shown shown : Shown.values()) {
        source.own.add(
            shown.register(meters, label, () -> shown.value.applyAsDouble(source.reading)));
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

  private long inPhase(CalibrationPhase phase) {
    return sources.values().stream().filter(source -> source.reading.phase() == phase).count();
  }

  private double openOfOthers() {
    return sources.values().stream()
        .filter(Watched::other)
        .mapToDouble(source -> source.reading.open())
        .sum();
  }

  @Override
  public void forgotten(String source) {
    Watched gone = sources.remove(source);
    if (gone != null) {
      gone.own.forEach(meters::remove);
    }
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
