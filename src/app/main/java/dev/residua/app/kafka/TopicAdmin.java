package dev.residua.app.kafka;

import dev.residua.app.process.Role;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates and checks the product's topics on a cluster. */
public final class TopicAdmin implements AutoCloseable {
  /** A retention from here on counts as one without a limit. */
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** A broker that starts next to everything else answers late if processors are few. */
  private static final Duration PATIENCE_AT_START = Duration.ofSeconds(60);

  /** Kafka's default of {@code max.message.bytes}. */
  private static final String BROKER_DEFAULT = "1048588";

  /**
   * Least message size of every topic: scores, events and shortened dead letters are smaller, and
   * so is a producer's batch. (A producer whose batches are larger than the topic allows resends
   * them until they expire.)
   */
  private static final long LEAST_MESSAGE_BYTES = 1 << 16;

  /** Begin of the client's name, which is in the name of its thread. */
  static final String CLIENT_ID = "residua-topics-";

  /** Number of the next client. Two of one name would both register their metrics under it. */
  private static final AtomicInteger NEXT = new AtomicInteger(1);

  /** Returns true while the calling thread creates a client of this class. */
  private static final ThreadLocal<Boolean> CREATES = ThreadLocal.withInitial(() -> false);

  /** Loggers that repeat the refusals and missing answers of a broker that this class reports. */
  private static final List<Logger> CLIENTS =
      Stream.of(
              "org.apache.kafka.clients.NetworkClient",
              "org.apache.kafka.clients.admin.internals.AdminMetadataManager",
              "org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy",
              "org.apache.kafka.common.network.Selector",
              "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory")
          .map(Logger::getLogger)
          .toList();

  static {
    CLIENTS.forEach(logger -> logger.setFilter(record -> !isOwnThread()));
  }

  private final Admin admin;
  private final String servers;
  private final AdminCalls calls;

  /**
   * Connects lazily: the first call fails if no broker answers.
   *
   * @throws StartFailedException if the settings of the clients cannot be used, or something else
   *     than Kafka answers
   */
  public TopicAdmin(KafkaClients clients) throws StartFailedException {
    this(clients, PATIENCE);
  }

  /**
   * Like the other constructor, for a service that starts, perhaps together with its broker: if a
   * server listens, each answer may take a minute.
   */
  static TopicAdmin atStart(KafkaClients clients) throws StartFailedException {
    return new TopicAdmin(clients, PATIENCE_AT_START);
  }

  private TopicAdmin(KafkaClients clients, Duration patience) throws StartFailedException {
    this.servers = clients.bootstrapServers();
    BrokerProbe probe = BrokerProbe.of(clients);
    if (probe.foreign()) {
      throw new StartFailedException(probe.problem().orElseThrow());
    }
    this.calls = new AdminCalls(servers, probe.problem().isEmpty() ? patience : PATIENCE, PATIENCE);
    CREATES.set(true);
    try {
      this.admin = clients.create(() -> Admin.create(patient(clients.admin())));
    } finally {
      CREATES.remove();
    }
  }

  private static boolean isOwnThread() {
    return CREATES.get() || Thread.currentThread().getName().contains("| " + CLIENT_ID);
  }

  /** The client gives up a second before the call that waits for it, so that its reason is seen. */
  private Map<String, Object> patient(Map<String, Object> settings) {
    settings.put(AdminClientConfig.CLIENT_ID_CONFIG, CLIENT_ID + NEXT.getAndIncrement());
    settings.put(
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        Math.toIntExact(calls.patience().minusSeconds(1).toMillis()));
    return settings;
  }

  /**
   * Creates the topics that do not exist, and returns when the leaders of all their partitions
   * accept requests. Before that an idempotent producer can lose its sequence for good: a leader
   * that starts between two of its requests refuses the first, accepts the second, and then refuses
   * the first as out of order.
   *
   * @param partitions partitions of each new topic that may have several, at least 1
   * @param replication copies of each partition; empty takes the broker's default
   * @return names of the topics created
   */
  public List<String> create(Topics topics, int partitions, Optional<Short> replication)
      throws StartFailedException {
    Set<String> existing = state().existing();
    int ofTimelines = partitionsLike(topics.frames(), existing, partitions);
    int ofAlerts = partitionsLike(topics.incidents(), existing, partitions);
    List<NewTopic> missing = new ArrayList<>();
    for (Topic<?, ?> topic : topics.all()) {
      if (!existing.contains(topic.name())) {
        missing.add(
            new NewTopic(
                    topic.name(),
                    Optional.of(
                        topic == topics.timelines()
                            ? ofTimelines
                            : topic == topics.alerts()
                                ? ofAlerts
                                : topics.hasOnePartition(topic) ? 1 : partitions),
                    replication)
                .configs(topic.settings()));
      }
    }
    Map<String, Integer> created = new LinkedHashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    missing.forEach(topic -> counts.put(topic.name(), topic.numPartitions()));
    for (Map.Entry<String, KafkaFuture<Void>> result :
        admin.createTopics(missing).values().entrySet()) {
      try {
        calls.answer("create topic " + result.getKey(), result.getValue());
        created.put(result.getKey(), counts.getOrDefault(result.getKey(), partitions));
      } catch (StartFailedException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    awaitLeaders(created);
    return List.copyOf(created.keySet());
  }

  /** Number of partitions of a topic that is partitioned like another. */
  private int partitionsLike(Topic<?, ?> topic, Set<String> existing, int partitions)
      throws StartFailedException {
    return existing.contains(topic.name())
        ? Math.max(partitions, partitionsOf(topic.name()).orElse(partitions))
        : partitions;
  }

  private void awaitLeaders(Map<String, Integer> partitions) throws StartFailedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    partitions.forEach(
        (name, count) -> {
          for (int i = 0; i < count; i++) {
            wanted.put(new TopicPartition(name, i), OffsetSpec.latest());
          }
        });
    // Only a leader answers. The client repeats the request until it does, but gives up on a topic
    // that the broker does not know yet.
    long end = System.nanoTime() + calls.patience().toNanos();
    while (true) {
      try {
        calls.answer("reach the leaders of the new topics", admin.listOffsets(wanted).all());
        return;
      } catch (StartFailedException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  /**
   * Checks that the topics exist with the settings they need and that input and output partitions
   * fit.
   *
   * @return one sentence per problem; empty if there is none
   */
  public List<String> check(Topics topics) throws StartFailedException {
    List<String> problems = new ArrayList<>();
    Map<String, Integer> partitions = partitions(names(topics.all()));
    for (Topic<?, ?> topic : topics.all()) {
      if (!partitions.containsKey(topic.name())) {
        problems.add(
            "topic %s does not exist; create it with: %s"
                .formatted(topic.name(), creation(topics)));
      }
    }
    problems.addAll(checkExisting(topics, partitions));
    return problems;
  }

  /**
   * Like the above, for existing topics only.
   *
   * @return one sentence per problem; empty if there is none
   */
  public List<String> checkExisting(Topics topics) throws StartFailedException {
    return checkExisting(topics, partitions(names(topics.all())));
  }

  /** The command that creates the topics that are missing. */
  public String creation(Topics topics) {
    return "residua topics create --bootstrap %s%s"
        .formatted(
            servers,
            topics.prefix().equals(Topics.DEFAULT_PREFIX)
                ? ""
                : " --topic-prefix " + topics.prefix());
  }

  private List<String> checkExisting(Topics topics, Map<String, Integer> partitions)
      throws StartFailedException {
    List<String> problems = new ArrayList<>();
    tooFew(topics.timelines(), topics.frames(), partitions).ifPresent(problems::add);
    tooFew(topics.alerts(), topics.incidents(), partitions).ifPresent(problems::add);
    if (partitions.getOrDefault(topics.control().name(), 1) > 1) {
      problems.add(
          "topic %s has %d partitions, expected 1, as orders are followed by their offsets; use another residua.topic-prefix, or delete it and the monitor's state (folder and changelog topic) and run: %s"
              .formatted(
                  topics.control().name(),
                  partitions.get(topics.control().name()),
                  creation(topics)));
    }
    Map<String, Config> settings = settings(partitions.keySet());
    for (Topic<?, ?> topic : topics.all()) {
      Config ofTopic = settings.get(topic.name());
      if (ofTopic != null) {
        problems.addAll(settingProblems(topic, ofTopic));
      }
    }
    return problems;
  }

  /**
   * Checks that a source is not forgotten while its frames are still stored.
   *
   * @param forgetAfter time without a frame after which scoring forgets a source
   * @return one sentence, if there is a problem
   */
  public Optional<String> checkForgetting(Topic<?, ?> frames, Duration forgetAfter)
      throws StartFailedException {
    return forgetsTooEarly(frames.name(), retention(frames), forgetAfter);
  }

  private long retention(Topic<?, ?> topic) throws StartFailedException {
    Config settings = settings(List.of(topic.name())).get(topic.name());
    return Long.parseLong(Objects.requireNonNull(settings).get("retention.ms").value());
  }

  static Optional<String> forgetsTooEarly(
      String topic, long retentionMillis, Duration forgetAfter) {
    boolean limited = retentionMillis >= 0 && retentionMillis < FOR_EVER.toMillis();
    Duration kept = limited ? Duration.ofMillis(retentionMillis) : FOR_EVER;
    return forgetAfter.compareTo(kept) >= 0
        ? Optional.empty()
        : Optional.of(
            "topic %s keeps frames %s, but a source is forgotten after %s: a frame that is read again could be scored twice; set residua.sources.forget-after=%s, or shorten retention.ms of the topic"
                .formatted(topic, limited ? "for " + kept : "for ever", forgetAfter, kept));
  }

  /** The problem that a topic has fewer partitions than the one that it is partitioned like. */
  private Optional<String> tooFew(
      Topic<?, ?> topic, Topic<?, ?> besides, Map<String, Integer> partitions) {
    Integer has = partitions.get(topic.name());
    Integer needs = partitions.get(besides.name());
    if (has == null || needs == null || has >= needs) {
      return Optional.empty();
    }
    return Optional.of(
        "topic %s has %d partitions and %s has %d; it needs as many: kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %d"
            .formatted(topic.name(), has, besides.name(), needs, servers, topic.name(), needs));
  }

  private static List<String> names(List<Topic<?, ?>> topics) {
    return topics.stream().<String>map(Topic::name).toList();
  }

  /** Partitions of a topic; empty if there is none of that name. */
  private Optional<Integer> partitionsOf(String topic) throws StartFailedException {
    return Optional.ofNullable(partitions(List.of(topic)).get(topic));
  }

  /** Partitions of those topics that exist, in one request. */
  private Map<String, Integer> partitions(Collection<String> topics) throws StartFailedException {
    Map<String, Integer> partitions = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        partitions.put(
            topic.getKey(),
            calls.answer("describe topic " + topic.getKey(), topic.getValue()).partitions().size());
      } catch (StartFailedException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return partitions;
  }

  /**
   * Checks that these clients have the rights that roles need, on a cluster that controls access.
   *
   * @throws StartFailedException with all that is missing
   */
  public void checkAccess(String prefix, String instance, Set<Role> roles)
      throws StartFailedException {
    List<String> missing;
    try {
      missing = new AccessCheck(admin, calls).missing(RequiredAcl.needed(prefix, instance, roles));
    } catch (AccessCheck.UnansweredException e) {
      throw calls.failed("ask for access", Objects.requireNonNullElse(e.getCause(), e));
    }
    if (!missing.isEmpty()) {
      throw new StartFailedException(
          "Kafka at %s does not allow this user: %s; grant the rights that 'residua topics acls --principal User:NAME --roles %s' prints"
              .formatted(
                  servers,
                  String.join("; ", missing),
                  roles.stream()
                      .map(role -> role.name().toLowerCase(Locale.ROOT))
                      .sorted()
                      .collect(Collectors.joining(","))));
    }
  }

  /** The command of Kafka's own tool that changes a setting of a topic. */
  private String alter(String topic, String setting, String value) {
    return "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s"
        .formatted(servers, topic, setting, value.contains(",") ? "[" + value + "]" : value);
  }

  /**
   * Settings that operators may choose and have chosen, as they differ from those of a topic that
   * the product creates.
   *
   * @return such as {@code residua.evidence retention.ms=1000 (created with 7776000000)}
   */
  public List<String> chosen(Topics topics) throws StartFailedException {
    Map<String, Config> all = settings(names(topics.all()));
    List<String> chosen = new ArrayList<>();
    for (Topic<?, ?> topic : topics.all()) {
      Config settings = Objects.requireNonNull(all.get(topic.name()));
      new TreeMap<>(topic.settings())
          .forEach(
              (name, wanted) -> {
                String actual = settings.get(name).value();
                if (isChosen(name) && !actual.equals(wanted)) {
                  chosen.add(
                      "%s %s=%s (created with %s)".formatted(topic.name(), name, actual, wanted));
                }
              });
    }
    return chosen;
  }

  /** Returns true if the value of a setting is for operators to choose, within bounds. */
  private static boolean isChosen(String setting) {
    return setting.equals("max.message.bytes") || setting.startsWith("retention.");
  }

  /** State of the cluster as this client sees it. */
  public ClusterState state() {
    return new ClusterState(admin, calls);
  }

  private List<String> settingProblems(Topic<?, ?> topic, Config settings) {
    List<String> problems = new ArrayList<>();
    long largest = Long.parseLong(settings.get("max.message.bytes").value());
    if (largest < LEAST_MESSAGE_BYTES) {
      problems.add(
          "topic %s has max.message.bytes=%d, expected at least %d, as a record of the product may be larger; set it with: %s"
              .formatted(
                  topic.name(),
                  largest,
                  LEAST_MESSAGE_BYTES,
                  alter(
                      topic.name(),
                      "max.message.bytes",
                      topic.settings().getOrDefault("max.message.bytes", BROKER_DEFAULT))));
    }
    for (Map.Entry<String, String> wanted : topic.settings().entrySet()) {
      String actual = settings.get(wanted.getKey()).value();
      boolean fits =
          isChosen(wanted.getKey()) // its bound is checked above
              || Set.of(actual.split(",")).equals(Set.of(wanted.getValue().split(",")));
      if (!fits) {
        problems.add(
            "topic %s has %s=%s, expected %s; set it with: %s"
                .formatted(
                    topic.name(),
                    wanted.getKey(),
                    actual,
                    wanted.getValue(),
                    alter(topic.name(), wanted.getKey(), wanted.getValue())));
      }
    }
    return problems;
  }

  /**
   * Time for which some topics keep their records, the longest of them.
   *
   * @return empty if one keeps them for ever
   */
  public Optional<Duration> retention(List<Topic<?, ?>> topics) throws StartFailedException {
    Duration longest = Duration.ZERO;
    for (Config settings : settings(names(topics)).values()) {
      long millis = Long.parseLong(settings.get("retention.ms").value());
      if (millis < 0 || millis >= FOR_EVER.toMillis()) {
        return Optional.empty();
      }
      longest = longest.toMillis() < millis ? Duration.ofMillis(millis) : longest;
    }
    return Optional.of(longest);
  }

  /**
   * Deletes the beginning of partitions.
   *
   * @param before first offset that is kept, by partition
   */
  public void deleteBefore(String topic, Map<Integer, Long> before) throws StartFailedException {
    Map<TopicPartition, RecordsToDelete> deletions = new HashMap<>();
    before.forEach(
        (partition, offset) ->
            deletions.put(
                new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)));
    calls.answer("delete records of topic " + topic, admin.deleteRecords(deletions).all());
  }

  /** Settings of topics that exist, in one request. */
  private Map<String, Config> settings(Collection<String> topics) throws StartFailedException {
    List<ConfigResource> resources =
        topics.stream().map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList();
    Map<String, Config> settings = new HashMap<>();
    for (Map.Entry<ConfigResource, KafkaFuture<Config>> resource :
        admin.describeConfigs(resources).values().entrySet()) {
      String topic = resource.getKey().name();
      settings.put(topic, calls.answer("read the settings of topic " + topic, resource.getValue()));
    }
    return settings;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(2));
  }
}
