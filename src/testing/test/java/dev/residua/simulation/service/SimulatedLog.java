package dev.residua.simulation.service;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** One partition of the simulated broker: records and markers by offset. */
final class SimulatedLog {
  final TopicPartition place;
  private final List<Entry> entries = new ArrayList<>();

  /** All that was ever appended, for the checker. */
  private final List<Entry> history = new ArrayList<>();

  private int decided; // entries of the history before this one belong to no open transaction
  private long start;
  private long end;

  /** A transaction, from its first record to its markers. */
  static final class Transaction {
    final SimulatedBroker.Producing owner;
    final long beganMillis;
    final Set<TopicPartition> partitions = new java.util.LinkedHashSet<>();
    final Map<String, Map<TopicPartition, Long>> offsets = new LinkedHashMap<>();

    /** Null while it is open. */
    @Nullable Boolean committed;

    /** Partitions that have no marker yet, with the time at which it arrives. */
    final Map<TopicPartition, Long> unmarked = new LinkedHashMap<>();

    long offsetsDueMillis;

    Transaction(SimulatedBroker.Producing owner, long beganMillis) {
      this.owner = owner;
      this.beganMillis = beganMillis;
    }

    boolean complete() {
      return committed != null && unmarked.isEmpty() && offsets.isEmpty();
    }

    boolean openAt(TopicPartition partition) {
      return committed == null || unmarked.containsKey(partition);
    }
  }

  /**
   * A record, or the marker of a transaction.
   *
   * @param marker whether it only ends a transaction
   */
  record Entry(
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers,
      @Nullable Transaction transaction,
      boolean marker) {}

  SimulatedLog(TopicPartition place) {
    this.place = place;
  }

  long append(
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers,
      @Nullable Transaction transaction) {
    Entry entry =
        new Entry(
            end, timestamp, key, value, new RecordHeaders(headers.toArray()), transaction, false);
    entries.add(entry);
    history.add(entry);
    return end++;
  }

  void mark(long timestamp, Transaction transaction) {
    Entry marker = new Entry(end, timestamp, null, null, new RecordHeaders(), transaction, true);
    entries.add(marker);
    history.add(marker);
    end++;
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  /** The first offset of an open transaction, else the end. */
  long lastStable() {
    while (decided < history.size()) {
      Entry entry = history.get(decided);
      Transaction transaction = entry.transaction();
      if (!entry.marker() && transaction != null && transaction.openAt(place)) {
        return entry.offset();
      }
      decided++;
    }
    return end;
  }

  /** The entry at an offset or the first after it; null at the end. */
  @Nullable Entry from(long offset) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).offset() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < entries.size() ? entries.get(low) : null;
  }

  /**
   * Returns true if a reader of committed records gets an entry that is before the last stable
   * offset.
   */
  static boolean visible(Entry entry, boolean committedOnly) {
    if (entry.marker()) {
      return false;
    }
    Transaction transaction = entry.transaction();
    return transaction == null || !committedOnly || Boolean.TRUE.equals(transaction.committed);
  }

  /** Records that a reader of committed records got who missed none, also of those deleted. */
  List<Entry> committed() {
    long stable = lastStable();
    return history.stream()
        .filter(entry -> entry.offset() < stable && visible(entry, true))
        .toList();
  }

  /** Returns true if a record is still there. */
  boolean kept(Entry entry) {
    return from(entry.offset()) == entry;
  }

  /** Removes decided records that a later decided record of the same key replaces. */
  void compact() {
    long stable = lastStable();
    Set<ByteBuffer> newer = new HashSet<>();
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      byte[] key = entry.key();
      if (entry.offset() >= stable || entry.marker() || key == null) {
        continue;
      }
      if (!visible(entry, true) || !newer.add(ByteBuffer.wrap(key))) {
        entries.remove(i);
      }
    }
  }

  /** Deletes the records before an offset. */
  void deleteBefore(long offset) {
    start = Math.max(start, Math.min(offset, lastStable()));
    entries.removeIf(entry -> entry.offset() < start);
  }
}
