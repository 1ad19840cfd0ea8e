package dev.residua.renewal.trigger;

/**
 * When p-values of quiet frames count as no longer uniform; see {@link UniformityMonitor}.
 *
 * @param windowFrames p-values {@code m} of one test, from one source, at least 50
 * @param everyFrames one frame in this many is used, those whose sequence it divides, so that
 *     neighbours are almost independent; at least 1. Choose the number of frames after which
 *     residuals are no longer correlated, or more
 * @param level probability {@code alpha} that one test is wrong, in (0, 1)
 * @param calibrationDelta share {@code delta} of calibration sets for which this level may be
 *     exceeded, in (0, 1)
 */
public record UniformitySettings(
    int windowFrames, int everyFrames, double level, double calibrationDelta) {
  /**
   * One test per 1,000 used frames, one in 20: every quarter of an hour at 20 frames per second,
   * with less than one false alarm in 10,000 tests.
   */
  public static final UniformitySettings DEFAULTS = new UniformitySettings(1_000, 20, 1e-4, 0.01);

  public UniformitySettings {
    if (windowFrames < 50) {
      throw new IllegalArgumentException(
          "windowFrames must be at least 50 but was " + windowFrames);
    }
    if (everyFrames < 1) {
      throw new IllegalArgumentException("everyFrames must be at least 1 but was " + everyFrames);
    }
    within("level", level);
    within("calibrationDelta", calibrationDelta);
  }

  private static void within(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(
          "%s must be between 0 and 1 but was %s".formatted(name, value));
    }
  }

  /**
   * Largest Kolmogorov distance between the p-values of a window and the uniform distribution that
   * sampling explains, over all latents of a source:
   *
   * <pre>  sqrt(ln(2 d / alpha) / (2 m)) + sqrt(ln(2 d / delta) / (2 n)) + 1 / n</pre>
   *
   * <p>The first term is the window's sampling error, the second that of the {@code n} calibration
   * scores, the third the resolution of the p-values.
   *
   * @param latents {@code d}, at least 1
   * @param calibrationScores {@code n}, at least 1
   * @return above 0; no window exceeds a bound of 1 or more
   */
  public double bound(int latents, int calibrationScores) {
    if (latents < 1 || calibrationScores < 1) {
      throw new IllegalArgumentException(
          "p-values need at least 1 latent and 1 calibration score but have %d and %d"
              .formatted(latents, calibrationScores));
    }
    return Math.sqrt(Math.log(2 * latents / level) / (2.0 * windowFrames))
        + Math.sqrt(Math.log(2 * latents / calibrationDelta) / (2.0 * calibrationScores))
        + 1.0 / calibrationScores;
  }
}
