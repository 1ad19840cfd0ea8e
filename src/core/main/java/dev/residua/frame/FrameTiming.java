package dev.residua.frame;

/**
 * Order of an accepted frame among the frames of its source.
 *
 * @param missing unseen frames between this frame and the newest earlier one, at least 0; above 0
 *     only after a {@link Arrival#GAP}. A late frame may still fill the gap
 */
public record FrameTiming(Arrival arrival, long missing) {
  /** The next frame of its source, with none missing before it. */
  public static final FrameTiming ON_TIME = new FrameTiming(Arrival.ON_TIME, 0);

  /** Order of a frame among the earlier ones. */
  public enum Arrival {
    /** The next one, or the first of its source. */
    ON_TIME,
    /** Newer than all others, with some missing in between. */
    GAP,
    /** Older than the newest, and not seen before: the scores follow the order of arrival. */
    LATE,
    /** The source restarted its counter. */
    RESTARTED
  }

  public FrameTiming {
    if (missing < 0 || (missing > 0) != (arrival == Arrival.GAP)) {
      throw new IllegalArgumentException(
          "frames are missing only after a gap, but arrival is %s and missing %d"
              .formatted(arrival, missing));
    }
  }
}
