package dev.residua.simulation.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Kafka's producer against the simulated broker, as far as the product uses it. */
final class SimulatedProducer {
  private static final Duration RETRY = Duration.ofMillis(20);

  private final SimulatedProcess process;
  private final @Nullable String id;
  private final Duration timeout;
  private final List<Pending> buffer = new ArrayList<>();
  private int epoch = -1;
  private boolean open;
  private boolean closed;
  private @Nullable KafkaException fatal;
  private @Nullable KafkaException abortable;

  private record Pending(
      ProducerRecord<byte[], byte[]> record,
      TopicPartition partition,
      CompletableFuture<RecordMetadata> answer,
      @Nullable Callback callback) {
    void fail(KafkaException why) {
      if (callback != null) {
        callback.onCompletion(null, why);
      }
      answer.completeExceptionally(why);
    }
  }

  SimulatedProducer(SimulatedProcess process, @Nullable String id, Duration timeout) {
    this.process = process;
    this.id = id;
    this.timeout = timeout;
  }

  private String id() {
    if (id == null) {
      throw new IllegalStateException("the producer has no transactions");
    }
    return id;
  }

  public void initTransactions() {
    epoch = repeated(() -> process.broker.initialise(id(), timeout));
  }

  /** Repeats a request that answers -1 while an earlier transaction is ending. */
  private int repeated(java.util.function.Supplier<Integer> request) {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int answer = process.request(request);
      if (answer >= 0) {
        return answer;
      }
      process.simulator.sleep(RETRY);
    }
    throw new TimeoutException("an earlier transaction does not end");
  }

  public void beginTransaction() {
    check();
    if (open || epoch < 0) {
      throw new IllegalStateException("no transaction may begin");
    }
    open = true;
  }

  private void check() {
    if (closed) {
      throw new IllegalStateException("the producer is closed");
    }
    if (fatal != null) {
      throw fatal;
    }
  }

  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
    return send(record, null);
  }

  public Future<RecordMetadata> send(
      ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
    check();
    if (id != null && !open) {
      throw new IllegalStateException("no transaction is open");
    }
    int partitions = process.broker.topic(record.topic()).size();
    Integer wanted = record.partition();
    int partition =
        wanted != null
            ? wanted
            : record.key() == null
                ? process.simulator.random().nextInt(partitions)
                : Utils.toPositive(Utils.murmur2(record.key())) % partitions;
    Pending pending =
        new Pending(
            record,
            new TopicPartition(record.topic(), partition),
            new CompletableFuture<>() {
              @Override
              public RecordMetadata get()
                  throws InterruptedException, java.util.concurrent.ExecutionException {
                transmit();
                return super.get();
              }
            },
            callback);
    buffer.add(pending);
    if (process.simulator.chance(0.1)) {
      transmit();
    }
    return pending.answer();
  }

  /** Sends the waiting records; failures go to the futures and fail the transaction. */
  private void transmit() {
    if (buffer.isEmpty() || closed) {
      return;
    }
    List<Pending> batch = List.copyOf(buffer);
    buffer.clear();
    if (fatal != null || abortable != null) {
      KafkaException why = fatal == null ? abortable : fatal;
      batch.forEach(pending -> pending.fail(why));
      return;
    }
    try {
      repeated(
          () -> {
            if (id != null && !process.broker.mayBegin(id, epoch)) {
              return -1;
            }
            for (Pending pending : batch) { // all or none, as a batch is never written twice
              process.broker.checkSpace(pending.partition().topic());
            }
            for (Pending pending : batch) {
              Long wanted = pending.record().timestamp();
              long timestamp = wanted == null ? process.simulator.millis() : wanted;
              long offset =
                  process.broker.append(
                      id,
                      epoch,
                      pending.partition(),
                      pending.record().key(),
                      pending.record().value(),
                      pending.record().headers(),
                      timestamp);
              RecordMetadata metadata =
                  new RecordMetadata(pending.partition(), offset, 0, timestamp, 0, 0);
              if (pending.callback() != null) {
                pending.callback().onCompletion(metadata, null);
              }
              pending.answer().complete(metadata);
            }
            return 0;
          });
    } catch (TimeoutException e) {
      abortable = e;
      batch.forEach(pending -> pending.fail(e));
      if (id == null) {
        abortable = null;
      }
    } catch (KafkaException e) {
      fatal = e;
      batch.forEach(pending -> pending.fail(e));
    }
  }

  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    check();
    Map<TopicPartition, Long> next = new LinkedHashMap<>();
    offsets.forEach((partition, offset) -> next.put(partition, offset.offset()));
    try {
      repeated(
          () -> {
            if (!process.broker.mayBegin(id(), epoch)) {
              return -1;
            }
            process.broker.addOffsets(id(), epoch, group.groupId(), group.memberId(), next);
            return 0;
          });
    } catch (TimeoutException | CommitFailedException e) {
      abortable = e;
      throw e;
    } catch (KafkaException e) {
      fatal = e;
      throw e;
    }
  }

  public void commitTransaction() {
    transmit();
    check();
    if (abortable != null) {
      throw new KafkaException("the transaction failed before and must be aborted", abortable);
    }
    end(true);
  }

  public void abortTransaction() {
    check();
    buffer.forEach(pending -> pending.fail(new KafkaException("aborted")));
    buffer.clear();
    end(false);
    abortable = null;
  }

  private void end(boolean commit) {
    try {
      process.request(
          () -> {
            process.broker.end(id(), epoch, commit);
            return 0;
          });
      open = false;
    } catch (TimeoutException e) {
      throw e;
    } catch (KafkaException e) {
      fatal = e;
      throw e;
    }
  }

  public void flush() {
    transmit();
  }

  public void close() {
    close(Duration.ofSeconds(5));
  }

  public void close(Duration limit) {
    if (closed) {
      return;
    }
    try {
      if (!limit.isZero() && open && fatal == null) {
        abortTransaction();
      } else if (!limit.isZero() && id == null) {
        transmit();
      }
    } catch (KafkaException e) {
      // closing continues
    } finally {
      closed = true;
    }
  }
}
