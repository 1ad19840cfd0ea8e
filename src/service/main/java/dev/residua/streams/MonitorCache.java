package dev.residua.streams;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cache of monitors for recently active sources. Cameras send round-robin, so that a cache of the
 * last used ones would never hit if there are more sources than places. This cache keeps the same
 * sources by their frequency, and evicts those that stopped. For one thread.
 */
final class MonitorCache<T> {
  private final Cache<String, T> held;
  private @Nullable T left;

  /**
   * @param most max number of sources, at least 0
   * @param leaves receives each source that is evicted because of others
   */
  MonitorCache(int most, Consumer<String> leaves) {
    this.held =
        Caffeine.newBuilder()
            .maximumSize(most)
            .executor(Runnable::run) // so that this thread evicts
            .<String, T>evictionListener(
                (source, value, cause) -> {
                  if (source != null) {
                    left = value;
                    leaves.accept(source);
                  }
                })
            .build();
  }

  /** Returns the value of a source that sent a frame; null if there is none. */
  @Nullable T use(String source) {
    return held.getIfPresent(source);
  }

  /** Like {@link #use}, but does not count as a use. */
  @Nullable T look(String source) {
    return held.policy().getIfPresentQuietly(source);
  }

  /** Adds a value, which may be evicted at once. */
  void put(String source, T value) {
    if (look(source) != value) { // a write costs more than a look
      held.put(source, value);
    }
  }

  void remove(String source) {
    held.invalidate(source);
  }

  /** Returns the value that was evicted last, once, so that its memory can be reused. */
  @Nullable T left() {
    T value = left;
    left = null;
    return value;
  }

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
