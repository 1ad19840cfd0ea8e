package dev.residua.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Model of a topic with transactions and compaction: records appear with the commit, a newer
 * producer fences the older ones, and every transaction takes an offset for its marker. The marker
 * arrives late: readers of committed records see a transaction only after one of them has waited.
 */
final class FakeTopic {
  static final String NAME = "table";

  /** What the brokers answer to the next commit. */
  enum NextCommit {
    CONFIRMED,
    STORED_WITHOUT_ANSWER,
    LOST_WITHOUT_ANSWER
  }

  private static final int POLLED = 3;

  private final List<List<Entry>> partitions = new ArrayList<>();
  private final long[] ends;
  private long marked = Long.MAX_VALUE; // end of what can be read of the first partition
  private int epoch;
  private NextCommit nextCommit = NextCommit.CONFIRMED;

  private record Entry(
      long offset, long timestamp, byte @Nullable [] key, byte @Nullable [] value) {}

  FakeTopic(int partitions) {
    this.ends = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      this.partitions.add(new ArrayList<>());
    }
  }

  static TopicPartition partition(int number) {
    return new TopicPartition(NAME, number);
  }

  TopicClients clients() {
    return new TopicClients(Reader::new, this::producer);
  }

  synchronized void nextCommit(NextCommit next) {
    nextCommit = next;
  }

  /** Appends a record outside any transaction. */
  synchronized void append(
      int partition, long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
    partitions.get(partition).add(new Entry(ends[partition]++, timestamp, key, value));
    notifyAll();
  }

  /** Leaves offsets without a record, as aborted transactions do. */
  synchronized void skip(int partition, int offsets) {
    ends[partition] += offsets;
    notifyAll();
  }

  /** Removes some of the records that a later one of the same key replaces. */
  synchronized void compact(Random random) {
    for (List<Entry> entries : partitions) {
      for (int i = entries.size() - 2; i >= 0; i--) {
        byte[] key = entries.get(i).key();
        if (key != null
            && random.nextBoolean()
            && entries.subList(i + 1, entries.size()).stream()
                .anyMatch(later -> Arrays.equals(later.key(), key))) {
          entries.remove(i);
        }
      }
    }
  }

  private synchronized void commit(int of, List<ProducerRecord<byte[], byte[]>> records) {
    if (of != epoch) {
      throw new ProducerFencedException("a newer producer has this transactional id");
    }
    NextCommit now = nextCommit;
    nextCommit = NextCommit.CONFIRMED;
    marked = Math.min(marked, ends[0]);
    if (now != NextCommit.LOST_WITHOUT_ANSWER) {
      records.forEach(record -> append(record.partition(), 0, record.key(), record.value()));
    }
    skip(0, 1); // the marker
    if (now != NextCommit.CONFIRMED) {
      throw new KafkaException("Unhandled error in EndTxnResponse: unknown");
    }
  }

  Consumer<byte[], byte[]> consumer() {
    return new Reader(IsolationLevel.READ_COMMITTED);
  }

  /** Reads few records per poll, of one partition at a time. */
  private final class Reader extends MockConsumer<byte[], byte[]> {
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final IsolationLevel isolation;
    private int turn;
    private volatile boolean awake;

    Reader(IsolationLevel isolation) {
      super("earliest");
      this.isolation = isolation;
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
      List<PartitionInfo> all = new ArrayList<>();
      for (int i = 0; i < ends.length; i++) {
        all.add(new PartitionInfo(NAME, i, null, null, null));
      }
      return all;
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> all) {
      all.forEach(partition -> positions.put(partition, 0L));
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
      positions.put(partition, offset);
    }

    @Override
    public long position(TopicPartition partition) {
      return positions.getOrDefault(partition, 0L);
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> all) {
      Map<TopicPartition, Long> starts = new HashMap<>();
      all.forEach(partition -> starts.put(partition, 0L));
      return starts;
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> all) {
      synchronized (FakeTopic.this) {
        Map<TopicPartition, Long> result = new HashMap<>();
        all.forEach(partition -> result.put(partition, end(partition)));
        return result;
      }
    }

    private long end(TopicPartition partition) {
      long end = ends[partition.partition()];
      return isolation == IsolationLevel.READ_COMMITTED && partition.partition() == 0
          ? Math.min(end, marked)
          : end;
    }

    @Override
    public void wakeup() {
      synchronized (FakeTopic.this) {
        awake = true;
        FakeTopic.this.notifyAll();
      }
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      synchronized (FakeTopic.this) {
        List<TopicPartition> open =
            assignment().stream().filter(partition -> !paused().contains(partition)).toList();
        if (!awake && open.stream().allMatch(p -> position(p) >= end(p)) && !timeout.isZero()) {
          await(timeout);
        }
        if (awake) {
          awake = false;
          throw new WakeupException();
        }
        if (open.isEmpty()) {
          return ConsumerRecords.empty();
        }
        TopicPartition partition = open.get(turn++ % open.size());
        List<ConsumerRecord<byte[], byte[]>> records =
            partitions.get(partition.partition()).stream()
                .filter(entry -> entry.offset() >= position(partition))
                .filter(entry -> entry.offset() < end(partition))
                .limit(POLLED)
                .map(entry -> record(partition, entry))
                .toList();
        if (records.isEmpty()) {
          positions.put(partition, end(partition));
          return ConsumerRecords.empty();
        }
        positions.put(partition, records.get(records.size() - 1).offset() + 1);
        return new ConsumerRecords<>(Map.of(partition, records), Map.of());
      }
    }

    private void await(Duration timeout) {
      if (marked < Long.MAX_VALUE) {
        marked = Long.MAX_VALUE;
        return;
      }
      try {
        FakeTopic.this.wait(timeout.toMillis());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private static ConsumerRecord<byte[], byte[]> record(TopicPartition of, Entry entry) {
      return new ConsumerRecord<>(
          of.topic(),
          of.partition(),
          entry.offset(),
          entry.timestamp(),
          TimestampType.CREATE_TIME,
          0,
          0,
          entry.key(),
          entry.value(),
          new RecordHeaders(),
          Optional.empty());
    }
  }

  private Producer<byte[], byte[]> producer() {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
      private final List<ProducerRecord<byte[], byte[]>> open = new ArrayList<>();
      private int own;

      @Override
      public void initTransactions() {
        super.initTransactions();
        synchronized (FakeTopic.this) {
          own = ++epoch;
        }
      }

      @Override
      public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        open.add(record);
        return super.send(record);
      }

      @Override
      public void commitTransaction() {
        commit(own, open);
        open.clear();
        super.commitTransaction();
      }
    };
  }
}
