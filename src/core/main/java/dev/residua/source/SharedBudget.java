package dev.residua.source;

/**
 * False-alarm budget that all sources of a rule share.
 *
 * @param among number among which it is divided; 0 until the sources are counted
 */
public record SharedBudget(int among) {
  /** Largest number among which a budget is divided. */
  public static final int MAX_SHARED = 1 << 20;

  public SharedBudget {
    if (among < 0 || among > MAX_SHARED) {
      throw new IllegalArgumentException(
          "a budget was divided among %d; expected 0 to %d".formatted(among, MAX_SHARED));
    }
  }
}
