package dev.residua.dynamics;

/**
 * Effect of one variable on another.
 *
 * @param variable index of the cause
 * @param delaySeconds age of the value that acts; 0 is the beginning of the step if causes act on a
 *     rate of change, else the same frame
 * @param effect in units of the variable, per second if causes act on its rate of change
 */
public record DelayedCause(int variable, double delaySeconds, SmoothFunction effect) {
  /** Longest delay, in seconds. */
  public static final double MAX_DELAY = 60;

  /**
   * @throws IllegalArgumentException if the index is negative or the delay is outside of 0 to
   *     {@link #MAX_DELAY}
   */
  public DelayedCause {
    if (variable < 0) {
      throw new IllegalArgumentException("variable must be at least 0 but was " + variable);
    }
    if (!(delaySeconds >= 0 && delaySeconds <= MAX_DELAY)) {
      throw new IllegalArgumentException(
          "delay must be 0 to %s s but was %s".formatted(MAX_DELAY, delaySeconds));
    }
  }
}
