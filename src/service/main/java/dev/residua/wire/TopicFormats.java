package dev.residua.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Formats of the topics that other programs read.
 *
 * @param byTopic by name without prefix; topics that are missing have {@link RecordFormat#AVRO}
 * @param registry of the ids of schemas; needed for {@link RecordFormat#AVRO_REGISTRY}
 */
public record TopicFormats(Map<String, RecordFormat> byTopic, Optional<RegistrySettings> registry) {
  /** Names of the topics whose format can be chosen, without prefix. */
  public static final List<String> TOPICS =
      List.of(
          "scores",
          "drift",
          "anomalies",
          "drifts",
          "interventions",
          "incidents",
          "incident-groups",
          "calibrations",
          "source-states");

  /** Avro single-object encoding everywhere, without a registry. */
  public static final TopicFormats DEFAULTS = new TopicFormats(Map.of(), Optional.empty());

  public TopicFormats {
    byTopic = Map.copyOf(byTopic);
    for (Map.Entry<String, RecordFormat> each : byTopic.entrySet()) {
      if (!TOPICS.contains(each.getKey())) {
        throw new IllegalArgumentException(
            "residua.formats.%s: there is no topic of this name whose format can be chosen; expected one of %s"
                .formatted(each.getKey(), String.join(", ", TOPICS)));
      }
      if (each.getValue() == RecordFormat.AVRO_REGISTRY && registry.isEmpty()) {
        throw new IllegalArgumentException(
            "residua.formats.%s=avro-registry needs a schema registry; set residua.registry.url"
                .formatted(each.getKey()));
      }
    }
  }

  RecordFormat of(String topic) {
    return byTopic.getOrDefault(topic, RecordFormat.AVRO);
  }
}
