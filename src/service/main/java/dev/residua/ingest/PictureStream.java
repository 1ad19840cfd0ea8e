package dev.residua.ingest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An open connection to a camera. One thread reads and closes it. */
public interface PictureStream extends AutoCloseable {
  /**
   * The next picture that is wanted; null at the end of a file.
   *
   * @throws IOException with a sentence without secrets, if the stream breaks, ends although it is
   *     live, or stays without a picture for longer than the time-out
   */
  @Nullable CapturedPicture next() throws IOException;

  /** Releases all memory and the connection. */
  @Override
  void close();
}
