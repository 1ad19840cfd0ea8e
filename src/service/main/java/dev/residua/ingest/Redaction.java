package dev.residua.ingest;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;

/** Removes the parts of a frame that must not be stored. For one thread. */
@FunctionalInterface
public interface Redaction {
  /** Leaves frames as they are. */
  Redaction NONE = frame -> frame;

  /**
   * The frame that may be stored.
   *
   * @throws RejectedFrameException with the reason, if it cannot be redacted; it must not be sent
   */
  Frame apply(Frame frame) throws RejectedFrameException;
}
