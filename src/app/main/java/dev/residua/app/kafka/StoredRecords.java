package dev.residua.app.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts the records of one source in a topic, partition by partition. Kafka can delete the
 * beginning of a partition only: the records of a source go with all that were written before the
 * last of them.
 */
public final class StoredRecords {
  private final Map<Integer, Partition> partitions = new TreeMap<>();

  private static final class Partition {
    private long own;
    private long lastOffset = -1;
    private long lastMillis;
    private long others; // of all sources, so far
    private long othersBefore; // before the last own record
  }

  /** Counts the next record of a partition. */
  public void add(int partition, long offset, long millis, boolean own) {
    Partition counts = partitions.computeIfAbsent(partition, p -> new Partition());
    if (own) {
      counts.own++;
      counts.lastOffset = offset;
      counts.lastMillis = Math.max(counts.lastMillis, millis);
      counts.othersBefore = counts.others;
    } else {
      counts.others++;
    }
  }

  /** Records of the source. */
  public long own() {
    return partitions.values().stream().mapToLong(counts -> counts.own).sum();
  }

  /** When the last record of the source was written; empty if there is none. */
  public Optional<Instant> last() {
    return partitions.values().stream()
        .filter(counts -> counts.own > 0)
        .map(counts -> Instant.ofEpochMilli(counts.lastMillis))
        .max(Instant::compareTo);
  }

  /** Records of other sources that are deleted with them. */
  public long others() {
    return partitions.values().stream().mapToLong(counts -> counts.othersBefore).sum();
  }

  /**
   * The offset before which each partition is to be emptied.
   *
   * @param withOthers whether records of other sources may be deleted too
   */
  public Map<Integer, Long> deletions(boolean withOthers) {
    Map<Integer, Long> before = new TreeMap<>();
    partitions.forEach(
        (number, counts) -> {
          if (counts.own > 0 && (withOthers || counts.othersBefore == 0)) {
            before.put(number, counts.lastOffset + 1);
          }
        });
    return before;
  }

  /** Records of the source that {@link #deletions} leaves. */
  public long left(boolean withOthers) {
    return partitions.values().stream()
        .filter(counts -> !withOthers && counts.othersBefore > 0)
        .mapToLong(counts -> counts.own)
        .sum();
  }

  /**
   * When the last record that is left becomes too old to be kept. Kafka deletes whole segments, so
   * it may stay for some time after that.
   *
   * @param retention time for which the topic keeps records
   * @return empty if nothing is left
   */
  public Optional<Instant> leftUntil(Duration retention, boolean withOthers) {
    return partitions.values().stream()
        .filter(counts -> counts.own > 0 && !withOthers && counts.othersBefore > 0)
        .map(counts -> Instant.ofEpochMilli(counts.lastMillis).plus(retention))
        .max(Instant::compareTo);
  }
}
