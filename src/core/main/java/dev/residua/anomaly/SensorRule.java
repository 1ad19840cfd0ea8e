package dev.residua.anomaly;

/**
 * When a sensor is at fault: a camera is frozen after as many equal pictures in a row as the
 * reference says, every other fault holds while {@code needed} of the last {@code window} frames
 * show it.
 *
 * @param reference what is usual
 * @param needed frames that must show a fault, in {@code [1, window]}
 * @param window frames looked at, in [1, 32]
 */
public record SensorRule(SensorReference reference, int needed, int window) {
  private static final int DEFAULT_NEEDED = 3;
  private static final int DEFAULT_WINDOW = 10;

  public SensorRule {
    if (window < 1 || window > Integer.SIZE) {
      throw new IllegalArgumentException(
          "window must be in [1, %d] frames but was %d".formatted(Integer.SIZE, window));
    }
    if (needed < 1 || needed > window) {
      throw new IllegalArgumentException(
          "needed must be in [1, %d] frames, the window, but was %d".formatted(window, needed));
    }
  }

  /** Three of ten frames: a torn picture shows it only where the tear crosses something. */
  public static SensorRule of(SensorReference reference) {
    return new SensorRule(reference, DEFAULT_NEEDED, DEFAULT_WINDOW);
  }
}
