package dev.residua.intervention;

import dev.residua.intervention.AutocorrelatedRegression.Fit;

/**
 * Influence of a direct cause on a latent in a window of frames, relative to the learned one.
 *
 * @param from name of the cause
 * @param to name of the latent
 * @param influence 1 if it is as trained, 0 if the cause no longer moves the latent; NaN if the
 *     frames do not determine it
 * @param standardError of {@code influence}; NaN if that is
 * @param pValue of an influence as trained, corrected by the procedure of Holm over all edges that
 *     were tested together, in (0, 1]; NaN if {@code influence} is
 */
public record EdgeReading(
    String from,
    String to,
    double influence,
    double standardError,
    double pValue,
    EdgeVerdict verdict) {
  /** Largest probability of a claim about an edge that is as trained. */
  public static final double LEVEL = 0.01;

  /** Influence that counts as none: an encoder reads part of a latent's value off its causes. */
  static final double NONE = 0.25;

  /** Influence below which a cause is not said to move the latent still. */
  static final double HALF = 0.5;

  public EdgeReading {
    if (!Double.isNaN(pValue) && !(pValue > 0 && pValue <= 1)) {
      throw new IllegalArgumentException(
          "p-value of %s -> %s must be in (0, 1] or NaN but was %s".formatted(from, to, pValue));
    }
    if (standardError < 0) {
      throw new IllegalArgumentException(
          "standard error of %s -> %s must be at least 0 but was %s"
              .formatted(from, to, standardError));
    }
  }

  /** An edge of which the frames show nothing. */
  static EdgeReading undetermined(String from, String to) {
    return new EdgeReading(from, to, Double.NaN, Double.NaN, Double.NaN, EdgeVerdict.UNDETERMINED);
  }

  /**
   * Reads one edge off a regression of the residual on contributions.
   *
   * @param corrected p-value of no change, corrected for the other edges
   */
  static EdgeReading of(String from, String to, Fit fit, int column, double corrected) {
    double change = fit.coefficients()[column];
    double influence = 1 + change;
    boolean aboveHalf = influence > HALF && isAway(fit, column, HALF);
    boolean nearNone =
        Math.abs(influence) <= NONE && isAway(fit, column, HALF) && isAway(fit, column, -HALF);
    boolean changed = corrected <= LEVEL && Math.abs(change) >= NONE;
    return new EdgeReading(
        from,
        to,
        influence,
        fit.standardError(column),
        corrected,
        verdict(changed, nearNone, aboveHalf));
  }

  /**
   * Reads one edge off the difference to the influence on the calibration frames.
   *
   * @param calibrated influence on the calibration frames, above 0
   * @param difference of the influence to it
   * @param size signed difference that is compared with the tolerance
   * @param standardError of the difference
   * @param freedom degrees of freedom of the difference
   * @param corrected p-value of no difference, corrected for the other edges
   */
  static EdgeReading of(
      String from,
      String to,
      double calibrated,
      double difference,
      double size,
      double standardError,
      double freedom,
      double corrected) {
    double relative = 1 + difference / calibrated;
    double error = standardError / calibrated;
    boolean aboveHalf = relative > HALF && isAway(relative - HALF, error, freedom);
    boolean nearNone =
        Math.abs(relative) <= NONE
            && isAway(relative - HALF, error, freedom)
            && isAway(relative + HALF, error, freedom);
    double smallest = NONE + GraphReference.TOLERANCE * Math.abs(1 - calibrated);
    boolean changed = corrected <= LEVEL && Math.abs(size / calibrated) >= smallest;
    return new EdgeReading(
        from,
        to,
        calibrated + difference,
        standardError,
        corrected,
        verdict(changed, nearNone, aboveHalf));
  }

  private static EdgeVerdict verdict(boolean changed, boolean nearNone, boolean aboveHalf) {
    if (changed) {
      return nearNone ? EdgeVerdict.REMOVED : EdgeVerdict.CHANGED;
    }
    return aboveHalf ? EdgeVerdict.KEPT : EdgeVerdict.UNDETERMINED;
  }

  private static boolean isAway(double distance, double error, double freedom) {
    return StudentTail.twoSided(distance / error, freedom) <= 2 * LEVEL;
  }

  /** Returns true if the influence is on its side of a value, at the level of one-sided claims. */
  private static boolean isAway(Fit fit, int column, double influence) {
    return fit.pValue(column, influence - 1) <= 2 * LEVEL;
  }

  /** Returns true if the edge differs from the learned one. */
  public boolean isClaim() {
    return verdict == EdgeVerdict.REMOVED || verdict == EdgeVerdict.CHANGED;
  }
}
