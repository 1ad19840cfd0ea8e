package dev.residua.monitor;

/**
 * Watches whether the frames of one source bring the variables of its model. Immutable: every frame
 * gives the next state.
 *
 * @param history whether each of the last 32 frames lacked a variable, the last in bit 0
 * @param reported whether the number of frames without one is a fault
 */
public record MissingVariables(int history, boolean reported) {
  static final MissingVariables NONE = new MissingVariables(0, false);

  /** Frames of the last 32 that begin a fault; as many complete ones in a row end it. */
  static final int NEEDED = 16;

  private static final int LAST = (1 << NEEDED) - 1;

  /**
   * The state after another frame.
   *
   * @param missing whether it lacks a variable
   */
  MissingVariables next(boolean missing) {
    int now = history << 1 | (missing ? 1 : 0);
    return new MissingVariables(
        now, reported ? (now & LAST) != 0 : Integer.bitCount(now) >= NEEDED);
  }

  /** Frames of the last 32 that lack a variable. */
  int frames() {
    return Integer.bitCount(history);
  }
}
