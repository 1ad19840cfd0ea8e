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
  /** Origin of the frames, for messages and the data set. */
  String origin();

  int count();

  /**
   * Name of a frame, unique among them.
   *
   * @param index from 0 to {@code count() - 1}, in the order of capture
   */
  String name(int index);

  /** Returns true if people know the names, so that a label may refer to them. */
  boolean isNamed();

  /**
   * Reads a frame. Callers ask in rising order of the index, and may start again.
   *
   * @throws RejectedFrameException if the frame breaks a limit or is not a picture
   * @throws IOException if the frame cannot be read
   */
  Frame frame(int index) throws IOException, RejectedFrameException;

  /** Folder that names are relative to; null if they are not paths. */
  default @Nullable Path folder() {
    return null;
  }

  /**
   * Time at which a frame was taken, in seconds from an origin that all frames share; empty if
   * unknown. By default the time in its name.
   */
  default OptionalDouble seconds(int index) {
    return ImportTimes.ofName(name(index));
  }

  /** The skipped files, which are not pictures by their names. */
  default SkippedImages leftOut() {
    return SkippedImages.NONE;
  }

  @Override
  default void close() throws IOException {}
}
