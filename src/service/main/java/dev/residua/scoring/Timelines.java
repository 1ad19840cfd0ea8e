package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SourceTimeline;
import dev.residua.model.SafeText;
import dev.residua.state.TimelineStates;
import dev.residua.wire.LogLimit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timelines of the sources of this process's partitions. A transaction publishes its changes;
 * an abort takes them back. For one thread.
 */
final class Timelines {
  private static final Logger LOG = LoggerFactory.getLogger(Timelines.class);
  private static final byte COUNTED = 0;
  private static final byte FILES = 1;

  private static final Duration SEARCH_AGAIN = Duration.ofMinutes(1);

  private final TimelineSettings settings;
  private final Map<Integer, Map<String, Entry>> partitions = new HashMap<>();
  private final List<Entry> changed = new ArrayList<>();

  /** Taken out by the open transaction to make room. */
  private final List<Entry> removed = new ArrayList<>();

  private final LogLimit skipped = new LogLimit();
  private int sources;
  private Instant searched = Instant.EPOCH;

  /** Records that are written when a transaction ends. */
  interface Sink {
    void put(int partition, byte[] key, byte @Nullable [] value);
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

  Timelines(TimelineSettings settings) {
    this.settings = settings;
  }

  /**
   * Takes over a partition.
   *
   * @param stored its newest records by key; a record that is not a timeline is skipped, as another
   *     producer wrote it, and a source of that name starts with its next frame
   */
  void assigned(int partition, Map<String, byte[]> stored) {
    Map<String, Entry> entries = new HashMap<>();
    stored.forEach(
        (key, bytes) -> {
          try {
            entries.put(key, new Entry(partition, key, TimelineStates.decode(bytes), bytes));
          } catch (IllegalArgumentException e) {
            skipped.log(
                count ->
                    LOG.warn(
                        "timelines skipped: count={} source={} partition={} reason={}",
                        count,
                        SafeText.of(key),
                        partition,
                        e.getMessage()));
          }
        });
    revoked(partition);
    partitions.put(partition, entries);
    sources += entries.size();
  }

  /** Drops a partition; not inside a transaction. */
  void revoked(int partition) {
    Map<String, Entry> entries = partitions.remove(partition);
    sources -= entries == null ? 0 : entries.size();
  }

  /** Drops all partitions, and the changes of an open transaction. */
  void drop() {
    partitions.clear();
    changed.clear();
    removed.clear();
    sources = 0;
  }

  /** Sources known by now. */
  int size() {
    return sources;
  }

  /** A frame that is new to its source, until {@link #accept} adds it. */
  record Candidate(Entry entry, SourceTimeline.Admission admission) {
    FrameTiming timing() {
      return admission.timing();
    }
  }

  /**
   * Checks the next frame of a partition; see {@link SourceTimeline#check}.
   *
   * @throws RejectedFrameException if it is a duplicate or stale, or of a source for which there is
   *     no room
   */
  Candidate check(int partition, Frame frame, boolean bareFile, Instant recordTime, Instant now)
      throws RejectedFrameException {
    String key = (char) (bareFile ? FILES : COUNTED) + frame.source();
    Entry known = partitions.getOrDefault(partition, Map.of()).get(key);
    if (known == null && sources >= settings.maxSources() && !makeRoom(now)) {
      throw new RejectedFrameException(
          RejectedFrameException.Reason.TOO_MANY_SOURCES,
          "'%s' is one source more than the %d that are allowed (residua.sources.max), and none was idle for %s (residua.sources.forget-after); do its names change with every frame?"
              .formatted(SafeText.of(frame.source()), settings.maxSources(), settings.idle()));
    }
    Entry entry = known == null ? new Entry(partition, key, new SourceTimeline(), null) : known;
    try {
      return new Candidate(
          entry, entry.timeline.check(frame, bareFile, recordTime, now, settings.clockTolerance()));
    } catch (RejectedFrameException e) {
      markChanged(entry); // the refusal is counted
      throw e;
    }
  }

  /**
   * Forgets the sources that were idle for long, which costs a pass over all of them, at most once
   * per minute.
   *
   * @return whether there is room now
   */
  private boolean makeRoom(Instant now) {
    if (now.isBefore(searched.plus(SEARCH_AGAIN))) {
      return false;
    }
    searched = now;
    long last = now.minus(settings.idle()).toEpochMilli() * 1_000;
    for (Map<String, Entry> entries : partitions.values()) {
      entries
          .values()
          .removeIf(
              entry -> {
                boolean idle = !entry.dirty && entry.timeline.newestMicros() < last;
                if (idle) {
                  removed.add(entry);
                  sources--;
                }
                return idle;
              });
    }
    return sources < settings.maxSources();
  }

  /** Adds the frame that was checked last. */
  void accept(Candidate candidate) {
    Entry entry = candidate.entry();
    if (partitions.computeIfAbsent(entry.partition, p -> new HashMap<>()).put(entry.key, entry)
        == null) {
      sources++;
    }
    markChanged(entry);
    entry.timeline.record(candidate.admission());
  }

  private void markChanged(Entry entry) {
    if (!entry.dirty) {
      entry.dirty = true;
      changed.add(entry);
    }
  }

  /** Writes the changes of the transaction; null for a source that was forgotten. */
  void publish(Sink sink) {
    for (Entry entry : removed) {
      sink.put(entry.partition, entry.key.getBytes(StandardCharsets.UTF_8), null);
    }
    for (Entry entry : changed) {
      byte[] bytes = TimelineStates.encode(entry.timeline);
      entry.published = bytes;
      sink.put(entry.partition, entry.key.getBytes(StandardCharsets.UTF_8), bytes);
    }
  }

  /** The published changes are committed. */
  void committed() {
    for (Entry entry : changed) {
      entry.committed = entry.published;
      entry.dirty = false;
    }
    changed.clear();
    removed.clear();
  }

  /** Restores the state before the transaction. */
  void aborted() {
    for (Entry entry : changed) {
      entry.dirty = false;
      byte[] before = entry.committed;
      if (before == null) {
        Map<String, Entry> entries = partitions.get(entry.partition);
        if (entries != null && entries.remove(entry.key) != null) {
          sources--;
        }
      } else {
        entry.timeline = TimelineStates.decode(before);
      }
    }
    changed.clear();
    for (Entry entry : removed) {
      Map<String, Entry> entries = partitions.get(entry.partition);
      if (entries != null && entries.putIfAbsent(entry.key, entry) == null) {
        sources++;
      }
    }
    removed.clear();
    searched = Instant.EPOCH;
  }
}
