package dev.residua.drift;

/** What the detectors of a source are calibrated with. */
public enum CalibrationPhase {
  /** With the model's own calibration. */
  MODEL,

  /**
   * The source learns what is normal for it: faults of its sensor and silence alone are reported.
   */
  LEARNING,

  /** With a calibration of the source. */
  ARMED,

  /** The source is too far from what was accepted: a person decides. */
  NEEDS_REVIEW
}
