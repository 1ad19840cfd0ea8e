package dev.residua.dashboard;

import dev.residua.monitor.SensorStage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Last reading of a latent of a source, and since when frames do not show it. Immutable.
 *
 * <p>A latent is unreadable from the first frame that does not show it until {@link
 * SensorStage#UNREADABLE_FRAMES} frames in a row show it again, because values between such frames
 * are often wrong.
 *
 * @param value last value while it was readable, in standard deviations of the training set; NaN
 *     before the first
 * @param history a bit per frame of the last 32 that does not show it, the newest lowest
 * @param since capture time of the first frame that does not show it; null while it is readable
 */
record LastReading(float value, int history, @Nullable Instant since) {
  static final LastReading NONE = new LastReading(Float.NaN, 0, null);

  /**
   * Returns the reading after another frame.
   *
   * @param observed value of the latent in that frame; NaN if it does not show the latent
   * @param at when the picture was taken
   */
  LastReading next(float observed, Instant at) {
    boolean hidden = Float.isNaN(observed);
    int now = history << 1 | (hidden ? 1 : 0);
    if (since == null) {
      return new LastReading(hidden ? value : observed, now, hidden ? at : null);
    }
    int newest = (1 << SensorStage.UNREADABLE_FRAMES) - 1;
    return (now & newest) == 0
        ? new LastReading(observed, 0, null)
        : new LastReading(value, now, since);
  }

  /** Returns how many of the last 32 frames do not show the latent. */
  int frames() {
    return Integer.bitCount(history);
  }

  /** Returns true if it is unreadable in enough frames for an incident. */
  boolean isLasting() {
    return since != null && frames() >= SensorStage.UNREADABLE_FRAMES;
  }
}
