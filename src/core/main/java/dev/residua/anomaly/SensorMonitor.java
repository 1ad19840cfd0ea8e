package dev.residua.anomaly;

import dev.residua.frame.SensorReadings;
import org.jspecify.annotations.Nullable;

/**
 * Watches the sensor of one source. Immutable: every frame gives the next state. Of several faults,
 * the one that {@link AnomalyKind} declares first is named, because it hides the rest.
 *
 * @param lastHash of the last picture; 0 before the first
 * @param run consecutive equal pictures, the last one included; 0 before the first
 * @param dark bits of the dark ones among the last 32 frames, the last frame in bit 0
 * @param saturated bits of the saturated ones
 * @param torn bits of the torn ones
 * @param blurred bits of the blurred ones
 */
public record SensorMonitor(
    long lastHash, int run, int dark, int saturated, int torn, int blurred) {
  /** Before the first frame. */
  public static final SensorMonitor START = new SensorMonitor(0, 0, 0, 0, 0, 0);

  public SensorMonitor {
    if (run < 0) {
      throw new IllegalArgumentException(
          "a run has %d pictures, expected at least 0".formatted(run));
    }
  }

  /**
   * Result of one frame.
   *
   * @param next the new state
   * @param fault present fault of the sensor, or null
   */
  public record Step(SensorMonitor next, @Nullable SensorFault fault) {}

  /** Evaluates the next frame. */
  public Step next(SensorReadings readings, SensorRule rule) {
    SensorReference usual = rule.reference();
    boolean same = run > 0 && readings.hash() == lastHash;
    SensorMonitor next =
        new SensorMonitor(
            readings.hash(),
            same ? (run == Integer.MAX_VALUE ? run : run + 1) : 1,
            dark << 1 | bit(usual.dark(readings)),
            saturated << 1 | bit(usual.saturated(readings)),
            torn << 1 | bit(usual.torn(readings)),
            blurred << 1 | bit(usual.blurred(readings)));
    return new Step(next, next.fault(rule));
  }

  private @Nullable SensorFault fault(SensorRule rule) {
    int frozen = rule.reference().frozenFrames();
    if (count(dark, rule) >= rule.needed()) {
      return new SensorFault(AnomalyKind.DARK, count(dark, rule), rule.needed());
    }
    if (count(saturated, rule) >= rule.needed()) {
      return new SensorFault(AnomalyKind.SATURATED, count(saturated, rule), rule.needed());
    }
    if (run >= frozen) {
      return new SensorFault(AnomalyKind.FROZEN, run, frozen);
    }
    if (count(torn, rule) >= rule.needed()) {
      return new SensorFault(AnomalyKind.TORN, count(torn, rule), rule.needed());
    }
    if (count(blurred, rule) >= rule.needed()) {
      return new SensorFault(AnomalyKind.BLURRED, count(blurred, rule), rule.needed());
    }
    return null;
  }

  private static int count(int history, SensorRule rule) {
    return Integer.bitCount(history << (Integer.SIZE - rule.window()));
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }
}
