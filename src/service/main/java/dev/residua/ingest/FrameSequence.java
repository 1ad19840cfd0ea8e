package dev.residua.ingest;

import java.time.Instant;

/**
 * Sequence numbers of one source, which grow over restarts without stored state.
 *
 * <p>The first is the number of frames that a source of this rate would have sent since 1970. A
 * restart therefore leaves a gap as long as the frames that were missed. For one thread.
 */
public final class FrameSequence {
  private long next;

  /**
   * @param start when the source starts
   * @param framesPerSecond most frames per second, in (0, 1000]
   */
  public FrameSequence(Instant start, double framesPerSecond) {
    if (!(framesPerSecond > 0 && framesPerSecond <= 1_000)) {
      throw new IllegalArgumentException(
          "frames per second must be above 0 and at most 1000 but were " + framesPerSecond);
    }
    this.next = Math.max(0, (long) (start.toEpochMilli() / 1e3 * framesPerSecond));
  }

  /** The number of the next frame. */
  public long next() {
    return next++;
  }
}
