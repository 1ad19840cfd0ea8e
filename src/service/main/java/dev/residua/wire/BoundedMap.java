package dev.residua.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that drops its eldest entry when it has more than a number of them. Not thread-safe. */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int most;

  private BoundedMap(int most, boolean byUse) {
    super(16, 0.75f, byUse);
    this.most = most;
  }

  /** Drops the entry that was added first. */
  public static <K, V> BoundedMap<K, V> ofLatest(int most) {
    return new BoundedMap<>(most, false);
  }

  /** Drops the entry that was not used for the longest time. */
  public static <K, V> BoundedMap<K, V> ofLastUsed(int most) {
    return new BoundedMap<>(most, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
