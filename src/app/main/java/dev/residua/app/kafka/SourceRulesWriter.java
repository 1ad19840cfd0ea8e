package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.registry.Overtaken;
import dev.residua.registry.RegistryClients;
import dev.residua.source.SharedBudgets;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.KafkaFailures;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Changes the rules of sources: decides on the newest state and writes, as one transaction. All
 * writers share one transactional id, so that no two write the same revision. A revision is deleted
 * only once no stored frame or score can refer to it. For any thread.
 */
public final class SourceRulesWriter {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration READABLE = Duration.ofMillis(10);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** Added to the retention: segments expire late, and a reader may lag. */
  private static final Duration MARGIN = Duration.ofDays(1);

  private final RegistryClients clients;
  private final Topic<String, SourceRule> topic;
  private final String servers;
  private final Retention retention;

  /** What the last attempt may have stored. */
  private List<SourceRule> written = List.of();

  /** How long frames and scores are kept. */
  @FunctionalInterface
  private interface Retention {
    /** The longest time; empty if some are kept for ever. */
    Optional<Duration> longest() throws IOException;
  }

  /** What to write, given the newest rules. */
  @FunctionalInterface
  public interface Decision {
    /**
     * Decides; called again after a change by another writer.
     *
     * @return rules whose revision does not matter; those that change nothing are left out
     * @throws IOException with the reason, if the state does not allow the change
     */
    List<SourceRule> on(SourceRules rules) throws IOException;
  }

  /**
   * @param servers bootstrap servers, for messages
   */
  private SourceRulesWriter(
      RegistryClients clients,
      Topic<String, SourceRule> topic,
      String servers,
      Retention retention) {
    this.clients = clients;
    this.topic = topic;
    this.servers = servers;
    this.retention = retention;
  }

  /**
   * Writes the rules of an installation.
   *
   * @param clients of its brokers; closed by their owner
   * @param prefix start of all topic names
   */
  public static SourceRulesWriter of(KafkaClients clients, Topics topics, String prefix) {
    return new SourceRulesWriter(
        clients.sources(prefix),
        topics.sources(),
        clients.bootstrapServers(),
        () -> retention(clients, topics));
  }

  private static Optional<Duration> retention(KafkaClients clients, Topics topics)
      throws IOException {
    try (TopicAdmin admin = new TopicAdmin(clients)) {
      return admin.retention(List.of(topics.frames(), topics.scores()));
    } catch (StartFailedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Changes the rules.
   *
   * @return what was written, with its revisions
   * @throws IOException with the remedy, if Kafka does not store it or the decision refuses
   */
  public synchronized List<SourceRule> change(Decision decision) throws IOException {
    Optional<Duration> kept = retention.longest();
    try (Consumer<byte[], byte[]> consumer =
        clients.consumers().apply(IsolationLevel.READ_COMMITTED)) {
      SourceRulesLog log = new SourceRulesLog(topic, consumer, problem -> {});
      written = List.of();
      return Overtaken.retry(topic.name(), () -> changeOnce(decision, kept, log));
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private IOException failed(KafkaException e) {
    return new IOException(
        KafkaFailures.explain(e, servers)
            .map(why -> "cannot write to %s: %s".formatted(topic.name(), why))
            .orElse(
                "writing to %s on %s failed: %s; is a broker running there, and does the topic exist?"
                    .formatted(topic.name(), servers, RootCause.message(e))),
        e);
  }

  /** The time from the fencing of others to the commit is short, as they may fence this one. */
  private List<SourceRule> changeOnce(
      Decision decision, Optional<Duration> kept, SourceRulesLog log) throws IOException {
    readOn(log);
    if (isWritten(log)) {
      return written;
    }
    List<SourceRule> changes = changes(decision, log.rules());
    if (changes.isEmpty()) {
      return changes;
    }
    Producer<byte[], byte[]> producer = clients.producers().get();
    try {
      producer.initTransactions(); // fences other writers
      if (log.position() < log.end()) {
        readOn(log);
        if (isWritten(log)) {
          return written;
        }
        changes = changes(decision, log.rules()); // after what another one wrote
        if (changes.isEmpty()) {
          return changes;
        }
      }
      written = changes;
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      changes.forEach(rule -> sent.add(producer.send(write(rule.key(), rule))));
      kept.map(time -> log.rules().expired(Instant.now().minus(time).minus(MARGIN)))
          .orElse(List.of())
          .forEach(key -> sent.add(producer.send(write(key, null))));
      producer.commitTransaction();
      awaitReadable(sent.get(sent.size() - 1).get().offset(), log);
      return changes;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the rules of sources were written", e);
    } finally {
      producer.close(CLOSE);
    }
  }

  /** Returns true if an attempt whose end is not known was committed after all. */
  private boolean isWritten(SourceRulesLog log) {
    return !written.isEmpty() && log.rules().revisions().containsAll(written);
  }

  private static List<SourceRule> changes(Decision decision, SourceRules before)
      throws IOException {
    List<SourceRule> changes = revised(decision.on(before), before);
    check(changes, before);
    return changes;
  }

  /** Waits for the end of a transaction: brokers confirm it before consumers can read it. */
  private void awaitReadable(long offset, SourceRulesLog log)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (log.end() <= offset) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the rules are stored in %s, but cannot be read after %s; check that the brokers run"
                .formatted(topic.name(), LIMIT));
      }
      Thread.sleep(READABLE.toMillis());
    }
  }

  /** The changes that change something, each as the revision after the latest. */
  private static List<SourceRule> revised(List<SourceRule> wanted, SourceRules before)
      throws IOException {
    List<SourceRule> changes = new ArrayList<>();
    for (SourceRule written : wanted) {
      Optional<SourceRule> latest = before.latest(written.id());
      SourceRule rule = latest.map(known -> SharedBudgets.kept(written, known)).orElse(written);
      boolean same =
          latest.map(one -> one.sameSettings(rule)).orElse(rule.removed())
              || (rule.removed() && latest.map(SourceRule::removed).orElse(true));
      if (!same) {
        changes.add(rule.withRevision(next(rule.id(), latest)));
      }
    }
    return changes;
  }

  private static long next(String id, Optional<SourceRule> latest) throws IOException {
    try {
      return Math.addExact(latest.map(SourceRule::revision).orElse(0L), 1);
    } catch (ArithmeticException e) {
      throw new IOException(
          "the rule '%s' has the last possible revision; remove its records from the topic"
              .formatted(id),
          e);
    }
  }

  private static void check(List<SourceRule> changes, SourceRules before) throws IOException {
    List<SourceRule> all = new ArrayList<>(before.revisions());
    all.addAll(changes);
    long rules = before.rules().size();
    for (SourceRule rule : changes) {
      boolean there = before.rule(rule.id()).isPresent();
      rules += rule.removed() ? (there ? -1 : 0) : (there ? 0 : 1);
    }
    if (rules > SourceRules.MAX_RULES || all.size() > SourceRules.MAX_REVISIONS) {
      throw new IOException(
          "there would be %d rules with %d revisions, expected at most %d with %d; match more sources with one rule, or wait until frames and scores of old revisions have expired"
              .formatted(rules, all.size(), SourceRules.MAX_RULES, SourceRules.MAX_REVISIONS));
    }
  }

  private ProducerRecord<byte[], byte[]> write(String key, @Nullable SourceRule rule) {
    return new ProducerRecord<>(
        topic.name(), 0, topic.key().serializer().serialize(topic.name(), key), topic.write(rule));
  }

  /**
   * The rules that are stored now.
   *
   * @throws IOException if they cannot be read
   */
  public SourceRules read() throws IOException {
    try (Consumer<byte[], byte[]> consumer =
        clients.consumers().apply(IsolationLevel.READ_COMMITTED)) {
      return readOn(new SourceRulesLog(topic, consumer, problem -> {}));
    }
  }

  private SourceRules readOn(SourceRulesLog log) throws IOException {
    long end = log.end();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (log.position() < end) {
      log.poll(POLL);
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the rules of sources (%s) could not be read to offset %d within %s; check that the brokers run"
                .formatted(topic.name(), end, LIMIT));
      }
    }
    return log.rules();
  }
}
