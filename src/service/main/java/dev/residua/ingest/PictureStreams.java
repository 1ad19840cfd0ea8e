package dev.residua.ingest;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Connects to cameras. For any threads. */
@FunctionalInterface
public interface PictureStreams {
  /**
   * Connects to a camera.
   *
   * @param stopped whether to give up at once; asked while waiting
   * @throws IOException with a sentence without secrets, if that fails or takes too long
   */
  PictureStream open(CameraSettings camera, BooleanSupplier stopped) throws IOException;
}
