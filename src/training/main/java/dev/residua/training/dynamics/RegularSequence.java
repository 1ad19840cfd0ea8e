package dev.residua.training.dynamics;

/**
 * Readings at regular times.
 *
 * @param stepSeconds time between rows
 * @param rows shape {@code [n][variables]}; NaN if missing
 */
public record RegularSequence(double stepSeconds, double[][] rows) {
  /** Fewest rows that are accepted. */
  public static final int MIN_ROWS = 300;

  /**
   * @throws IllegalArgumentException if there are too few rows, sizes differ, a number is infinite,
   *     or more than half of the readings of a variable are missing
   */
  public RegularSequence {
    if (!(stepSeconds > 0 && Double.isFinite(stepSeconds))) {
      throw new IllegalArgumentException("step must be above 0 s but was " + stepSeconds);
    }
    if (rows.length < MIN_ROWS) {
      throw new IllegalArgumentException(
          "a sequence needs at least %d rows but got %d".formatted(MIN_ROWS, rows.length));
    }
    int[] known = new int[rows[0].length];
    for (int t = 0; t < rows.length; t++) {
      if (rows[t].length != known.length) {
        throw new IllegalArgumentException(
            "row %d has %d readings, expected %d".formatted(t, rows[t].length, known.length));
      }
      for (int i = 0; i < known.length; i++) {
        if (Double.isInfinite(rows[t][i])) {
          throw new IllegalArgumentException("reading %d of row %d is infinite".formatted(i, t));
        }
        known[i] += Double.isNaN(rows[t][i]) ? 0 : 1;
      }
    }
    for (int i = 0; i < known.length; i++) {
      if (2 * known[i] < rows.length) {
        throw new IllegalArgumentException(
            "variable %d has %d readings in %d rows, expected at least half"
                .formatted(i, known[i], rows.length));
      }
    }
  }

  /** Number of variables. */
  public int variables() {
    return rows[0].length;
  }
}
