package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.source.SharedBudgets;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicWriter;
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
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Changes the rules of sources, so that no two writers write the same revision. A revision is
 * deleted only once no stored frame or score can refer to it. For any thread.
 */
public final class SourceRulesWriter {
  /** Added to the retention: segments expire late, and a reader may lag. */
  private static final Duration MARGIN = Duration.ofDays(1);

  private final KafkaClients kafka;
  private final TopicClients clients;
  private final Topics topics;
  private final Topic<String, SourceRule> topic;

  /** Decides on rules, given the newest ones. */
  @FunctionalInterface
  public interface Decision extends TopicWriter.Decision<SourceRules, SourceRule> {}

  private SourceRulesWriter(KafkaClients kafka, TopicClients clients, Topics topics) {
    this.kafka = kafka;
    this.clients = clients;
    this.topics = topics;
    this.topic = topics.sources();
  }

  /**
   * Writes the rules of an installation.
   *
   * @param clients of its brokers; closed by their owner
   * @param prefix start of all topic names
   */
  public static SourceRulesWriter of(KafkaClients clients, Topics topics, String prefix) {
    return new SourceRulesWriter(clients, clients.sources(prefix), topics);
  }

  /**
   * Changes the rules.
   *
   * @param decision makes rules whose revision does not matter; those that change nothing are left
   *     out
   * @return the written rules, with their revisions
   * @throws IOException with the remedy, if Kafka does not store it or the decision refuses
   */
  public synchronized List<SourceRule> change(Decision decision) throws IOException {
    Format format = new Format(retention());
    try (TopicWriter<SourceRules, SourceRule> writer =
        new TopicWriter<>(clients, SourceRulesTable.of(topic), format)) {
      return writer.change(rules -> changes(decision.on(rules), rules)).facts();
    } catch (KafkaException e) {
      String servers = kafka.bootstrapServers();
      throw new IOException(
          KafkaFailures.explain(e, servers)
              .map(why -> "cannot write to %s: %s".formatted(topic.name(), why))
              .orElse(
                  "writing to %s on %s failed: %s; is a broker running there, and does the topic exist?"
                      .formatted(topic.name(), servers, RootCause.message(e))),
          e);
    }
  }

  /** The longest time for which frames and scores are kept; empty if some are kept for ever. */
  private Optional<Duration> retention() throws IOException {
    try (TopicAdmin admin = new TopicAdmin(kafka)) {
      return admin.retention(List.of(topics.frames(), topics.scores()));
    } catch (StartFailedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static List<SourceRule> changes(List<SourceRule> wanted, SourceRules before)
      throws IOException {
    List<SourceRule> changes = revised(wanted, before);
    check(changes, before);
    return changes;
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

  private final class Format implements TopicWriter.Format<SourceRules, SourceRule> {
    private final Optional<Duration> kept;

    Format(Optional<Duration> kept) {
      this.kept = kept;
    }

    @Override
    public boolean contains(SourceRules rules, List<SourceRule> changes) {
      return rules.revisions().containsAll(changes);
    }

    @Override
    public List<ProducerRecord<byte[], byte[]>> records(
        SourceRules rules, List<SourceRule> changes) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      changes.forEach(rule -> records.add(record(rule.key(), rule)));
      kept.map(time -> rules.expired(Instant.now().minus(time).minus(MARGIN)))
          .orElse(List.of())
          .forEach(key -> records.add(record(key, null)));
      return records;
    }

    private ProducerRecord<byte[], byte[]> record(String key, @Nullable SourceRule rule) {
      byte[] bytes = topic.key().serializer().serialize(topic.name(), key);
      return new ProducerRecord<>(topic.name(), 0, bytes, topic.write(rule));
    }
  }

  /**
   * The rules that are stored now.
   *
   * @throws IOException if they cannot be read
   */
  public SourceRules read() throws IOException {
    return SourceRulesTable.read(clients, topic);
  }
}
