package dev.residua.bench;

import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Short retention and small segments for the topics of a soak benchmark, so that they reach their
 * constant size early; and that size.
 */
final class SoakTopics {
  /** Settings of a broker that is started for the benchmark. */
  static final Map<String, String> BROKER =
      Map.of(
          "log.retention.check.interval.ms", "20000",
          "log.segment.delete.delay.ms", "5000",
          "log.cleaner.backoff.ms", "5000");

  private static final int SEGMENT_BYTES = 16 << 20;

  private final Admin admin;
  private final String prefix;
  private final boolean internal;
  private final Duration retention;
  private final Set<String> done = new HashSet<>();

  /**
   * @param internal whether Kafka's own topics belong to the benchmark too
   */
  SoakTopics(Admin admin, String prefix, boolean internal, Duration retention) {
    this.admin = admin;
    this.prefix = prefix;
    this.internal = internal;
    this.retention = retention;
  }

  void shorten(String topic) throws ExecutionException, InterruptedException {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(set("retention.ms", retention.toMillis()))))
        .all()
        .get();
  }

  /** Applies the settings that are missing. */
  void apply() throws ExecutionException, InterruptedException {
    List<ConfigResource> open = new ArrayList<>();
    String fixed = new Topics(prefix).evidence().name(); // a service checks its settings
    for (String topic : names()) {
      if (!topic.equals(fixed) && done.add(topic)) {
        open.add(new ConfigResource(ConfigResource.Type.TOPIC, topic));
      }
    }
    Map<ConfigResource, Collection<AlterConfigOp>> changes =
        new TreeMap<>(Comparator.comparing(ConfigResource::name));
    Map<ConfigResource, Config> present = admin.describeConfigs(open).all().get();
    present.forEach(
        (topic, config) -> changes.put(topic, changes(config.get("cleanup.policy").value())));
    admin.incrementalAlterConfigs(changes).all().get();
  }

  private List<AlterConfigOp> changes(String policy) {
    List<AlterConfigOp> changes = new ArrayList<>();
    long part = retention.toMillis() / 3;
    changes.add(set("segment.bytes", SEGMENT_BYTES));
    changes.add(set("segment.ms", part));
    if (policy.contains("delete")) {
      changes.add(set("retention.ms", retention.toMillis()));
    }
    if (policy.contains("compact")) {
      changes.add(set("delete.retention.ms", part));
      changes.add(set("max.compaction.lag.ms", 2 * part));
    }
    return changes;
  }

  private static AlterConfigOp set(String name, long value) {
    return new AlterConfigOp(new ConfigEntry(name, Long.toString(value)), AlterConfigOp.OpType.SET);
  }

  private Set<String> names() throws ExecutionException, InterruptedException {
    Set<String> names = new HashSet<>();
    for (String name : admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get()) {
      if (name.startsWith(prefix) || (internal && name.startsWith("__"))) {
        names.add(name);
      }
    }
    return names;
  }

  /** Bytes of each topic on all brokers, without the prefix in its name. */
  Map<String, Long> bytes() throws ExecutionException, InterruptedException {
    Map<String, Long> bytes = new TreeMap<>();
    TopicSizes.of(admin, names()::contains)
        .forEach(
            (topic, size) ->
                bytes.put(
                    topic.startsWith(prefix) ? topic.substring(prefix.length()) : topic, size));
    return bytes;
  }
}
