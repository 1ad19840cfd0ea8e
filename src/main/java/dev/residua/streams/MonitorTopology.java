package dev.residua.streams;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.wire.Topics;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Scores to verdicts and drift, keyed by source. */
public final class MonitorTopology {
  private MonitorTopology() {}

  /**
   * The topology for one model.
   *
   * @param topics where scores come from and findings go
   */
  public static Topology build(Topics topics, MonitorModel model) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(store(JudgeFrame.STORE));
    builder.addStateStore(store(TrackDrift.STORE));

    KStream<String, ScoredFrame> scores =
        builder.stream(topics.scores().name(), topics.scores().consumed("scores"))
            .processValues(() -> new CheckModel(model), Named.as("check-model"));

    scores
        .processValues(() -> new JudgeFrame(model), Named.as("judge-frame"), JudgeFrame.STORE)
        .processValues(
            () -> new AddCloudEventHeaders<>("dev.residua.anomaly", AnomalyEvent::finding),
            Named.as("describe-anomaly"))
        .to(topics.anomalies().name(), topics.anomalies().produced("anomalies"));

    KStream<String, TrackDrift.Tracked> tracked =
        scores.processValues(
            () -> new TrackDrift(model), Named.as("track-drift"), TrackDrift.STORE);
    tracked
        .mapValues(TrackDrift.Tracked::score, Named.as("drift-score"))
        .to(topics.drift().name(), topics.drift().produced("drift"));
    tracked
        .flatMapValues(TrackDrift.Tracked::events, Named.as("only-drift-events"))
        .processValues(
            () -> new AddCloudEventHeaders<>("dev.residua.drift", DriftEvent::finding),
            Named.as("describe-drift"))
        .to(topics.drifts().name(), topics.drifts().produced("drifts"));
    return builder.build();
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
        .withCachingEnabled() // one changelog record a source and commit, not one a frame
        .withLoggingEnabled(Map.of("cleanup.policy", "compact"));
  }
}
