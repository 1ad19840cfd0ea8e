package dev.residua.streams;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is held ready of some sources. Cameras send in turns: the one that was seen longest ago is
 * the next, so that keeping those seen last would keep none of the next ones where there are more
 * than room. This keeps the same ones through all turns, by how often they are used, and lets go of
 * those that stopped. For one thread.
 */
final class MonitorCache<T> {
  private final Cache<String, T> held;
  private @Nullable T left;

  /**
   * @param most number of sources of which something is held, at least 0
   * @param leaves learns which source is not held any more, because of others
   */
  MonitorCache(int most, Consumer<String> leaves) {
    this.held =
        Caffeine.newBuilder()
            .maximumSize(most)
            .executor(Runnable::run) // so that it is this thread that lets go
            .<String, T>evictionListener(
                (source, value, cause) -> {
                  if (source != null) {
                    left = value;
                    leaves.accept(source);
                  }
                })
            .build();
  }

  /** What is held of a source that sent a frame; null if nothing. */
  @Nullable T use(String source) {
    return held.getIfPresent(source);
  }

  /** What is held of a source; null if nothing. */
  @Nullable T look(String source) {
    return held.policy().getIfPresentQuietly(source);
  }

  /** Holds this of a source; perhaps it leaves at once, or another does. */
  void put(String source, T value) {
    if (look(source) != value) { // a write costs more than a look
      held.put(source, value);
    }
  }

  void remove(String source) {
    held.invalidate(source);
  }

  /** What left last, once: its memory can be that of the next one. */
  @Nullable T left() {
    T value = left;
    left = null;
    return value;
  }

  /** Changes the number of sources of which something is held. */
  void resize(int most) {
    held.policy()
        .eviction()
        .filter(bound -> bound.getMaximum() != most)
        .ifPresent(bound -> bound.setMaximum(most));
  }

  void clear() {
    held.invalidateAll();
    left = null;
  }
}
