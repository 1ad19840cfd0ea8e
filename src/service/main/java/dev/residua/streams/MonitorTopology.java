package dev.residua.streams;

import dev.residua.incident.Incident;
import dev.residua.monitor.MonitorResult;
import dev.residua.streams.AddCloudEventHeaders.Attributes;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
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
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(monitors(states));
    builder.addGlobalStore(
        Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(ControlCommandStore.STORE),
            Serdes.String(),
            Serdes.ByteArray()),
        topics.control().name(),
        Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("control"),
        () -> commands.keeper(topics.control().value().deserializer()));

    LiveSources live = new LiveSources(limits.live(), Runtime.getRuntime().maxMemory());
    KStream<String, CheckModel.Checked> ofChallengers =
        builder.stream(topics.shadowScores().name(), topics.shadowScores().consumed("shadow"))
            .processValues(() -> new CheckModel(models, true), Named.as("check-challenger"));
    KStream<String, MonitorResult> results =
        builder.stream(topics.scores().name(), topics.scores().consumed("scores"))
            .processValues(() -> new CheckModel(models, false), Named.as("check-model"))
            .merge(ofChallengers, Named.as("with-challengers"))
            .process(
                () -> new MonitorSource(models, commands, rules, limits, live, listener, tracing),
                Named.as("monitor-source"),
                MonitorSource.STORE);
    results
        .flatMapValues(result -> result.score().stream().toList(), Named.as("drift-score"))
        .to(topics.drift().name(), topics.drift().produced("drift"));
    publish(
        results.flatMapValues(MonitorResult::anomalies, Named.as("only-anomaly-events")),
        "anomaly",
        event -> Attributes.of(event.finding()),
        topics.anomalies(),
        topics.anomalies().produced("anomaly-events"),
        tracing);
    publish(
        results.flatMapValues(MonitorResult::drifts, Named.as("only-drift-events")),
        "drift",
        event -> Attributes.of(event.finding()),
        topics.drifts(),
        topics.drifts().produced("drift-events"),
        tracing);
    publish(
        results.flatMapValues(MonitorResult::interventions, Named.as("only-interventions")),
        "intervention",
        event -> Attributes.of(event.finding()),
        topics.interventions(),
        topics.interventions().produced("intervention-events"),
        tracing);
    publish(
        results
            .flatMapValues(MonitorResult::incidents, Named.as("only-incidents"))
            .selectKey((source, incident) -> incident.id(), Named.as("key-by-incident")),
        "incident",
        Attributes::of,
        topics.incidents(),
        topics.incidents().produced("incident-events").withStreamPartitioner(BY_SOURCE),
        tracing);
    results
        .filter(
            (source, result) ->
                result.commissioning().isPresent() || result == MonitorResult.FORGOTTEN,
            Named.as("only-commissioning"))
        .mapValues(result -> result.commissioning().orElse(null), Named.as("calibration"))
        .to(topics.calibrations().name(), topics.calibrations().produced("calibrations"));
    return builder.build();
  }

  private static <E> void publish(
      KStream<String, E> events,
      String type,
      Function<E, Attributes> attributesOf,
      Topic<String, E> topic,
      Produced<String, E> produced,
      Tracing tracing) {
    events
        .processValues(
            () -> new AddCloudEventHeaders<>("dev.residua." + type, attributesOf, topic, tracing),
            Named.as("describe-" + type))
        .to(topic.name(), produced);
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> monitors(
      KeyValueBytesStoreSupplier states) {
    return Stores.keyValueStoreBuilder(states, Serdes.String(), Serdes.ByteArray())
        .withCachingEnabled() // one changelog record per source and commit, not per frame
        .withLoggingEnabled(Map.of("cleanup.policy", "compact"));
  }
}
