package dev.residua.causal;

import dev.residua.frame.FramePosition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Estimated begin of a change, with the interval that contains it.
 *
 * @param sequence most likely first frame
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param coverage nominal coverage of the interval; 0 if the ends only bound the window that found
 *     it
 * @param at capture time of the most likely first frame
 * @param position location of that frame on Kafka; null if it is unknown
 */
public record ChangePoint(
    long sequence,
    long low,
    long high,
    double coverage,
    Instant at,
    @Nullable FramePosition position) {
  public ChangePoint {
    if (low > sequence || sequence > high) {
      throw new IllegalArgumentException(
          "change point %d is outside its interval %d..%d".formatted(sequence, low, high));
    }
  }
}
