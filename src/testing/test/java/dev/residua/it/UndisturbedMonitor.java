package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftScore;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceSettings;
import dev.residua.runtime.BundleOpener;
import dev.residua.source.SourceRule;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Findings of monitors with the product's defaults on undisturbed scores. */
final class UndisturbedMonitor {
  /** Those of a service with its defaults: the budget follows the measured frame rate. */
  private static final SourceSettings SETTINGS =
      SourceSettings.of(SourceRule.DEFAULTS, new SourceSettings.Budget(1, 20), false);

  private UndisturbedMonitor() {}

  /** Values of a topic by key, in the order of the topic. */
  static Map<String, List<byte[]>> values(KafkaClients clients, String topic) {
    Map<String, List<byte[]>> byKey = new TreeMap<>();
    try (TopicReader<byte[], byte[]> reader =
        new TopicReader<>(
            clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer()), topic)) {
      reader.readToEnd(
          record ->
              byKey
                  .computeIfAbsent(
                      new String(record.key(), StandardCharsets.UTF_8), k -> new ArrayList<>())
                  .add(record.value()));
    }
    return byKey;
  }

  /** A score from its bytes. */
  static ScoredFrame scored(Topics topics, byte[] value) {
    return topics.scores().value().deserializer().deserialize(topics.scores().name(), value);
  }

  /**
   * Checks that every score has one drift score, equal byte for byte to that of a monitor which saw
   * the scores of the source one after the other.
   *
   * @param scores values of the scores topic by source
   * @param drifts values of the drift topic by source
   */
  static void assertSameDriftScores(
      Topics topics, Map<String, List<byte[]>> scores, Map<String, List<byte[]>> drifts)
      throws BadBundleException {
    assertSameDriftScores(Models.read(Optional.empty()), topics, scores, drifts);
  }

  /**
   * The same for another model than that of the demo.
   *
   * @param model that made the scores
   */
  static void assertSameDriftScores(
      ModelBundle model,
      Topics topics,
      Map<String, List<byte[]>> scores,
      Map<String, List<byte[]>> drifts)
      throws BadBundleException {
    assertThat(drifts.keySet()).isEqualTo(scores.keySet());
    MonitorThresholds limits = limits(model);
    scores.forEach(
        (source, list) -> {
          SourceMonitor undisturbed = SourceMonitor.start(limits);
          List<byte[]> found = drifts.get(source);
          assertThat(found).as("drift scores of %s", source).hasSameSizeAs(list);
          double largest = 0;
          for (int i = 0; i < list.size(); i++) {
            DriftScore score =
                undisturbed
                    .next(scored(topics, list.get(i)), ActiveControls.EMPTY, SETTINGS)
                    .score()
                    .orElseThrow();
            byte[] wanted =
                topics.drift().value().serializer().serialize(topics.drift().name(), score);
            assertThat(found.get(i)).as("drift score %d of %s", i, source).isEqualTo(wanted);
            largest = Math.max(largest, score.statistic());
          }
          assertThat(largest).as("largest drift statistic of %s", source).isPositive();
        });
  }

  private static MonitorThresholds limits(ModelBundle model) throws BadBundleException {
    return new MonitorThresholds(
        BundleOpener.monitor(
            model,
            AnomalySettings.DEFAULTS,
            new FalseAlarmBudget(1, FalseAlarmBudget.Period.WEEK, 20).runLength(),
            IncidentSettings.DEFAULTS));
  }
}
