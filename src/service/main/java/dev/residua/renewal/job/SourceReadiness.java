package dev.residua.renewal.job;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningReport.Challenger;
import dev.residua.drift.CalibrationPhase;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Readiness of the sources that are watched with a calibration of their own, under a challenger
 * from its first frame.
 *
 * @param watched sources that the active model watches so
 * @param unseen those of them that the challenger has not scored
 * @param waiting those that it has scored, and that still learn or need a review: why, by source
 */
record SourceReadiness(int watched, int unseen, Map<String, String> waiting) {
  /** Sources that a sentence names. */
  private static final int NAMED = 3;

  SourceReadiness {
    waiting = new TreeMap<>(waiting);
  }

  /**
   * Compares the calibrations of the sources under both models.
   *
   * @param reports the last of each source, of any scene
   * @param inScene whether a source is in the scene of the challenger; others may have its model
   * @param active id of the active model
   * @param challenger id under which the challenger would become active
   */
  static SourceReadiness of(
      Collection<CommissioningReport> reports,
      Predicate<String> inScene,
      String active,
      String challenger) {
    int watched = 0;
    int unseen = 0;
    Map<String, String> waiting = new TreeMap<>();
    for (CommissioningReport report : reports) {
      if (!report.modelId().equals(active)
          || report.calibration() == null
          || !inScene.test(report.source())) {
        continue;
      }
      watched++;
      Challenger known = report.challenger();
      if (known == null || !known.modelId().equals(challenger)) {
        unseen++;
      } else if (known.status().phase() != CalibrationPhase.ARMED) {
        waiting.put(report.source(), String.join(", ", known.status().reasons()));
      }
    }
    return new SourceReadiness(watched, unseen, waiting);
  }

  /** Like the above, from the present records of the topic. */
  static SourceReadiness read(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Predicate<String> inScene,
      String active,
      String challenger,
      BooleanSupplier cancelled) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      return of(reports(consumer, topics.calibrations(), cancelled), inScene, active, challenger);
    }
  }

  /** The last report of every source that the topic has now. */
  static Collection<CommissioningReport> reports(
      Consumer<byte[], byte[]> consumer,
      Topic<String, CommissioningReport> topic,
      BooleanSupplier cancelled) {
    Map<String, CommissioningReport> reports = new HashMap<>();
    TopicSpans.all(consumer, topic.name())
        .stoppedBy(cancelled)
        .readAll(record -> topic.keepLast(record, reports));
    return reports.values();
  }

  /** Returns true if no source that sends frames would be without a watch. */
  boolean ready() {
    return waiting.isEmpty();
  }

  /** Returns true if every source is known to be watched, also those that send nothing now. */
  boolean complete() {
    return waiting.isEmpty() && unseen == 0;
  }

  String sentence() {
    int calibrated = watched - unseen - waiting.size();
    String first = "%d of %d sources are calibrated for it".formatted(calibrated, watched);
    List<String> parts = new ArrayList<>(List.of(first));
    waiting.entrySet().stream()
        .limit(NAMED)
        .forEach(one -> parts.add("not %s (%s)".formatted(one.getKey(), one.getValue())));
    if (waiting.size() > NAMED) {
      parts.add("and not %d more".formatted(waiting.size() - NAMED));
    }
    if (unseen > 0) {
      parts.add("%d sent no frame meanwhile".formatted(unseen));
    }
    return String.join(", ", parts);
  }
}
