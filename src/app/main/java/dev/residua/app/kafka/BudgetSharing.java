package dev.residua.app.kafka;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.source.SharedBudgets;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the sources of rules with a shared budget, and writes a revision of a rule when its share
 * changes. Every monitoring process does that, on the same topics: the first one writes, and the
 * others find it written.
 */
public final class BudgetSharing implements Runnable {
  /** Max number of sources that are counted. */
  public static final int MAX_SOURCES = 1_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(BudgetSharing.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
  private final Topic<String, CommissioningReport> topic;
  private final Supplier<SourceRules> rules;
  private final SourceRulesWriter writer;
  private final Duration period;
  private final Runnable heartbeat;
  private volatile boolean stopped;

  /**
   * @param consumers outside any group; closed here
   * @param topic with one record per source
   * @param rules as read so far
   * @param period time between two counts
   * @param heartbeat called after every step
   */
  public BudgetSharing(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topic<String, CommissioningReport> topic,
      Supplier<SourceRules> rules,
      SourceRulesWriter writer,
      Duration period,
      Runnable heartbeat) {
    this.consumers = consumers;
    this.topic = topic;
    this.rules = rules;
    this.writer = writer;
    this.period = period;
    this.heartbeat = heartbeat;
  }

  /** Makes {@link #run} return soon. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      heartbeat.run();
      if (!SharedBudgets.isAny(rules.get())) {
        LockSupport.parkNanos(POLL.toNanos());
        continue;
      }
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        follow(consumer);
      } catch (KafkaException e) {
        LOG.warn("shared budgets wait for Kafka: reason={}", RootCause.message(e));
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Counts and divides until no budget is shared. */
  private void follow(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = TopicSpans.partitions(consumer, topic.name());
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Set<String> sources = new HashSet<>();
    boolean complete = false;
    long last = System.nanoTime() - period.toNanos();
    while (!stopped && SharedBudgets.isAny(rules.get())) {
      heartbeat.run();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        count(record, sources);
      }
      complete |=
          partitions.stream().allMatch(p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
      if (complete && System.nanoTime() - last >= period.toNanos()) {
        last = System.nanoTime();
        divide(sources);
      }
    }
  }

  private void count(ConsumerRecord<byte[], byte[]> record, Set<String> sources) {
    try {
      String source = topic.key().deserializer().deserialize(topic.name(), record.key());
      if (source == null) {
        return;
      }
      if (record.value() == null) {
        sources.remove(source);
      } else if (sources.size() < MAX_SOURCES) {
        sources.add(source);
      }
    } catch (SerializationException e) {
      LOG.debug("unreadable source skipped", e);
    }
  }

  private void divide(Set<String> sources) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    if (SharedBudgets.changes(rules.get(), sources, now).isEmpty()) {
      return;
    }
    try {
      for (SourceRule rule : writer.change(newest -> SharedBudgets.changes(newest, sources, now))) {
        LOG.info(
            "shared budget divided: key={} count={}",
            rule.key(),
            Math.round(1 / rule.budgetShare()));
      }
    } catch (IOException e) {
      LOG.warn("shared budgets cannot be divided, retrying: reason={}", e.getMessage());
    }
  }
}
