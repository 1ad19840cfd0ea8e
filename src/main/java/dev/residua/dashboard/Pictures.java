package dev.residua.dashboard;

import java.util.List;

/** Pictures that the model in use draws; a port, so that the page knows nothing of engines. */
public interface Pictures {
  /**
   * Names of the model's latents, in the order of every vector of latents.
   *
   * @throws UnavailableException if no model is in use here
   */
  List<String> latents() throws UnavailableException;

  /**
   * Draws latents.
   *
   * @param latents in standard deviations of the training set, shape {@code [d]}
   * @return a PNG file of the model's size
   * @throws UnavailableException if no model is in use here
   */
  byte[] decoded(float[] latents) throws UnavailableException;

  /**
   * Draws where in the picture one latent's deviation shows.
   *
   * @param observed latents of a frame, shape {@code [d]}
   * @param expected what their causes explain, shape {@code [d]}
   * @param latent the one that is put to what is expected
   * @return a PNG file of the model's size
   * @throws UnavailableException if no model is in use here
   */
  byte[] heatmap(float[] observed, float[] expected, int latent) throws UnavailableException;

  /** This process has no model to draw with. */
  final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
      super(message);
    }
  }
}
