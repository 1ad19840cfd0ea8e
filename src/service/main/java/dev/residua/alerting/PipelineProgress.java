package dev.residua.alerting;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds partitions that stand still: records arrive, and the group that reads them commits nothing.
 * Offsets alone do not say so, since the end of a transaction takes an offset that no group reads.
 * Mutable, for one thread.
 */
public final class PipelineProgress {
  /** Time for which records may arrive on a partition without being read. */
  public static final Duration MAX_PAUSE = Duration.ofMinutes(5);

  /** A partition that a consumer group reads. */
  public record Partition(String group, String topic, int number) {}

  /**
   * Offsets of a partition.
   *
   * @param committed next one that the group reads; -1 if it has committed none
   * @param end next one that a record gets
   */
  public record Offsets(long committed, long end) {}

  /**
   * Progress of a partition.
   *
   * @param last its offsets when the group was first seen there
   * @param waitingSince when a record arrived after that, if one did
   */
  private record Progress(Offsets last, Optional<Instant> waitingSince) {
    Progress next(Offsets now, Instant at) {
      if (now.committed() != last.committed()) {
        return new Progress(now, Optional.empty());
      }
      return waitingSince.isEmpty() && now.end() > last.end()
          ? new Progress(last, Optional.of(at))
          : this;
    }

    boolean standsStill(Instant now) {
      return waitingSince.filter(since -> !now.isBefore(since.plus(MAX_PAUSE))).isPresent();
    }
  }

  private final Map<Partition, Progress> partitions = new HashMap<>();

  /** Forgets all offsets, so that the time before the next ones does not count. */
  void reset() {
    partitions.clear();
  }

  /**
   * Applies the offsets of all partitions.
   *
   * @return a sentence about a partition that stands still; empty if none does
   */
  Optional<String> observe(Map<Partition, Offsets> offsets, Instant now) {
    partitions.keySet().retainAll(offsets.keySet());
    offsets.forEach(
        (partition, current) ->
            partitions.merge(
                partition,
                new Progress(current, Optional.empty()),
                (before, first) -> before.next(current, now)));
    return partitions.entrySet().stream()
        .filter(each -> each.getValue().standsStill(now))
        .map(Map.Entry::getKey)
        .map(
            partition ->
                "group %s has read nothing of %s, partition %d, for %d minutes, although records arrive"
                    .formatted(
                        partition.group(),
                        partition.topic(),
                        partition.number(),
                        MAX_PAUSE.toMinutes()))
        .min(String::compareTo);
  }
}
