package dev.residua.renewal.gate;

import org.jspecify.annotations.Nullable;

/**
 * One fault that was injected into held-out frames.
 *
 * @param number from 0, in the order of the suite
 * @param node latent whose mechanism is broken; null for faults of the picture
 * @param size signed offset in standard deviations of the residual, factor of the noise, or gain; 0
 *     for kinds without a size
 * @param drawnBy id of the model whose decoder drew it; null if none was needed
 */
public record Fault(
    int number, Kind kind, @Nullable String node, double size, @Nullable String drawnBy) {
  /** The change of the frames. */
  public enum Kind {
    /** A constant is added to one latent; its effects follow. */
    OFFSET,
    /** The residual of one latent is multiplied; its effects follow. */
    NOISE,
    /** Every pixel is multiplied. */
    BRIGHTNESS,
    /** A grey rectangle of a quarter of width and height hides a part of the picture. */
    OCCLUSION,
    /** The camera repeats one picture. */
    FROZEN;

    /** Returns true if it affects the mechanism of one latent. */
    public boolean needsNode() {
      return this == OFFSET || this == NOISE;
    }
  }

  public Fault {
    if (kind.needsNode() != (node != null) || kind.needsNode() != (drawnBy != null)) {
      throw new IllegalArgumentException(
          "fault %d is %s of latent %s drawn by %s; a latent and a drawing model belong to OFFSET and NOISE alone"
              .formatted(number, kind, node, drawnBy));
    }
  }

  /**
   * One model's reaction to the fault.
   *
   * @param alarmsAnyway whether it alarms in the same frames without the fault; its reaction then
   *     shows nothing
   * @param delay frames from the fault's first one to the alarm, from 0; -1 if it did not detect it
   * @param blamed latent that was named first; null if none was
   */
  public record Found(boolean alarmsAnyway, int delay, @Nullable String blamed) {
    static final Found MISSED = new Found(false, -1, null);
    static final Found NOTHING_SHOWN = new Found(true, -1, null);

    public Found {
      if (delay < -1 || (alarmsAnyway && delay >= 0)) {
        throw new IllegalArgumentException(
            "a fault was detected after %d frames, expected -1 or more, and -1 if the model alarms without it"
                .formatted(delay));
      }
    }

    public boolean detected() {
      return delay >= 0;
    }
  }
}
