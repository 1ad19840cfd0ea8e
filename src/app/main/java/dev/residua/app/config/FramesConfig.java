package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Limits of a frame, checked before it is decoded. */
public interface FramesConfig {
  /** Largest frame value, in bytes. */
  @WithDefault("16777216")
  int maxBytes();

  /** Largest width or height, in pixels. */
  @WithDefault("16384")
  int maxSide();

  /** Largest width times height, in pixels. */
  @WithDefault("50000000")
  long maxPixels();

  /**
   * Largest lead of a capture time over its record's timestamp; beyond that the timestamp replaces
   * it when repeated frames are distinguished from new ones.
   */
  @WithDefault("PT5M")
  Duration clockTolerance();

  /**
   * Places under which frames may lie that are too large for Kafka, comma-separated, each {@code
   * file:///folder/}, {@code http(s)://host/path/} or {@code s3://bucket/prefix/}. Frames refer to
   * them with the attribute {@code residua-ref}; none by default.
   */
  Optional<List<URI>> referenceRoots();

  /** Largest file that a frame may refer to, in bytes. */
  @WithDefault("67108864")
  int referenceMaxBytes();

  /** Time to fetch such a file, all attempts together. */
  @WithDefault("PT5S")
  Duration referenceTimeout();

  /**
   * Share of its time that a scoring thread waits for the files of one of these places, above 0 and
   * at most 1. Frames beyond it become dead letters, so that a slow place does not delay the frames
   * of other sources. Set 1 if all frames refer to files.
   */
  @WithDefault("0.1")
  double referenceShare();
}
