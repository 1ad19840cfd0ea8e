package dev.residua.ingest;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Capture times of a stream: those of the camera's clock if it has sent one that can be right,
 * otherwise the times of reception. For one thread.
 */
public final class CaptureClock {
  /** A camera's clock that differs more from ours is ignored. */
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private @Nullable Instant origin;

  /**
   * Records which time the camera's clock shows at a position of the stream.
   *
   * @param position time since the beginning of the stream
   */
  public void wallClock(Instant time, Duration position) {
    origin = time.minus(position);
  }

  /**
   * When the picture at a position was taken.
   *
   * @param position time since the beginning of the stream; null if unknown
   */
  public Instant capturedAt(@Nullable Duration position, Instant receivedAt) {
    if (origin == null || position == null) {
      return receivedAt;
    }
    Instant time = origin.plus(position);
    return Duration.between(time, receivedAt).abs().compareTo(TOLERANCE) > 0 ? receivedAt : time;
  }
}
