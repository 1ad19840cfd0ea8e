package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.SourceTimeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The timelines of the sources of some partitions, changed by transactions: what a transaction did
 * to them is published with it, and forgotten where it is aborted. For one thread.
 */
final class Timelines {
  private static final byte COUNTED = 0;
  private static final byte FILES = 1;

  private final Duration tolerance;
  private final Map<Integer, Map<String, Entry>> partitions = new HashMap<>();
  private final List<Entry> changed = new ArrayList<>();

  /** What is written when a transaction ends. */
  interface Sink {
    void put(int partition, byte[] key, byte[] value);
  }

  private static final class Entry {
    final int partition;
    final String key; // kind and source
    SourceTimeline timeline;
    byte @Nullable [] committed;
    byte @Nullable [] published; // by the transaction that is open
    boolean dirty;

    Entry(int partition, String key, SourceTimeline timeline, byte @Nullable [] committed) {
      this.partition = partition;
      this.key = key;
      this.timeline = timeline;
      this.committed = committed;
    }
  }

  /**
   * @param tolerance how far ahead of its record a capture time may be
   */
  Timelines(Duration tolerance) {
    this.tolerance = tolerance;
  }

  /**
   * Takes over a partition.
   *
   * @param stored its newest records by key
   * @throws IllegalArgumentException if one of them cannot be read
   */
  void assigned(int partition, Map<String, byte[]> stored) {
    Map<String, Entry> entries = new HashMap<>();
    stored.forEach(
        (key, bytes) ->
            entries.put(key, new Entry(partition, key, SourceTimeline.fromBytes(bytes), bytes)));
    partitions.put(partition, entries);
  }

  /** Forgets a partition; not inside a transaction. */
  void revoked(int partition) {
    partitions.remove(partition);
  }

  /** Forgets everything, also what an open transaction did. */
  void forget() {
    partitions.clear();
    changed.clear();
  }

  /** Sources known by now. */
  int size() {
    return partitions.values().stream().mapToInt(Map::size).sum();
  }

  /** Takes the next frame of a partition; see {@link SourceTimeline#next}. */
  SourceTimeline.Step next(
      int partition, Frame frame, boolean bareFile, Instant recordTime, Instant now) {
    Entry entry =
        partitions
            .computeIfAbsent(partition, p -> new HashMap<>())
            .computeIfAbsent(
                (char) (bareFile ? FILES : COUNTED) + frame.source(),
                key -> new Entry(partition, key, new SourceTimeline(), null));
    if (!entry.dirty) {
      entry.dirty = true;
      changed.add(entry);
    }
    return entry.timeline.next(frame, bareFile, recordTime, now, tolerance);
  }

  /** Writes what the transaction changed. */
  void publish(Sink sink) {
    for (Entry entry : changed) {
      byte[] bytes = entry.timeline.toBytes();
      entry.published = bytes;
      sink.put(entry.partition, entry.key.getBytes(StandardCharsets.UTF_8), bytes);
    }
  }

  /** What was published is committed. */
  void committed() {
    for (Entry entry : changed) {
      entry.committed = entry.published;
      entry.dirty = false;
    }
    changed.clear();
  }

  /** The transaction is as if it had never been. */
  void aborted() {
    for (Entry entry : changed) {
      entry.dirty = false;
      byte[] before = entry.committed;
      if (before == null) {
        Map<String, Entry> entries = partitions.get(entry.partition);
        if (entries != null) {
          entries.remove(entry.key);
        }
      } else {
        entry.timeline = SourceTimeline.fromBytes(before);
      }
    }
    changed.clear();
  }
}
