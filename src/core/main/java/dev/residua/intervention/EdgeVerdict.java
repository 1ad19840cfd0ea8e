package dev.residua.intervention;

/** Verdict of a window of frames on the influence of one direct cause. */
public enum EdgeVerdict {
  /** The cause no longer moves the latent: at most a quarter of its trained influence is left. */
  REMOVED,
  /** The influence differs by at least a quarter, and is not gone. */
  CHANGED,
  /** The cause still moves the latent: with at least half of its trained influence. */
  KEPT,
  /** The frames do not show it: the cause hardly moved, or moved together with another one. */
  UNDETERMINED
}
