package dev.residua.simulation.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Kafka's consumer against the simulated broker, as far as the product uses it. */
final class SimulatedConsumer {
  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final SimulatedProcess process;
  private final @Nullable String group;
  private final @Nullable String instance;
  private final boolean committedOnly;
  private final int maxRecords;
  private final Map<TopicPartition, Long> positions = new LinkedHashMap<>();
  private final Set<TopicPartition> assigned = new LinkedHashSet<>();
  private final Set<TopicPartition> paused = new LinkedHashSet<>();
  private @Nullable String topic;
  private @Nullable ConsumerRebalanceListener listener;
  private SimulatedBroker.@Nullable Member member;
  private boolean wakeup;
  private boolean closed;

  SimulatedConsumer(
      SimulatedProcess process,
      @Nullable String group,
      @Nullable String instance,
      boolean committedOnly,
      int maxRecords) {
    this.process = process;
    this.group = group;
    this.instance = instance;
    this.committedOnly = committedOnly;
    this.maxRecords = maxRecords;
  }

  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    this.topic = topics.iterator().next();
    this.listener = listener;
  }

  public void assign(Collection<TopicPartition> partitions) {
    assigned.clear();
    assigned.addAll(partitions);
    positions.keySet().retainAll(assigned);
  }

  public Set<TopicPartition> assignment() {
    return new LinkedHashSet<>(assigned);
  }

  public ConsumerGroupMetadata groupMetadata() {
    SimulatedBroker.Member now = member;
    return new ConsumerGroupMetadata(
        group(), now == null ? -1 : 1, now == null ? "" : now.id, Optional.ofNullable(instance));
  }

  private String group() {
    if (group == null) {
      throw new IllegalStateException("the consumer has no group");
    }
    return group;
  }

  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (closed) {
      throw new IllegalStateException("the consumer is closed");
    }
    process.spring();
    if (topic != null && !process.down()) {
      rebalance(topic); // an exception of the listener ends the poll, as Kafka's does
    }
    try {
      initialisePositions();
      if (!timeout.isZero()) {
        process.simulator.await(() -> wakeup || (!process.down() && hasMore()), timeout);
      }
    } catch (TimeoutException e) {
      return ConsumerRecords.empty(); // clients try again in the background
    }
    if (wakeup) {
      wakeup = false;
      throw new WakeupException();
    }
    return process.down() ? ConsumerRecords.empty() : fetch();
  }

  private void rebalance(String topic) {
    SimulatedBroker broker = process.broker;
    SimulatedBroker.Member now = member;
    if (now != null && now.gone) {
      List<TopicPartition> lost = List.copyOf(assigned);
      forget(lost);
      member = null;
      now = null;
      if (listener != null && !lost.isEmpty()) {
        listener.onPartitionsLost(lost);
      }
    }
    if (now == null) {
      now = broker.join(group(), topic, instance, process::silentSince);
      member = now;
    }
    Set<TopicPartition> target = broker.target(group(), now);
    List<TopicPartition> revoked =
        assigned.stream().filter(partition -> !target.contains(partition)).sorted(ORDER).toList();
    if (!revoked.isEmpty()) {
      if (listener != null) {
        listener.onPartitionsRevoked(revoked);
      }
      forget(revoked);
    }
    now.owned.retainAll(target);
    broker.acquire(group(), now);
    List<TopicPartition> added =
        now.owned.stream()
            .filter(partition -> !assigned.contains(partition))
            .sorted(ORDER)
            .toList();
    if (!added.isEmpty()) {
      assigned.addAll(added);
      if (listener != null) {
        listener.onPartitionsAssigned(added);
      }
    }
  }

  private void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(
        partition -> {
          assigned.remove(partition);
          positions.remove(partition);
          paused.remove(partition);
        });
  }

  private void initialisePositions() {
    Set<TopicPartition> missing = new LinkedHashSet<>(assigned);
    missing.removeAll(positions.keySet());
    if (missing.isEmpty()) {
      return;
    }
    Map<TopicPartition, Long> committed = group == null ? Map.of() : fetchCommitted(missing);
    for (TopicPartition partition : missing) {
      Long offset = committed.get(partition);
      positions.put(partition, offset == null ? process.broker.log(partition).start() : offset);
    }
  }

  private Map<TopicPartition, Long> fetchCommitted(Set<TopicPartition> partitions) {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      Map<TopicPartition, Long> answer =
          process.request(
              () ->
                  process.broker.undecided(group(), partitions)
                      ? null
                      : process.broker.committed(group(), partitions));
      if (answer != null) {
        return answer;
      }
      process.simulator.sleep(Duration.ofMillis(20));
    }
    throw new TimeoutException("offsets of an open transaction are undecided");
  }

  private long readable(SimulatedLog log) {
    return committedOnly ? log.lastStable() : log.end();
  }

  private boolean hasMore() {
    for (TopicPartition partition : assigned) {
      SimulatedLog log = process.broker.log(partition);
      Long position = positions.get(partition);
      if (!paused.contains(partition) && position != null && position < readable(log)) {
        return true;
      }
    }
    return false;
  }

  private ConsumerRecords<byte[], byte[]> fetch() {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new LinkedHashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new LinkedHashMap<>();
    List<TopicPartition> order = new ArrayList<>(assigned);
    order.sort(ORDER);
    if (!order.isEmpty()) {
      java.util.Collections.rotate(order, process.simulator.random().nextInt(order.size()));
    }
    int room = maxRecords;
    for (TopicPartition partition : order) {
      if (paused.contains(partition)) {
        continue;
      }
      SimulatedLog log = process.broker.log(partition);
      long end = readable(log);
      long position = Math.max(log.start(), positions.getOrDefault(partition, 0L));
      List<ConsumerRecord<byte[], byte[]>> some = new ArrayList<>();
      while (position < end && room > 0) {
        SimulatedLog.Entry entry = log.from(position);
        if (entry == null || entry.offset() >= end) {
          position = end;
          break;
        }
        position = entry.offset() + 1;
        if (SimulatedLog.visible(entry, committedOnly)) {
          some.add(record(partition, entry));
          room--;
        }
      }
      positions.put(partition, position);
      if (!some.isEmpty()) {
        records.put(partition, some);
        next.put(partition, new OffsetAndMetadata(position));
      }
    }
    return new ConsumerRecords<>(records, next);
  }

  private static ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, SimulatedLog.Entry entry) {
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        entry.offset(),
        entry.timestamp(),
        TimestampType.CREATE_TIME,
        entry.key() == null ? -1 : entry.key().length,
        entry.value() == null ? -1 : entry.value().length,
        entry.key(),
        entry.value(),
        new org.apache.kafka.common.header.internals.RecordHeaders(entry.headers().toArray()),
        Optional.empty());
  }

  public void seek(TopicPartition partition, long offset) {
    positions.put(partition, offset);
  }

  public void seek(TopicPartition partition, OffsetAndMetadata offset) {
    positions.put(partition, offset.offset());
  }

  public void seekToBeginning(Collection<TopicPartition> partitions) {
    partitions.forEach(
        partition -> positions.put(partition, process.broker.log(partition).start()));
  }

  public long position(TopicPartition partition) {
    initialisePositions();
    return positions.getOrDefault(partition, 0L);
  }

  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> result = new LinkedHashMap<>();
    fetchCommitted(partitions)
        .forEach((partition, offset) -> result.put(partition, new OffsetAndMetadata(offset)));
    return result;
  }

  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    SimulatedBroker.Member now = member;
    if (now == null) {
      throw new CommitFailedException("no member");
    }
    Map<TopicPartition, Long> next = new LinkedHashMap<>();
    offsets.forEach((partition, offset) -> next.put(partition, offset.offset()));
    process.request(
        () -> {
          process.broker.commit(group(), now, next);
          return 0;
        });
  }

  public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
    return process.request(
        () -> {
          Map<TopicPartition, Long> ends = new LinkedHashMap<>();
          partitions.forEach(
              partition -> ends.put(partition, readable(process.broker.log(partition))));
          return ends;
        });
  }

  public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
    return process.request(
        () -> {
          Map<TopicPartition, Long> starts = new LinkedHashMap<>();
          partitions.forEach(
              partition -> starts.put(partition, process.broker.log(partition).start()));
          return starts;
        });
  }

  public OptionalLong currentLag(TopicPartition partition) {
    return OptionalLong.empty();
  }

  public List<PartitionInfo> partitionsFor(String topic) {
    return process.request(
        () ->
            process.broker.topic(topic).stream()
                .map(log -> new PartitionInfo(topic, log.place.partition(), null, null, null))
                .toList());
  }

  public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
    return partitionsFor(topic);
  }

  public void pause(Collection<TopicPartition> partitions) {
    paused.addAll(partitions);
  }

  public void resume(Collection<TopicPartition> partitions) {
    paused.removeAll(partitions);
  }

  public Set<TopicPartition> paused() {
    return new LinkedHashSet<>(paused);
  }

  public void wakeup() {
    wakeup = true;
  }

  /** Closing waits for nothing here, so its time-out does not matter. */
  public void close(CloseOptions options) {
    close();
  }

  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    SimulatedBroker.Member now = member;
    if (now != null && !now.gone && instance == null) {
      if (listener != null && !assigned.isEmpty()) {
        listener.onPartitionsRevoked(List.copyOf(assigned));
      }
      process.broker.leave(group(), now);
    }
  }
}
