package dev.residua.causal;

/**
 * Reason for which a frame was reconstructed or not: it decides the use of the reconstruction
 * error.
 */
public enum Reconstruction {
  /**
   * It was, chosen independently of the frame: its p-value is as valid as that of any other
   * channel, and detectors take it.
   */
  SAMPLED,
  /**
   * It was, because its residuals were unusual. The error describes the frame to a person. As these
   * frames are selected, its p-value alone decides nothing and no detector takes it.
   */
  ASKED,
  /** It was not; error and p-value are NaN. */
  NONE
}
