package dev.residua.evidence;

/** Observes the loop of the evidence. */
public interface EvidenceListener {
  /** Outcome of drawing an incident's evidence. */
  enum Result {
    /** It is stored. */
    STORED,
    /** The frame is no longer stored, or cannot be decoded. */
    FRAME_MISSING,
    /** The registry does not have the model, or it cannot be used. */
    MODEL_MISSING,
    /** Kafka or the place of the bundle did not answer. */
    UNAVAILABLE,
    /** The pictures are too large for a record. */
    TOO_LARGE,
    /** The record is not an incident. */
    UNREADABLE,
    /** Drawing failed unexpectedly. */
    FAILED
  }

  /** The loop made progress. */
  void progressed();

  /** The evidence of an incident was stored or not. */
  void done(Result result);
}
