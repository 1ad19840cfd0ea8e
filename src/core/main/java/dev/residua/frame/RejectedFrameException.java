package dev.residua.frame;

/** A frame that cannot be scored, with the reason a person needs to mend the producer. */
public final class RejectedFrameException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  public RejectedFrameException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public RejectedFrameException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Why a frame was refused; a bounded set, so that it can be counted by reason. */
  public enum Reason {
    /** The record has no value or a value of no bytes. */
    EMPTY,
    /** The record has no key, or a key that is not UTF-8 text. */
    SOURCE,
    /** Larger than the configured limits. */
    TOO_LARGE,
    /** Neither an Avro frame nor a file of a known format. */
    UNKNOWN_FORMAT,
    /** An Avro record whose schema is not known here. */
    UNKNOWN_SCHEMA,
    /** An Avro record whose schema cannot be read as a frame's. */
    INCOMPATIBLE_SCHEMA,
    /** The file or record is damaged or cut short, or has a value that no frame can have. */
    CORRUPT,
    /** Width, height or the number of bytes do not fit one another. */
    DIMENSIONS,
    /** Frame with the source, sequence and capture time of an accepted frame. */
    DUPLICATE,
    /** A sequence that its source has passed, within the time that was seen. */
    STALE,
    /** A reference to pixels kept elsewhere that may not be followed, or leads nowhere. */
    REFERENCE,
    /** A source beyond the number that is configured. */
    TOO_MANY_SOURCES,
    /** Of a source whose scene has no model. */
    NO_MODEL,
    /** A frame at which scoring failed unexpectedly: an error of the program. */
    POISON
  }
}
