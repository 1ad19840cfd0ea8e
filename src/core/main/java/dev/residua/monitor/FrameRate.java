package dev.residua.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Frame rate of one source by its capture times. Estimates the mean interval between two frames
 * from blocks of {@value #BLOCK} intervals, of which the newest has a quarter of the weight. A gap
 * does not count: an interval longer than a minute and than {@value #GAP} times the median of its
 * block. Neither does a step back of the clock. Immutable: every frame gives the next state.
 *
 * @param lastMicros capture time of the last frame, microseconds since 1970; {@link Long#MIN_VALUE}
 *     before the first
 * @param secondsPerFrame mean interval in seconds; 0 until the first block is full
 * @param intervals those of the block so far, in seconds; owned by this record
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame: copies would double the garbage
public record FrameRate(long lastMicros, double secondsPerFrame, float[] intervals) {
  /** Intervals of a block. */
  public static final int BLOCK = 64;

  /** Times the median from which an interval may be a gap. */
  static final int GAP = 20;

  private static final float LEAST_GAP_SECONDS = Duration.ofMinutes(1).toSeconds();
  private static final double NEWEST_SHARE = 0.25;

  /** Before the first frame. */
  public static final FrameRate UNKNOWN = new FrameRate(Long.MIN_VALUE, 0, new float[0]);

  public FrameRate {
    if (intervals.length >= BLOCK || !(secondsPerFrame >= 0)) {
      throw new IllegalArgumentException(
          "a frame rate has %d intervals and a mean of %s s, expected fewer than %d and at least 0 s"
              .formatted(intervals.length, secondsPerFrame, BLOCK));
    }
  }

  FrameRate next(Instant capturedAt) {
    long micros = capturedAt.getEpochSecond() * 1_000_000 + capturedAt.getNano() / 1_000;
    if (lastMicros == Long.MIN_VALUE || micros <= lastMicros) {
      return new FrameRate(micros, secondsPerFrame, intervals);
    }
    float[] more = Arrays.copyOf(intervals, intervals.length + 1);
    more[intervals.length] = (float) ((micros - lastMicros) / 1e6);
    if (more.length < BLOCK) {
      return new FrameRate(micros, secondsPerFrame, more);
    }
    double block = mean(more);
    double mean =
        secondsPerFrame == 0 ? block : secondsPerFrame + NEWEST_SHARE * (block - secondsPerFrame);
    return new FrameRate(micros, mean, new float[0]);
  }

  /** Returns the mean of the intervals that are not a gap, in seconds; above 0. */
  private static double mean(float[] block) {
    float[] sorted = block.clone();
    Arrays.sort(sorted);
    float gap = Math.max(LEAST_GAP_SECONDS, GAP * sorted[BLOCK / 2]);
    double sum = 0;
    int n = 0;
    for (float interval : sorted) {
      if (interval <= gap) {
        sum += interval;
        n++;
      }
    }
    return sum / n;
  }

  /** Frames per second; NaN until a block is full. */
  double perSecond() {
    return secondsPerFrame == 0 ? Double.NaN : 1 / secondsPerFrame;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FrameRate that
        && lastMicros == that.lastMicros
        && secondsPerFrame == that.secondsPerFrame
        && Arrays.equals(intervals, that.intervals);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(lastMicros);
  }
}
