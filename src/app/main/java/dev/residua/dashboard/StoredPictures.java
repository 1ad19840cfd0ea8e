package dev.residua.dashboard;

import java.io.IOException;

/** Port for stored frames as pictures. */
public interface StoredPictures {
  /** Max width of a camera frame in pixels. */
  int CAMERA_WIDTH = 960;

  /** Max height of a camera frame in pixels. */
  int CAMERA_HEIGHT = 720;

  /**
   * Reads a frame in the size of the input of a model.
   *
   * @return a PNG file
   * @throws MissingException if no such frame of that source is stored
   * @throws Pictures.UnavailableException if the model cannot be used here
   * @throws IOException with a sentence, if it cannot be read now
   */
  byte[] frame(String modelId, String source, int partition, long offset)
      throws MissingException, Pictures.UnavailableException, IOException;

  /**
   * Reads a frame as the camera sent it, upright, within {@value #CAMERA_WIDTH} by {@value
   * #CAMERA_HEIGHT} pixels.
   *
   * @return a PNG file
   * @throws MissingException if no such frame of that source is stored
   * @throws IOException with a sentence, if it cannot be read now
   */
  byte[] camera(String source, int partition, long offset) throws MissingException, IOException;

  /**
   * Draws the difference between a frame and the picture of latents, as a heat map.
   *
   * @param latents of that picture, shape {@code [d]}
   * @return a PNG file
   */
  byte[] difference(String modelId, String source, int partition, long offset, float[] latents)
      throws MissingException, Pictures.UnavailableException, IOException;

  /** Thrown if a frame is not stored. */
  final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    public MissingException(String message) {
      super(message);
    }
  }
}
