package dev.residua.anomaly;

/**
 * Makes one report of a run of anomalous frames. Immutable: every frame gives the next state.
 *
 * <pre>
 *           anomalous: report                 anomalous, named before: stay silent
 *   QUIET ---------------------> IN EPISODE ----------------------------------------+
 *     ^                            |   ^     anomalous, not named before: report    |
 *     +---- quietFrames normal ----+   +---------------------------------------------+
 * </pre>
 *
 * What has been named in an episode is the kind, and for residuals the leading latent, so that a
 * second fault that starts during the first is not swallowed.
 *
 * @param named bit 0 appearance, bit 1 off the manifold, bit {@code 2 + i} latent {@code i} (those
 *     beyond 60 share one bit); 0 outside an episode
 * @param normalFrames normal frames since the last anomalous one of the episode
 * @param anomalousFrames anomalous frames in the episode
 */
public record AnomalyEpisode(long named, int normalFrames, long anomalousFrames) {
  /** No episode. */
  public static final AnomalyEpisode QUIET = new AnomalyEpisode(0, 0, 0);

  public AnomalyEpisode {
    if (normalFrames < 0 || anomalousFrames < 0 || (named == 0) != (anomalousFrames == 0)) {
      throw new IllegalArgumentException(
          "episode with names %d, %d normal and %d anomalous frames"
              .formatted(named, normalFrames, anomalousFrames));
    }
  }

  /**
   * Result of one frame.
   *
   * @param next the new state
   * @param report true if this frame is to be reported
   * @param onset true if it starts an episode
   */
  public record Step(AnomalyEpisode next, boolean report, boolean onset) {}

  public boolean open() {
    return named != 0;
  }

  /** The next state, and whether to report the frame. */
  public Step next(Verdict verdict, AnomalySettings settings) {
    return verdict instanceof Verdict.Anomalous anomaly
        ? afterAnomalous(anomaly)
        : new Step(afterNormal(settings.quietFrames()), false, false);
  }

  private AnomalyEpisode afterNormal(int quietFrames) {
    if (!open()) {
      return this;
    }
    return normalFrames + 1 >= quietFrames
        ? QUIET
        : new AnomalyEpisode(named, normalFrames + 1, anomalousFrames);
  }

  private Step afterAnomalous(Verdict.Anomalous anomaly) {
    long bit = bit(anomaly);
    boolean news = (named & bit) == 0;
    return new Step(new AnomalyEpisode(named | bit, 0, anomalousFrames + 1), news, !open());
  }

  private static long bit(Verdict.Anomalous anomaly) {
    return switch (anomaly.kind()) {
      case APPEARANCE -> 1L;
      case OFF_MANIFOLD -> 2L;
      case RESIDUAL -> 1L << (2 + Math.min(60, anomaly.causes().get(0).latent()));
      case DARK, SATURATED, FROZEN, TORN, BLURRED, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw new AssertionError("a verdict of kind " + anomaly.kind());
    };
  }
}
