package dev.residua.dashboard;

import java.time.Duration;

/**
 * History of a source over four weeks: the drift statistic as a share of its threshold, and the
 * residual of each latent. Not thread-safe.
 */
final class LongHistory {
  static final Duration LONGEST = Duration.ofDays(28);

  static final Duration LONG_PERIOD = Duration.ofMinutes(15);

  private static final Duration SHORT_PERIOD = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofHours(12);

  /** Memory of all sources together beyond which each keeps half. */
  private static final long ALL_BYTES = 64L << 20;

  private static final int MOST_HALVES = 40;

  private final RollUp minutes;
  private final RollUp quarters;
  private int half;

  /**
   * @param latents of the model
   * @param half number of times that the kept time is halved
   */
  LongHistory(int latents, int half) {
    this.half = half;
    this.minutes =
        new RollUp(latents + 1, SHORT_PERIOD.toMillis(), periods(SHORT, SHORT_PERIOD, half));
    this.quarters =
        new RollUp(latents + 1, LONG_PERIOD.toMillis(), periods(LONGEST, LONG_PERIOD, half));
  }

  private static int periods(Duration time, Duration period, int half) {
    return (int) ((time.toMillis() >> half) / period.toMillis());
  }

  /** Returns how often the time is halved for sources with this number of latents. */
  static int halves(int sources, int latents) {
    int half = 0;
    while (half < MOST_HALVES && bytes(latents, half) * sources > ALL_BYTES) {
      half++;
    }
    return half;
  }

  private static long bytes(int latents, int half) {
    return RollUp.bytes(latents + 1, periods(SHORT, SHORT_PERIOD, half))
        + RollUp.bytes(latents + 1, periods(LONGEST, LONG_PERIOD, half));
  }

  long bytes() {
    return minutes.bytes() + quarters.bytes();
  }

  void halve(int newHalf) {
    if (newHalf != half) {
      half = newHalf;
      minutes.limit(periods(SHORT, SHORT_PERIOD, half));
      quarters.limit(periods(LONGEST, LONG_PERIOD, half));
    }
  }

  int latents() {
    return minutes.numbers() - 1;
  }

  /** Adds the residuals of a frame, in standard deviations. */
  void residuals(long atMillis, float... standardized) {
    minutes.add(atMillis, 1, standardized);
    quarters.add(atMillis, 1, standardized);
  }

  /** Adds the drift statistic of a frame as a share of its threshold. */
  void drift(long atMillis, float share) {
    minutes.add(atMillis, 0, share);
    quarters.add(atMillis, 0, share);
  }

  /** Returns a time by the minute if that is kept, else by the quarter of an hour. */
  RollUp.Series series(long fromMillis, long toMillis, long nowMillis) {
    boolean recent = fromMillis >= nowMillis - (SHORT.toMillis() >> half);
    return (recent ? minutes : quarters).series(fromMillis, toMillis);
  }
}
