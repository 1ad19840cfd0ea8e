package dev.residua.drift;

/** Origin of the calibration of a source's detectors. */
public enum CalibrationPhase {
  /** With the model's own calibration. */
  MODEL,

  /**
   * The source learns what is normal for it: faults of its sensor and silence alone are reported.
   */
  LEARNING,

  /** With a calibration of the source. */
  ARMED,

  /** The source deviates too far from its accepted state: a person decides. */
  NEEDS_REVIEW
}
