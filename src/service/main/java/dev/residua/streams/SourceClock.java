package dev.residua.streams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When each source of a partition sent its last frame, on a clock that counts while this process
 * looks at its sources. A source that is restored counts from then, so that a process which reads
 * on after a pause finds none silent. Neither do a suspended process and one whose wall clock is
 * set: a step of the wall clock counts for at most {@link #LONGEST_STEP}, one back for nothing.
 * Mutable, for one thread.
 */
final class SourceClock {
  /** Longest time between two updates that counts. */
  static final Duration LONGEST_STEP = Duration.ofSeconds(10);

  private final Map<String, Long> last = new LinkedHashMap<>(); // the longest idle first
  private long updatedAt;
  private long elapsed;

  /** Starts without sources, at a wall-clock time in milliseconds. */
  void start(long now) {
    last.clear();
    updatedAt = now;
  }

  /** Counts the time since the last update, at a wall-clock time in milliseconds. */
  void update(long now) {
    elapsed += Math.max(0, Math.min(now - updatedAt, LONGEST_STEP.toMillis()));
    updatedAt = now;
  }

  /** A source sent a frame, or was restored. */
  void seen(String source) {
    last.remove(source); // to the end of the order
    last.put(source, elapsed);
  }

  void forget(String source) {
    last.remove(source);
  }

  /** All sources. */
  List<String> sources() {
    return List.copyOf(last.keySet());
  }

  /** Time since the last frame of a source. */
  Duration idle(String source) {
    return Duration.ofMillis(elapsed - last.getOrDefault(source, elapsed));
  }

  /** Sources without a frame for that long, the longest idle first. */
  List<String> idleFor(Duration time) {
    List<String> idle = new ArrayList<>();
    for (Map.Entry<String, Long> one : last.entrySet()) {
      if (elapsed - one.getValue() < time.toMillis()) {
        break;
      }
      idle.add(one.getKey());
    }
    return idle;
  }
}
