package dev.residua.dataset;

/**
 * A property of a data set that a person should know before training.
 *
 * @param kind of the advice
 * @param sentence the finding, with its number, and the next step
 */
public record ImportHint(Kind kind, String sentence) {
  /** Subject of the advice. */
  public enum Kind {
    /** Too few frames for a graph and thresholds. */
    FEW_FRAMES,
    /** Too few labelled frames among those that train. */
    FEW_LABELS,
    /** A factor has one value in all frames. */
    CONSTANT_FACTOR,
    /** A factor has two values. */
    TWO_VALUES,
    /** A factor is nearly always in one half of its range. */
    ONE_SIDED_FACTOR,
    /** The frames hardly differ. */
    NO_VARIATION,
    /** Many frames repeat another one. */
    NEAR_DUPLICATES,
    /** The frames are in the order of time. */
    IN_TIME_ORDER,
    /** The frames are in the order of their folders. */
    IN_FOLDER_ORDER,
    /** Some frames are less sharp than the others. */
    SOME_BLURRED,
    /** The frames hold no sharp edge. */
    ALL_SMOOTH,
    /** Frames that are nearly black. */
    DARK,
    /** Frames that are nearly white. */
    SATURATED,
    /** Samples of 16 bits that use a small part of their range. */
    DARK_RANGE
  }
}
