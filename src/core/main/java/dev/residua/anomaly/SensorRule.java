package dev.residua.anomaly;

/**
 * Conditions of sensor faults: a camera is frozen after the reference's number of equal pictures;
 * any other fault is present while {@code needed} of the last {@code window} frames show it.
 *
 * @param reference usual readings
 * @param needed frames that must show a fault, in {@code [1, window]}
 * @param window frames considered, in [1, 32]
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

  /** Three of ten frames: a torn picture shows it only if the tear crosses something. */
  public static SensorRule of(SensorReference reference) {
    return new SensorRule(reference, DEFAULT_NEEDED, DEFAULT_WINDOW);
  }
}
