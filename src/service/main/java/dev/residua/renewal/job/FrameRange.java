package dev.residua.renewal.job;

import dev.residua.topic.OffsetSpan;
import java.time.Instant;
import java.util.Map;

/** A part of the topic of frames. */
public sealed interface FrameRange {
  /** All stored frames. */
  record All() implements FrameRange {}

  /**
   * Offsets of some partitions, without the others.
   *
   * @param partitions span of offsets by partition, at least one
   */
  record Offsets(Map<Integer, OffsetSpan> partitions) implements FrameRange {
    public Offsets {
      partitions = Map.copyOf(partitions);
      if (partitions.isEmpty()) {
        throw new IllegalArgumentException("a range of offsets needs at least one partition");
      }
    }
  }

  /**
   * Records of all partitions by their timestamps.
   *
   * @param from first moment
   * @param until moment after the last, later than {@code from}
   */
  record Times(Instant from, Instant until) implements FrameRange {
    public Times {
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException(
            "a range of times must end after it begins but was %s to %s".formatted(from, until));
      }
    }
  }
}
