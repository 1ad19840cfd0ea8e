package dev.residua.dashboard;

import java.io.IOException;

/** Stored frames as pictures; a port. */
public interface StoredPictures {
  /** Most columns of a frame as the camera sent it. */
  int CAMERA_WIDTH = 960;

  /** Most rows of it. */
  int CAMERA_HEIGHT = 720;

  /**
   * A frame in the size that a model reads.
   *
   * @param modelId the model
   * @param source source of the frame
   * @param partition partition of the frames
   * @param offset offset in it
   * @return a PNG file
   * @throws MissingException if no such frame of that source is stored any more
   * @throws Pictures.UnavailableException if the model cannot be used here
   * @throws IOException with a sentence, if it cannot be read now
   */
  byte[] frame(String modelId, String source, int partition, long offset)
      throws MissingException, Pictures.UnavailableException, IOException;

  /**
   * A frame as the camera sent it, upright, within {@value #CAMERA_WIDTH} by {@value
   * #CAMERA_HEIGHT} pixels.
   *
   * @return a PNG file
   * @throws MissingException if no such frame of that source is stored any more
   * @throws IOException with a sentence, if it cannot be read now
   */
  byte[] camera(String source, int partition, long offset) throws MissingException, IOException;

  /**
   * The difference between a frame and the picture of latents, as a heat map.
   *
   * @param modelId the model
   * @param latents of that picture, shape {@code [d]}
   * @return a PNG file
   */
  byte[] difference(String modelId, String source, int partition, long offset, float[] latents)
      throws MissingException, Pictures.UnavailableException, IOException;

  /** The frame is not there. */
  final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    public MissingException(String message) {
      super(message);
    }
  }
}
