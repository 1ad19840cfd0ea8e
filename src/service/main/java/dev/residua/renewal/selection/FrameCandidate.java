package dev.residua.renewal.selection;

import dev.residua.frame.FramePosition;
import java.time.Instant;

/**
 * A stored frame without its pixels, as a candidate for training.
 *
 * @param sequence its number within the source, at least 0
 * @param labelled whether it has readings of factors
 */
public record FrameCandidate(
    String source, FramePosition position, Instant capturedAt, long sequence, boolean labelled) {
  public FrameCandidate {
    if (source.isBlank() || sequence < 0) {
      throw new IllegalArgumentException(
          "frame at %s needs a source and a sequence of at least 0 but has '%s' and %d"
              .formatted(position, source, sequence));
    }
  }

  /**
   * Returns true if this frame directly follows another one of its source.
   *
   * @param maxGapNanos longest time between two frames
   */
  boolean follows(FrameCandidate before, long maxGapNanos) {
    if (capturedAt.isBefore(before.capturedAt)
        || before.capturedAt.plusNanos(maxGapNanos).isBefore(capturedAt)) {
      return false;
    }
    // The sequence of a bare file is its offset, with frames of other sources in between.
    boolean numbered = sequence != position.offset() || before.sequence != before.position.offset();
    return numbered ? sequence == before.sequence + 1 : sequence > before.sequence;
  }

  /** A pseudorandom number of this frame; depends on the seed but not on the position. */
  long draw(long seed) {
    long hash = mix(seed ^ 0x9E3779B97F4A7C15L);
    hash = hash(hash, source);
    hash = mix(hash ^ sequence);
    hash = mix(hash ^ capturedAt.getEpochSecond());
    return mix(hash ^ capturedAt.getNano());
  }

  static long hash(long seed, String text) {
    long hash = seed;
    for (int i = 0; i < text.length(); i++) {
      hash = mix(hash ^ text.charAt(i));
    }
    return mix(hash ^ text.length());
  }

  /**
   * A bijection of 64 bits in which every bit depends on every other. Source: Steele, Lea and
   * Flood, Fast splittable pseudorandom number generators, OOPSLA 2014, Figure 16 (variant 13).
   */
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
