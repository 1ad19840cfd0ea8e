package dev.residua.topic;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Changes a table: decides on the newest state and writes, as one transaction. All writers of a
 * table share one transactional id, so a later writer fences an earlier one, which then decides
 * again on the new state. State and producer are reused for the next change. Thread-safe.
 */
public final class TopicWriter<S, F> implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final TopicClients clients;
  private final TableTopic<S> topic;
  private final Format<S, F> format;
  private @Nullable Producer<byte[], byte[]> producer; // not fenced, as far as is known
  private @Nullable TopicLog<S> log;
  private List<F> written = List.of(); // by the last attempt

  /** Stored form of the facts of a table. */
  public interface Format<S, F> {
    /** Returns true if the state shows that these facts were written. */
    boolean contains(S state, List<F> facts);

    /** The records of facts, in their order, at least one. */
    List<ProducerRecord<byte[], byte[]>> records(S state, List<F> facts);
  }

  /** Decides what to write, given the newest state. */
  @FunctionalInterface
  public interface Decision<S, F> {
    /**
     * Decides; called again after a change by another writer.
     *
     * @return facts in their order; none to change nothing
     * @throws IOException with the reason, if the state does not allow the change
     */
    List<F> on(S state) throws IOException;
  }

  /**
   * A decision and the state on which it was made.
   *
   * @param state contains the facts if the brokers committed them without confirming it
   * @param facts none if nothing was written
   */
  public record Change<S, F>(S state, List<F> facts) {
    public Change {
      facts = List.copyOf(facts);
    }
  }

  private record Decided<S, F>(Change<S, F> change, boolean isToWrite) {}

  /** Connects with the first change. */
  public TopicWriter(TopicClients clients, TableTopic<S> topic, Format<S, F> format) {
    this.clients = clients;
    this.topic = topic;
    this.format = format;
  }

  /**
   * Changes the table.
   *
   * @throws IOException with the remedy, if other writers are always faster, the table cannot be
   *     read or the decision refuses
   * @throws KafkaException if Kafka does not accept the change
   */
  public synchronized Change<S, F> change(Decision<S, F> decision) throws IOException {
    written = List.of();
    return FencedRetry.run(topic.noun(), () -> attempt(decision));
  }

  private Change<S, F> attempt(Decision<S, F> decision) throws IOException {
    try {
      return changeOnce(decision);
    } catch (KafkaException e) {
      close(); // a fenced producer cannot be used again
      throw e;
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while %s was changed".formatted(topic.noun()), e);
    }
  }

  private Change<S, F> changeOnce(Decision<S, F> decision)
      throws IOException, InterruptedException {
    Decided<S, F> decided;
    if (producer != null) {
      decided = decide(decision, read(IsolationLevel.READ_UNCOMMITTED));
    } else {
      // Reads before it fences, so that the time from there to the commit is short.
      decided = decide(decision, read(IsolationLevel.READ_COMMITTED));
      if (decided.isToWrite()) {
        long position = log().position();
        fence();
        S newest = read(IsolationLevel.READ_UNCOMMITTED);
        if (log().position() > position) {
          decided = decide(decision, newest);
        }
      }
    }
    if (decided.isToWrite()) {
      write(decided.change());
    }
    return decided.change();
  }

  /** Facts that were committed after all are not decided again, which could write them twice. */
  private Decided<S, F> decide(Decision<S, F> decision, S state) throws IOException {
    if (!written.isEmpty() && format.contains(state, written)) {
      return new Decided<>(new Change<>(state, written), false);
    }
    List<F> facts = decision.on(state);
    return new Decided<>(new Change<>(state, facts), !facts.isEmpty());
  }

  /** Fences all earlier writers. */
  private void fence() {
    producer = clients.producers().get(); // so that it is closed in any case
    producer.initTransactions();
  }

  private void write(Change<S, F> change) throws InterruptedException {
    Producer<byte[], byte[]> open = Objects.requireNonNull(producer);
    written = change.facts();
    open.beginTransaction();
    Future<RecordMetadata> last = null;
    for (ProducerRecord<byte[], byte[]> record : format.records(change.state(), written)) {
      last = open.send(record);
    }
    try {
      if (last != null) {
        last.get(); // shows the reason of a failure, which the commit wraps
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    }
    open.commitTransaction();
  }

  /** The state after the committed transactions, or after all that may still be committed. */
  private S read(IsolationLevel isolation) throws IOException {
    return log().readTo(clients.end(topic.partition(), isolation));
  }

  private TopicLog<S> log() {
    TopicLog<S> open = log;
    if (open == null) {
      open = new TopicLog<>(clients, topic, reason -> {});
      log = open;
    }
    return open;
  }

  /** Closes the clients; a further change connects again. */
  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(CLOSE);
      producer = null;
    }
    if (log != null) {
      log.close();
      log = null;
    }
  }
}
