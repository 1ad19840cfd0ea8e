package dev.residua.dashboard;

import java.time.Duration;

/**
 * What a source looked like over hours and weeks: the drift statistic as a share of its threshold,
 * and the residual of each latent. Not thread-safe.
 */
final class LongHistory {
  /** Longest time that is kept. */
  static final Duration LONGEST = Duration.ofDays(28);

  /** Length of a long stretch. */
  static final Duration LONG_STRETCH = Duration.ofMinutes(15);

  private static final Duration SHORT_STRETCH = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofHours(12);

  /** Memory of all sources together, in bytes, beyond which each keeps half. */
  private static final long ALL_BYTES = 64L << 20;

  private static final int MOST_HALVES = 40;

  private final RollUp minutes;
  private final RollUp quarters;
  private int half;

  /**
   * @param latents of the model
   * @param half how often the time is halved
   */
  LongHistory(int latents, int half) {
    this.half = half;
    this.minutes =
        new RollUp(latents + 1, SHORT_STRETCH.toMillis(), stretches(SHORT, SHORT_STRETCH, half));
    this.quarters =
        new RollUp(latents + 1, LONG_STRETCH.toMillis(), stretches(LONGEST, LONG_STRETCH, half));
  }

  private static int stretches(Duration time, Duration stretch, int half) {
    return (int) ((time.toMillis() >> half) / stretch.toMillis());
  }

  /** How often the time is to be halved for a number of sources with as many latents. */
  static int halves(int sources, int latents) {
    int half = 0;
    while (half < MOST_HALVES && bytes(latents, half) * sources > ALL_BYTES) {
      half++;
    }
    return half;
  }

  private static long bytes(int latents, int half) {
    return RollUp.bytes(latents + 1, stretches(SHORT, SHORT_STRETCH, half))
        + RollUp.bytes(latents + 1, stretches(LONGEST, LONG_STRETCH, half));
  }

  /** Bytes that are taken now. */
  long bytes() {
    return minutes.bytes() + quarters.bytes();
  }

  /** Keeps the time halved so often. */
  void halve(int newHalf) {
    if (newHalf != half) {
      half = newHalf;
      minutes.limit(stretches(SHORT, SHORT_STRETCH, half));
      quarters.limit(stretches(LONGEST, LONG_STRETCH, half));
    }
  }

  int latents() {
    return minutes.numbers() - 1;
  }

  /** The residuals of a frame, in standard deviations. */
  void residuals(long atMillis, float... standardized) {
    minutes.add(atMillis, 1, standardized);
    quarters.add(atMillis, 1, standardized);
  }

  /** The drift statistic of a frame as a share of its threshold. */
  void drift(long atMillis, float share) {
    minutes.add(atMillis, 0, share);
    quarters.add(atMillis, 0, share);
  }

  /** What is kept of a time: by the minute if that is kept so, else by the quarter of an hour. */
  RollUp.Series series(long fromMillis, long toMillis, long nowMillis) {
    boolean recent = fromMillis >= nowMillis - (SHORT.toMillis() >> half);
    return (recent ? minutes : quarters).series(fromMillis, toMillis);
  }
}
