package dev.residua.importing;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Frames to import, each with a name: the pictures of a folder or of a list, or the images of an
 * array. A reader of videos is one too. For one thread.
 */
public interface NamedFrames extends Closeable {
  /** Where the frames come from, for messages and the origin of the data set. */
  String origin();

  /** Number of frames, at least 1. */
  int count();

  /**
   * Name of a frame, unique among them.
   *
   * @param index from 0 to {@code count() - 1}, in the order of capture
   */
  String name(int index);

  /** Whether people know the names, so that a label may refer to them. */
  boolean isNamed();

  /**
   * Reads a frame. Callers ask in rising order of the index, and may start again.
   *
   * @throws RejectedFrameException if the frame breaks a limit or is no picture
   * @throws IOException if the frame cannot be read
   */
  Frame frame(int index) throws IOException, RejectedFrameException;

  /** Folder that names are relative to; null if they are no paths. */
  default @Nullable Path folder() {
    return null;
  }

  /** Frames per second; empty if unknown. */
  default OptionalDouble framesPerSecond() {
    return OptionalDouble.empty();
  }

  /** The files that are no pictures by their names, and were left out. */
  default LeftOut leftOut() {
    return LeftOut.NONE;
  }

  @Override
  default void close() throws IOException {}
}
