package dev.residua.streams;

import dev.residua.incident.Incident;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Scores to verdicts, drift and incidents, keyed by source. */
public final class MonitorTopology {
  /** Store with a changelog topic: one record per source. */
  public static final String STATE_STORE = MonitorSource.STORE;

  /**
   * Incidents have their ids as keys, and the partition of their source, so that they keep order.
   */
  private static final StreamPartitioner<String, Incident> BY_SOURCE =
      (topic, id, incident, partitions) ->
          Optional.of(
              Set.of(
                  Utils.toPositive(
                          Utils.murmur2(incident.source().getBytes(StandardCharsets.UTF_8)))
                      % partitions));

  private static final String MONITOR = "monitor-source";

  private MonitorTopology() {}

  /** The topology without a listener. */
  public static Topology build(
      Topics topics, MonitorModels models, ControlCommandStore commands, SourceLimits limits) {
    return build(
        topics, models, commands, MonitorRules.NONE, limits, MonitorListener.NONE, Tracing.OFF);
  }

  /** The topology with its state on disk. */
  public static Topology build(
      Topics topics,
      MonitorModels models,
      ControlCommandStore commands,
      MonitorRules rules,
      SourceLimits limits,
      MonitorListener listener,
      Tracing tracing) {
    return build(
        topics,
        models,
        commands,
        rules,
        limits,
        listener,
        tracing,
        Stores.persistentKeyValueStore(STATE_STORE));
  }

  /**
   * The topology.
   *
   * @param topics of scores and findings
   * @param models models that scores may be of
   * @param commands receives the commands of operators; one per topology
   * @param rules settings of the sources
   * @param limits bounds of the sources of a partition
   * @param listener observes the results
   * @param tracing continues the traces of frames
   * @param states stores the state of the sources, under the name {@link #STATE_STORE}
   */
  public static Topology build(
      Topics topics,
      MonitorModels models,
      ControlCommandStore commands,
      MonitorRules rules,
      SourceLimits limits,
      MonitorListener listener,
      Tracing tracing,
      KeyValueBytesStoreSupplier states) {
    LiveSources live = new LiveSources(limits.live(), Runtime.getRuntime().maxMemory());
    String[] scores = {"check-model", "check-challenger"};
    Topology topology = new Topology();
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(ControlCommandStore.STORE),
            Serdes.String(),
            Serdes.ByteArray()),
        "control",
        Serdes.String().deserializer(),
        Serdes.ByteArray().deserializer(),
        topics.control().name(),
        "control-commands",
        () -> commands.keeper(topics.control().value().deserializer()));
    addSource(topology, "scores", topics.scores());
    topology.addProcessor(scores[0], () -> new CheckModel(models, false), "scores");
    addSource(topology, "shadow", topics.shadowScores());
    topology.addProcessor(scores[1], () -> new CheckModel(models, true), "shadow");
    topology.addProcessor(
        MONITOR,
        () -> new MonitorSource(models, commands, rules, limits, live, topics, listener, tracing),
        scores);
    topology.addStateStore(monitors(states), MONITOR);
    addSink(topology, ResultForwarder.DRIFT, topics.drift());
    addSink(topology, ResultForwarder.ANOMALIES, topics.anomalies());
    addSink(topology, ResultForwarder.DRIFTS, topics.drifts());
    addSink(topology, ResultForwarder.INTERVENTIONS, topics.interventions());
    topology.addSink(
        ResultForwarder.INCIDENTS,
        topics.incidents().name(),
        topics.incidents().key().serializer(),
        topics.incidents().value().serializer(),
        BY_SOURCE,
        MONITOR);
    addSink(topology, ResultForwarder.CALIBRATIONS, topics.calibrations());
    addSink(topology, ResultForwarder.SOURCE_STATES, topics.sourceStates());
    return topology;
  }

  private static <V> void addSource(Topology topology, String name, Topic<String, V> topic) {
    topology.addSource(
        name, topic.key().deserializer(), topic.value().deserializer(), topic.name());
  }

  private static <V> void addSink(Topology topology, String name, Topic<String, V> topic) {
    topology.addSink(
        name, topic.name(), topic.key().serializer(), topic.value().serializer(), MONITOR);
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> monitors(
      KeyValueBytesStoreSupplier states) {
    return Stores.keyValueStoreBuilder(states, Serdes.String(), Serdes.ByteArray())
        .withCachingEnabled() // one changelog record per source and commit, not per frame
        .withLoggingEnabled(Map.of("cleanup.policy", "compact"));
  }
}
