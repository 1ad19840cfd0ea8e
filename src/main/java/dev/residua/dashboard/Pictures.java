package dev.residua.dashboard;

import java.util.List;

/** Pictures of the model in use; a port, so that the dashboard does not depend on engines. */
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
   * @param latent the one that gets its expected value
   * @return a PNG file of the model's size
   * @throws UnavailableException if no model is in use here
   */
  byte[] heatmap(float[] observed, float[] expected, int latent) throws UnavailableException;

  /** This process has no model for drawing. */
  final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
      super(message);
    }
  }
}
