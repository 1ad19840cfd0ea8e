package dev.residua.bench;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftScore;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows the results of a running service and counts them: scores and drift scores by source, in
 * order, dead letters, and incidents that are open. For any thread.
 */
final class ResultCounter implements AutoCloseable {
  private final KafkaClients clients;
  private final Topics topics;
  private final Listener listener;
  private final Thread thread = new Thread(this::follow, "bench-results");
  private final Sequences scores = new Sequences();
  private final Sequences drifts = new Sequences();
  private final Map<String, Incident> open = new HashMap<>();
  private long deadLetters;
  private long opened;
  private volatile @Nullable RuntimeException failure;
  private volatile boolean stopped;

  /** Receives each result that is counted, in one thread. */
  interface Listener {
    default void onScore(ScoredFrame score) {}

    default void onEvaluation(DriftScore score) {}

    default void onIncident(Incident incident) {}

    default void onControl(ControlCommand command) {}
  }

  static final class Sequences {
    private final Map<String, Long> next = new HashMap<>();
    private long count;
    private long doubled;

    void add(String source, long sequence) {
      long expected = next.getOrDefault(source, 0L);
      if (sequence < expected) {
        doubled++;
      } else {
        next.put(source, sequence + 1);
        count++;
      }
    }

    long count() {
      return count;
    }

    /** Sequences that came again, or after a later one. */
    long doubled() {
      return doubled;
    }

    long missing(Map<String, Long> sent) {
      return sent.values().stream().mapToLong(n -> n).sum() - count;
    }
  }

  /** Starts to follow the topics, which must exist, from their beginning. */
  ResultCounter(KafkaClients clients, Topics topics) {
    this(clients, topics, new Listener() {});
  }

  ResultCounter(KafkaClients clients, Topics topics, Listener listener) {
    this.clients = clients;
    this.topics = topics;
    this.listener = listener;
    thread.start();
  }

  private void follow() {
    List<Topic<?, ?>> followed =
        List.of(
            topics.scores(),
            topics.drift(),
            topics.incidents(),
            topics.deadLetters(),
            topics.control());
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = new ArrayList<>();
      followed.forEach(t -> partitions.addAll(TopicSpans.partitions(consumer, t.name())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!stopped) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          count(record);
        }
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private synchronized void count(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topics.deadLetters().name())) {
      deadLetters++;
    } else if (record.topic().equals(topics.incidents().name())) {
      value(topics.incidents(), record).ifPresent(this::count);
    } else if (record.topic().equals(topics.control().name())) {
      value(topics.control(), record).ifPresent(listener::onControl);
    } else if (record.topic().equals(topics.scores().name())) {
      value(topics.scores(), record).ifPresent(this::count);
    } else {
      value(topics.drift(), record).ifPresent(this::count);
    }
  }

  private void count(ScoredFrame score) {
    scores.add(score.source(), score.sequence());
    listener.onScore(score);
  }

  private void count(DriftScore score) {
    drifts.add(score.source(), score.sequence());
    listener.onEvaluation(score);
  }

  private void count(Incident incident) {
    if (!incident.open()) {
      open.remove(incident.id());
    } else if (open.put(incident.id(), incident) == null) {
      opened++;
    }
    listener.onIncident(incident);
  }

  private static <V> Optional<V> value(
      Topic<String, V> topic, ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null
        ? Optional.empty()
        : Optional.of(topic.value().deserializer().deserialize(topic.name(), record.value()));
  }

  /** Number of scores, each frame once. */
  synchronized long scored() {
    check();
    return scores.count();
  }

  /** Number of drift scores, each frame once. */
  synchronized long evaluated() {
    check();
    return drifts.count();
  }

  /** Scores and drift scores that came more than once, or out of order. */
  synchronized long doubled() {
    return scores.doubled() + drifts.doubled();
  }

  /** Frames without a score, and without a drift score, added up. */
  synchronized long missing(Map<String, Long> sent) {
    return scores.missing(sent) + drifts.missing(sent);
  }

  synchronized long deadLetters() {
    return deadLetters;
  }

  synchronized long opened() {
    return opened;
  }

  /** Ids of the open incidents, in alphabetical order. */
  synchronized List<String> open() {
    return List.copyOf(new TreeSet<>(open.keySet()));
  }

  private void check() {
    RuntimeException why = failure;
    if (why != null) {
      throw new IllegalStateException("the results cannot be read: " + why, why);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join();
  }
}
