package dev.residua.app.metrics;

import java.util.HashSet;
import java.util.Set;

/**
 * Gives the first sources of a process, up to a number, their own label in metrics, since
 * Prometheus keeps a series for every value of a label. The others share one. For any thread.
 */
public final class SourceLabels {
  /** Label of all other sources. */
  static final String OTHERS = "_other";

  private static final int MAX_CHARACTERS = 128;

  private final int most;
  private final Set<String> own = new HashSet<>();

  /**
   * @param most sources that have a label of their own, at least 0
   */
  public SourceLabels(int most) {
    if (most < 0) {
      throw new IllegalArgumentException(
          "residua.metrics.sources must be at least 0 but was " + most);
    }
    this.most = most;
  }

  synchronized String of(String source) {
    if (own.contains(source)) {
      return source;
    }
    if (own.size() >= most || source.length() > MAX_CHARACTERS || source.equals(OTHERS)) {
      return OTHERS;
    }
    own.add(source);
    return source;
  }
}
