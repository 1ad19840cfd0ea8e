package dev.residua.ingest;

import dev.residua.frame.Frame;
import java.time.Duration;

/** Receives the events of one camera. Called on its thread. */
public interface CameraListener {
  /** The first picture of a connection arrived. */
  void connected();

  /** A frame is there. */
  void frame(Frame frame);

  /**
   * A frame could not be redacted and is not sent.
   *
   * @param reason a sentence
   */
  void unredacted(String reason);

  /**
   * The connection failed or broke.
   *
   * @param reason a sentence without secrets
   * @param pause until the next attempt
   */
  void failed(String reason, Duration pause);

  /** The connection is closed, after {@link #connected}. */
  void disconnected();

  /** The loop made progress. */
  void progressed();
}
