package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;

/** Source of the pixels of frames that refer to them. */
interface References {
  /**
   * Returns the frame itself, or with its pixels if it refers to them.
   *
   * @throws RejectedFrameException if the reference may not be followed, does not exist, or is
   *     something too large or other than the digest says
   */
  Frame resolve(Frame frame) throws RejectedFrameException;
}
