package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.frame.RejectedFrameException;
import dev.residua.source.ExpiredPrefix;
import dev.residua.source.ExpiredPrefix.Stored;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the frames, dead letters and evidence that are past the retention of their source: of
 * each partition the beginning in which all records are. All processes share the partitions as one
 * consumer group. A record is read once, when those before it have expired; while no rule has a
 * retention, nothing is read.
 */
public final class SourceRetention implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceRetention.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
  private final Deletion deletion;
  private final Topics topics;
  private final List<Topic<?, ?>> stored;
  private final Supplier<SourceRules> rules;
  private final Clock clock;
  private final Duration period;
  private final Listener listener;

  /** Of the partitions of this process. */
  private final Map<TopicPartition, ExpiredPrefix> prefixes = new HashMap<>();

  /** Records that keep expired ones after them, as far as was read. */
  private final Map<TopicPartition, Stored> remaining = new HashMap<>();

  private SourceRules examined = SourceRules.EMPTY;
  private long nextPass;
  private volatile boolean stopped;

  /** Requests to the brokers. */
  public interface Deletion {
    /**
     * Deletes the beginning of partitions.
     *
     * @param before first offset that is kept, by partition
     */
    void deleteBefore(String topic, Map<Integer, Long> before) throws StartFailedException;

    /** Time for which a topic keeps records; empty without a limit. */
    Optional<Duration> retention(Topic<?, ?> topic) throws StartFailedException;

    /** With a client of its own for each call. */
    static Deletion of(KafkaClients clients) {
      return new Deletion() {
        @Override
        public void deleteBefore(String topic, Map<Integer, Long> before)
            throws StartFailedException {
          try (TopicAdmin admin = new TopicAdmin(clients)) {
            admin.deleteBefore(topic, before);
          }
        }

        @Override
        public Optional<Duration> retention(Topic<?, ?> topic) throws StartFailedException {
          try (TopicAdmin admin = new TopicAdmin(clients)) {
            return admin.retention(List.of(topic));
          }
        }
      };
    }
  }

  /** Receives the events. Called on the thread of the loop. */
  public interface Listener {
    /** The loop made progress. */
    void progressed();

    /** The beginning of partitions was deleted. */
    void deleted(String topic, long offsets);

    /** Nothing could be deleted or read; another attempt follows. */
    void failed();

    /** Number of partitions of this process with records past the retention of their source. */
    void remaining(int partitions);
  }

  /**
   * @param consumers of one group; closed here
   * @param rules as read so far
   * @param period time between two deletions
   */
  public SourceRetention(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Deletion deletion,
      Topics topics,
      Supplier<SourceRules> rules,
      Clock clock,
      Duration period,
      Listener listener) {
    this.consumers = consumers;
    this.deletion = deletion;
    this.topics = topics;
    this.stored = topics.pictures();
    this.rules = rules;
    this.clock = clock;
    this.period = period;
    this.listener = listener;
  }

  /** Makes {@link #run} return soon. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      listener.progressed();
      if (!isNeeded()) {
        LockSupport.parkNanos(POLL.toNanos());
        continue;
      }
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        follow(consumer);
      } catch (KafkaException | StartFailedException e) {
        listener.failed();
        LOG.warn(
            "records past the retention of their source are not deleted, retrying: reason={}",
            RootCause.message(e));
        pause();
      }
    }
  }

  private boolean isNeeded() {
    return rules.get().rules().stream().anyMatch(rule -> rule.retention() != null);
  }

  private void pause() {
    long end = System.nanoTime() + period.toNanos();
    while (!stopped && System.nanoTime() < end) {
      listener.progressed();
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) throws StartFailedException {
    prefixes.clear();
    remaining.clear();
    nextPass = System.nanoTime();
    consumer.subscribe(stored.stream().map(Topic::name).toList(), new Assignment(consumer));
    while (!stopped && isNeeded()) {
      listener.progressed();
      if (System.nanoTime() - nextPass >= 0) {
        nextPass = System.nanoTime() + period.toNanos();
        pass(consumer);
      }
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (TopicPartition partition : records.partitions()) {
        ExpiredPrefix prefix = prefixes.get(partition);
        if (prefix != null) {
          examine(consumer, partition, prefix, records.records(partition));
        }
      }
    }
  }

  /** Deletes the expired records, and reads on at the time when the first kept record expires. */
  private void pass(Consumer<byte[], byte[]> consumer) throws StartFailedException {
    SourceRules now = rules.get();
    if (now != examined) { // what had expired may have to be kept now
      prefixes.clear();
      remaining.clear();
      examined = now;
      warnOfLongRetentions(now);
    }
    Map<TopicPartition, Long> starts = consumer.beginningOffsets(consumer.assignment());
    for (Topic<?, ?> topic : stored) {
      delete(topic.name(), starts);
    }
    starts.forEach(
        (partition, start) -> {
          ExpiredPrefix prefix = prefixes.computeIfAbsent(partition, p -> new ExpiredPrefix(start));
          prefix.startAt(start);
          if (prefix.isOpen(now, clock.instant())) {
            consumer.seek(partition, prefix.end());
            consumer.resume(List.of(partition));
          }
        });
  }

  private void delete(String topic, Map<TopicPartition, Long> starts) throws StartFailedException {
    Map<Integer, Long> before = new HashMap<>();
    long offsets = 0;
    for (Map.Entry<TopicPartition, ExpiredPrefix> one : prefixes.entrySet()) {
      TopicPartition partition = one.getKey();
      long end = one.getValue().end();
      long start = starts.getOrDefault(partition, end);
      if (partition.topic().equals(topic) && start < end) {
        before.put(partition.partition(), end);
        offsets += end - start;
      }
    }
    if (!before.isEmpty()) {
      deletion.deleteBefore(topic, before);
      listener.deleted(topic, offsets);
      LOG.info(
          "deleted records past the retention of their source: topic={} offset={}", topic, before);
    }
  }

  private void examine(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      ExpiredPrefix prefix,
      List<ConsumerRecord<byte[], byte[]>> records) {
    Instant now = clock.instant();
    int kept = 0;
    while (kept < records.size() && prefix.examine(stored(records.get(kept)), examined, now)) {
      kept++;
    }
    if (kept == records.size()) {
      return; // all have expired: those after them are next
    }
    if (kept > 0 && kept == records.size() - 1) {
      consumer.seek(partition, prefix.end()); // once more, with the records behind it
      return;
    }
    consumer.pause(List.of(partition));
    Optional<Stored> expired =
        records.subList(kept + 1, records.size()).stream()
            .map(this::stored)
            .filter(later -> later.isExpired(examined, now))
            .findFirst();
    report(partition, prefix.kept().orElseThrow(), expired.orElse(null));
  }

  /**
   * Logs that a record remains, once for each source that keeps it.
   *
   * @param expired behind the one that is kept; null for none
   */
  private void report(TopicPartition partition, Stored kept, @Nullable Stored expired) {
    Stored before = expired == null ? remaining.remove(partition) : remaining.put(partition, kept);
    listener.remaining(remaining.size());
    if (expired == null) {
      return;
    }
    if (before == null || !Objects.equals(before.source(), kept.source())) {
      LOG.warn(
          "records of a source remain past its retention, since others that keep longer share its partition: source={} partition={} sources={} until={}",
          expired.source(),
          partition,
          kept.source(),
          kept.expiresAt(examined).map(Instant::toString).orElse("the retention of the topic"));
    }
  }

  private void warnOfLongRetentions(SourceRules now) throws StartFailedException {
    Optional<Duration> topic = deletion.retention(topics.frames());
    for (SourceRule rule : now.rules()) {
      Duration retention = rule.retention();
      if (retention != null && topic.isPresent() && retention.compareTo(topic.get()) > 0) {
        LOG.warn(
            "a rule asks for a longer retention than its topic has, which holds: rule={} wanted={} topic={} after={}",
            rule.id(),
            retention,
            topics.frames().name(),
            topic.get());
      }
    }
  }

  private Stored stored(ConsumerRecord<byte[], byte[]> record) {
    return new Stored(
        record.offset(),
        Instant.ofEpochMilli(record.timestamp()),
        record.timestamp() < 0 ? null : source(record)); // a time that nobody has set
  }

  private @Nullable String source(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (!record.topic().equals(topics.evidence().name())) {
        return FrameReader.source(record.key());
      }
      return record.value() == null ? null : topics.evidence().read(record.value()).source();
    } catch (RejectedFrameException | SerializationException e) {
      return null; // kept as long as the topic keeps it
    }
  }

  /** Reads nothing of new partitions before the next pass. */
  private final class Assignment implements ConsumerRebalanceListener {
    private final Consumer<byte[], byte[]> consumer;

    Assignment(Consumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      nextPass = System.nanoTime();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Set<TopicPartition> gone = new HashSet<>(partitions);
      prefixes.keySet().removeAll(gone);
      remaining.keySet().removeAll(gone);
      listener.remaining(remaining.size());
    }
  }
}
