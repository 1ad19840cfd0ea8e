package dev.residua.renewal.selection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sample of frames that covers sources and time evenly, in memory of fixed size. Strata are the
 * frames of one source, of one time bucket, with or without readings of factors. With {@code n_s}
 * frames in stratum {@code s} and room for {@code C}, the sample has {@code min(q, n_s)} of each,
 * {@code q} the largest number for which they fit, and within a stratum every set of that size is
 * as likely as any other.
 *
 * <p>Every frame has a pseudorandom number of its source, sequence, capture time and the seed, and
 * a stratum keeps the {@code q} smallest. As {@code q} never rises, none of those is dropped too
 * early: the sample depends on the set of frames and the seed, not on the order, and a repeated
 * frame counts once. With more strata than room, those with the smallest pseudorandom numbers keep
 * one frame each.
 *
 * <p>Contains at most {@code C + 1} frames. O(log C) time per frame, and O(strata) for each of the
 * at most {@code C} times that {@code q} falls. For one thread.
 *
 * <p>Source: bottom-k sampling, Cohen and Kaplan, Summarizing Data using Bottom-k Sketches, PODC
 * 2007.
 */
public final class StratifiedReservoir {
  private final int capacity;
  private final long bucketNanos;
  private final long seed;
  private final Map<Stratum, TreeMap<Long, FrameCandidate>> strata = new HashMap<>();

  /** Strata by pseudorandom number, for when there are too many. */
  private final TreeMap<Long, Stratum> order = new TreeMap<>();

  private int quota;
  private int kept;

  /** Strata with this number or a larger one are dropped. */
  private long lastStratum = Long.MAX_VALUE;

  private record Stratum(String source, long bucket, boolean labelled) {
    long draw(long seed) {
      long hash = FrameCandidate.hash(FrameCandidate.mix(~seed), source);
      return FrameCandidate.mix(FrameCandidate.mix(hash ^ bucket) ^ (labelled ? 1 : 0));
    }
  }

  /**
   * @param capacity most frames {@code C}, at least 1
   * @param bucket length of a time bucket; buckets begin at multiples of it since 1970
   * @param seed of all pseudorandom numbers
   */
  public StratifiedReservoir(int capacity, Duration bucket, long seed) {
    if (capacity < 1 || bucket.isNegative() || bucket.isZero()) {
      throw new IllegalArgumentException(
          "a reservoir needs room for at least 1 frame and buckets above zero but got %d and %s"
              .formatted(capacity, bucket));
    }
    this.capacity = capacity;
    this.bucketNanos = bucket.toNanos();
    this.seed = seed;
    this.quota = capacity;
  }

  /** Offers a frame. */
  public void offer(FrameCandidate frame) {
    Stratum stratum = new Stratum(frame.source(), bucket(frame), frame.labelled());
    TreeMap<Long, FrameCandidate> frames = strata.get(stratum);
    if (frames == null) {
      long number = stratum.draw(seed);
      if (number >= lastStratum) {
        return;
      }
      frames = new TreeMap<>();
      strata.put(stratum, frames);
      order.put(number, stratum);
    }
    long number = frame.draw(seed);
    if (frames.size() < quota) {
      kept += frames.put(number, frame) == null ? 1 : 0;
    } else if (number < frames.lastKey() && frames.put(number, frame) == null) {
      frames.pollLastEntry();
    }
    while (kept > capacity) {
      shrink();
    }
  }

  private long bucket(FrameCandidate frame) {
    long seconds = frame.capturedAt().getEpochSecond();
    // Nanoseconds of the far future overflow; buckets of more than a second do not need them.
    return bucketNanos % 1_000_000_000L == 0
        ? Math.floorDiv(seconds, bucketNanos / 1_000_000_000L)
        : Math.floorDiv(seconds * 1_000_000_000L + frame.capturedAt().getNano(), bucketNanos);
  }

  private void shrink() {
    if (quota > 1) {
      quota--;
      for (TreeMap<Long, FrameCandidate> frames : strata.values()) {
        if (frames.size() > quota) {
          frames.pollLastEntry();
          kept--;
        }
      }
      return;
    }
    Map.Entry<Long, Stratum> last = order.pollLastEntry();
    lastStratum = last.getKey();
    TreeMap<Long, FrameCandidate> dropped = strata.remove(last.getValue());
    kept -= dropped == null ? 0 : dropped.size();
  }

  /** Number of frames in the sample. */
  public int size() {
    return kept;
  }

  /** Most frames of a stratum in the sample. */
  public int quota() {
    return quota;
  }

  /** The sample in the order of capture times, then of sources and sequences. */
  public List<FrameCandidate> frames() {
    List<FrameCandidate> all = new ArrayList<>(kept);
    strata.values().forEach(frames -> all.addAll(frames.values()));
    all.sort(IN_TIME);
    return all;
  }

  /** By capture time; frames of the same time by source and sequence. */
  static final Comparator<FrameCandidate> IN_TIME =
      Comparator.comparing(FrameCandidate::capturedAt)
          .thenComparing(FrameCandidate::source)
          .thenComparingLong(FrameCandidate::sequence);
}
