package dev.residua.streams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When each source of a partition sent its last frame, on the clock of this process. A source that
 * is restored counts from then, so that a process which reads on after a pause finds none silent.
 * Mutable, for one thread.
 */
final class SourceClock {
  private final Map<String, Long> last = new LinkedHashMap<>(); // the longest idle first

  /** A source sent a frame, or was restored, at a time in milliseconds. */
  void seen(String source, long now) {
    last.remove(source); // to the end of the order
    last.put(source, now);
  }

  void forget(String source) {
    last.remove(source);
  }

  void clear() {
    last.clear();
  }

  /** All sources. */
  List<String> sources() {
    return List.copyOf(last.keySet());
  }

  /** Time since the last frame of a source. */
  Duration idle(String source, long now) {
    return Duration.ofMillis(Math.max(0, now - last.getOrDefault(source, now)));
  }

  /** Sources without a frame for that long, the longest idle first. */
  List<String> idleFor(Duration time, long now) {
    List<String> idle = new ArrayList<>();
    for (Map.Entry<String, Long> one : last.entrySet()) {
      if (now - one.getValue() < time.toMillis()) {
        break;
      }
      idle.add(one.getKey());
    }
    return idle;
  }
}
