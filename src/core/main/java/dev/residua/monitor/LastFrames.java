package dev.residua.monitor;

/**
 * Watches whether frames of one source lack something. Immutable: every frame gives the next state.
 *
 * @param history whether each of the last 32 frames lacked it, the last in bit 0
 * @param reported whether the number of such frames is a fault
 */
public record LastFrames(int history, boolean reported) {
  static final LastFrames NONE = new LastFrames(0, false);

  /**
   * The state after another frame.
   *
   * @param lacking whether the frame lacks it
   * @param needed frames of the last 32 that begin a fault; as many complete ones in a row end it,
   *     after which those before no longer count
   */
  LastFrames next(boolean lacking, int needed) {
    int now = history << 1 | (lacking ? 1 : 0);
    if (reported) {
      int newest = (1 << needed) - 1;
      return (now & newest) == 0 ? NONE : new LastFrames(now, true);
    }
    return new LastFrames(now, Integer.bitCount(now) >= needed);
  }

  /** Frames of the last 32 that lack it. */
  int frames() {
    return Integer.bitCount(history);
  }
}
