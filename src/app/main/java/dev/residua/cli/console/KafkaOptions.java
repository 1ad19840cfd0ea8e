package dev.residua.cli.console;

import dev.residua.app.kafka.BrokerProbe;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.model.BundleStores;
import dev.residua.model.BadBundleException;
import dev.residua.registry.RegistryFollower;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.KafkaFailures;
import dev.residua.wire.RegistrySettings;
import dev.residua.wire.Topic;
import dev.residua.wire.TopicFormats;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that connect to a Kafka cluster. */
public final class KafkaOptions {
  /** Time without a record after which the rest of a topic counts as aborted or compacted. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description =
          "Kafka cluster (default: kafka.bootstrap.servers or KAFKA_BOOTSTRAP_SERVERS as for serve, else the embedded broker of this machine).")
  @Nullable String bootstrap;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "Properties file with further client settings, such as security.")
  @Nullable Path config;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of every topic name (default: residua.topic-prefix, else residua.).")
  @Nullable String prefix;

  @Mixin RegistryOptions registry = new RegistryOptions();

  private final InstallationSettings installation = new InstallationSettings();
  private @Nullable KafkaClients clients;
  private @Nullable Topics topics;

  /** Address of the cluster. */
  public String bootstrap() {
    return bootstrap == null ? installation.bootstrapServers() : bootstrap;
  }

  /** Prefix of every topic name. */
  public String prefix() {
    return prefix == null ? installation.topicPrefix() : prefix;
  }

  /**
   * Clients of that cluster. The first call checks the connection.
   *
   * @throws CommandFailedException with what to do next, if no Kafka broker answers
   */
  public KafkaClients clients() {
    KafkaClients known = clients;
    if (known == null) {
      Map<String, String> common = new HashMap<>(installation.clients());
      if (config != null) {
        common.putAll(PropertiesFile.read(config, "the client settings"));
      }
      known = new KafkaClients(bootstrap(), common);
      Optional<String> problem = BrokerProbe.of(known).problem();
      if (problem.isPresent()) {
        throw new CommandFailedException(problem.get());
      }
      clients = known;
    }
    return known;
  }

  /** A consumer of committed records, outside of any group. */
  public Consumer<byte[], byte[]> consumer() {
    return clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Passes on the records of a topic, up to its present end, in order within a partition.
   *
   * @param progress receives the completed share, in [0, 1]
   * @throws CommandFailedException if there is no such topic or partition
   */
  public void read(
      String topic,
      OffsetRange range,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      DoubleConsumer progress) {
    try (Consumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> partitions =
          TopicSpans.partitions(consumer, topic).stream().filter(range::includes).toList();
      if (partitions.isEmpty()) {
        throw new CommandFailedException(
            "topic %s does not exist on %s, or does not have this partition"
                .formatted(topic, bootstrap()));
      }
      Map<TopicPartition, Long> starts = new HashMap<>(consumer.beginningOffsets(partitions));
      Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
      starts.replaceAll((partition, start) -> Math.max(start, range.from()));
      ends.replaceAll((partition, end) -> Math.min(end, range.until()));
      new TopicSpans(consumer, TopicSpans.spans(starts, ends))
          .withStall(SILENCE)
          .withProgress(progress)
          .read(each); // later records were aborted
    } catch (KafkaException e) {
      throw failed("reading " + topic, e);
    }
  }

  /** The topics; reads their records in every format. */
  public Topics topics() {
    Topics known = topics;
    if (known == null) {
      known = new Topics(prefix(), new TopicFormats(Map.of(), registry.settings()));
      topics = known;
    }
    return known;
  }

  /**
   * A topic whose records commands show.
   *
   * @param name with or without the prefix
   * @throws CommandFailedException with the possible names
   */
  public Topic<?, ?> shown(String name) {
    Topics all = topics();
    List<Topic<?, ?>> shown = new ArrayList<>(List.of(all.scores()));
    shown.addAll(all.findings());
    shown.addAll(List.of(all.incidentGroups(), all.control(), all.deadLetters()));
    String full = name.startsWith(prefix()) ? name : prefix() + name;
    return shown.stream()
        .filter(topic -> topic.name().equals(full))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailedException(
                    "--topic must be one of %s but was %s"
                        .formatted(shown.stream().map(Topic::name).toList(), name)));
  }

  /** A use of the registry of models by one command. */
  @FunctionalInterface
  public interface RegistryUse<T> {
    T with(RegistryFollower registry) throws IOException, BadBundleException;
  }

  /**
   * Reads the registry of models to its end and follows it while a command uses it.
   *
   * @throws CommandFailedException with what to do next, if it cannot be read or the use fails
   */
  public <T> T withRegistry(BundleStores stores, RegistryUse<T> use) {
    try (RegistryFollower registry =
        new RegistryFollower(clients().registry(prefix()), topics(), stores)) {
      registry.refreshed();
      return use.with(registry);
    } catch (IOException | BadBundleException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    } catch (KafkaException e) {
      throw failed("reading the registry of models", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }

  /** The scene of a source, by the rules of sources. */
  public String sceneOf(String source) {
    try {
      return SourceRulesTable.read(clients().sources(prefix()), topics().sources())
          .of(source)
          .scene();
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    } catch (KafkaException e) {
      throw failed("reading the rules of sources", e);
    }
  }

  /** Stores of the bundles that are not in Kafka, as serve has them. */
  public BundleStores bundleStores() {
    try {
      return BundleStores.of(installation.config());
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  /** The schema registry; empty if none is given. */
  public Optional<RegistrySettings> registry() {
    return registry.settings();
  }

  /**
   * The failure of a command because of Kafka.
   *
   * @param what the action that failed, such as {@code reading residua.scores}
   */
  public CommandFailedException failed(String what, Throwable why) {
    return new CommandFailedException(
        KafkaFailures.explain(why, bootstrap())
            .map(reason -> "%s failed: %s".formatted(what, reason))
            .orElse("%s at %s failed: %s".formatted(what, bootstrap(), Failures.reason(why))),
        why);
  }
}
