package dev.residua.ingest;

import dev.residua.frame.Frame;
import org.jspecify.annotations.Nullable;

/** A place for one frame: a newer one replaces it. For any threads. */
public final class NewestFrame {
  private @Nullable Frame frame;

  /** Puts a frame; returns whether an older one was dropped. */
  public synchronized boolean put(Frame newer) {
    boolean dropped = frame != null;
    frame = newer;
    return dropped;
  }

  /** Returns true if a frame is there. */
  public synchronized boolean isThere() {
    return frame != null;
  }

  /** Takes the frame away; null if there is none. */
  public synchronized @Nullable Frame take() {
    Frame taken = frame;
    frame = null;
    return taken;
  }
}
