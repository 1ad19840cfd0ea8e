package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.scoring.Guarantee;
import dev.residua.scoring.ScoringLoop;
import dev.residua.topic.TopicClients;
import dev.residua.wire.KafkaFailures;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Creates the Kafka clients of this process from the user's settings and those that the product's
 * guarantees need.
 *
 * @param bootstrapServers {@code host:port}, comma-separated
 * @param common settings that the user gave for all clients, such as security
 */
public record KafkaClients(String bootstrapServers, Map<String, String> common) {
  private static final int MAX_REQUEST_BYTES = Topics.MAX_RECORD_BYTES + (1 << 20);

  /**
   * A member that dies silently counts as dead after this; static members keep their partitions
   * until then.
   */
  private static final int SESSION_MILLIS = 10_000;

  /**
   * Transactions of the monitor are short, and that of a dead one blocks readers of its partitions
   * for this time.
   */
  private static final long MONITOR_TRANSACTION_MILLIS = 10_000;

  /**
   * First pause before a transaction's request is sent again, which grows to a second. The broker
   * refuses the first ones of a transaction while it completes the one before; with Kafka's default
   * of 100 ms the frames of one transaction in some hundred were that much later.
   */
  private static final int TRANSACTION_BACKOFF_MILLIS = 5;

  private static final Duration DEFAULT_TRANSACTION_TIMEOUT = Duration.ofSeconds(30);

  public KafkaClients {
    common = Map.copyOf(common);
  }

  /** Time after which the broker aborts a transaction of these clients, which is then repeated. */
  public Duration transactionTimeout() {
    String millis = common.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    return millis == null ? DEFAULT_TRANSACTION_TIMEOUT : Duration.ofMillis(Long.parseLong(millis));
  }

  /** The same clients with another time-out of transactions, in [1 ms, 24 days]. */
  public KafkaClients withTransactionTimeout(Duration timeout) {
    if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "residua.kafka.transaction-timeout must be from PT0.001S to %s but was %s"
              .formatted(Duration.ofMillis(Integer.MAX_VALUE), timeout));
    }
    Map<String, String> settings = new HashMap<>(common);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(timeout.toMillis()));
    return new KafkaClients(bootstrapServers, settings);
  }

  public static KafkaClients of(String bootstrapServers) {
    return new KafkaClients(bootstrapServers, Map.of());
  }

  public Map<String, Object> admin() {
    Map<String, Object> settings = base();
    settings.put("request.timeout.ms", "10000");
    settings.put("default.api.timeout.ms", "14000");
    return settings;
  }

  /**
   * A consumer of committed records that commits no offsets.
   *
   * @param group consumer group
   * @param instance static member id, so that a restart takes the same partitions without a
   *     rebalance
   */
  public KafkaConsumer<byte[], byte[]> scoringConsumer(
      String group, String instance, int maxRecords) {
    // Members that stay do not pause for new ones.
    return member(group, instance, maxRecords, CooperativeStickyAssignor.class);
  }

  /**
   * Like the above, for a group in which one member has all partitions.
   *
   * @param instance static member id
   */
  public KafkaConsumer<byte[], byte[]> onlyConsumer(String group, String instance, int maxRecords) {
    return member(group, instance, maxRecords, OneMemberAssignor.class);
  }

  private KafkaConsumer<byte[], byte[]> member(
      String group,
      String instance,
      int maxRecords,
      Class<? extends ConsumerPartitionAssignor> assignor) {
    Map<String, Object> settings = consumer(IsolationLevel.READ_COMMITTED);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
    settings.put(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(maxRecords, ScoringLoop.POLLED_FRAMES));
    settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, assignor.getName());
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
    return bytes(settings);
  }

  /** A consumer outside any group for state that is read back. */
  public KafkaConsumer<byte[], byte[]> stateReader(IsolationLevel isolation) {
    Map<String, Object> settings = consumer(isolation);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    return bytes(settings);
  }

  /** A consumer outside any group, of committed records, from the end or from the beginning. */
  public <K, V> KafkaConsumer<K, V> follower(Deserializer<K> key, Deserializer<V> value) {
    return new KafkaConsumer<>(consumer(IsolationLevel.READ_COMMITTED), key, value);
  }

  /** A follower of bytes. */
  public KafkaConsumer<byte[], byte[]> follower() {
    return bytes(consumer(IsolationLevel.READ_COMMITTED));
  }

  /** A follower for single records at given offsets, which prefetches as little as possible. */
  public KafkaConsumer<byte[], byte[]> recordReader() {
    Map<String, Object> settings = consumer(IsolationLevel.READ_COMMITTED);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 64 << 10);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 200);
    return bytes(settings);
  }

  /**
   * Creates a client.
   *
   * @throws StartFailedException with what to do, if its settings cannot be used
   */
  <C> C create(Supplier<C> client) throws StartFailedException {
    try {
      return client.get();
    } catch (KafkaException e) {
      throw new StartFailedException(
          KafkaFailures.explain(e, bootstrapServers)
              .orElse("cannot create a client of Kafka: " + RootCause.message(e)),
          e);
    }
  }

  /** A follower that reads a few records at many places. */
  public KafkaConsumer<byte[], byte[]> sampler(int records) {
    Map<String, Object> settings = consumer(IsolationLevel.READ_COMMITTED);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, records);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 256 << 10);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    return bytes(settings);
  }

  /** A follower of one topic. */
  public <K, V> KafkaConsumer<K, V> follower(Topic<K, V> topic) {
    return follower(topic.key().deserializer(), topic.value().deserializer());
  }

  /**
   * A producer of scores, transactional if the guarantee needs it.
   *
   * @param transactionalId of the transactions
   */
  public KafkaProducer<byte[], byte[]> resultProducer(Guarantee guarantee, String transactionalId) {
    Map<String, Object> settings = producer();
    if (guarantee == Guarantee.EXACTLY_ONCE) {
      settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
      settings.put(
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
          Math.toIntExact(transactionTimeout().toMillis()));
    } else {
      settings.remove(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    }
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.putIfAbsent(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, TRANSACTION_BACKOFF_MILLIS);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** An idempotent producer for frames. */
  public KafkaProducer<byte[], byte[]> frameProducer() {
    Map<String, Object> settings = frames();
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Like {@link #frameProducer()}, but gives up early.
   *
   * @param timeout until a frame counts as not stored, in [100 ms, 1 hour]
   * @param bytes of frames that may wait for their answer without blocking the sender
   * @throws IllegalArgumentException if the time-out is outside this range
   */
  public KafkaProducer<byte[], byte[]> frameProducer(Duration timeout, long bytes) {
    long millis = timeout.toMillis();
    if (millis < 100 || millis > Duration.ofHours(1).toMillis()) {
      throw new IllegalArgumentException(
          "residua.ingest.store-timeout must be from PT0.1S to PT1H but was " + timeout);
    }
    Map<String, Object> settings = frames();
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bytes + (long) MAX_REQUEST_BYTES);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) millis);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) millis / 2);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Clients of the registry of models.
   *
   * @param prefix start of all topic names
   */
  public TopicClients registry(String prefix) {
    return new TopicClients(
        this::stateReader,
        () -> resultProducer(Guarantee.EXACTLY_ONCE, registryTransactions(prefix)));
  }

  /**
   * Clients of the rules of sources.
   *
   * @param prefix start of all topic names
   */
  public TopicClients sources(String prefix) {
    return new TopicClients(
        this::stateReader,
        () -> resultProducer(Guarantee.EXACTLY_ONCE, sourcesTransactions(prefix)));
  }

  /** Transactional id of all writers of the rules of sources. */
  static String sourcesTransactions(String prefix) {
    return prefix + "sources";
  }

  /** Transactional id of all writers of the registry of models. */
  static String registryTransactions(String prefix) {
    return prefix + "models";
  }

  /** Settings of Kafka Streams without application id and state directory. */
  public Properties streams() {
    Properties settings = new Properties();
    settings.putAll(base());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        (int) Math.min(MONITOR_TRANSACTION_MILLIS, transactionTimeout().toMillis()));
    if (!common.containsKey(ProducerConfig.RETRY_BACKOFF_MS_CONFIG)) {
      settings.put(
          StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG),
          TRANSACTION_BACKOFF_MILLIS);
    }
    settings.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_MILLIS);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    return settings;
  }

  /** Settings of a consumer that commits no offsets automatically and begins with the oldest. */
  private Map<String, Object> consumer(IsolationLevel isolation) {
    Map<String, Object> settings = base();
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString().toLowerCase(Locale.ROOT));
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return settings;
  }

  private static KafkaConsumer<byte[], byte[]> bytes(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private Map<String, Object> producer() {
    Map<String, Object> settings = base();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) MAX_REQUEST_BYTES * 2);
    return settings;
  }

  private Map<String, Object> frames() {
    Map<String, Object> settings = producer();
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 2);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    return settings;
  }

  private Map<String, Object> base() {
    Map<String, Object> settings = new HashMap<>(common);
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return settings;
  }
}
