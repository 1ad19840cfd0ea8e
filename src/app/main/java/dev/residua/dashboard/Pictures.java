package dev.residua.dashboard;

import java.util.List;
import java.util.Map;

/** Port for pictures that models draw, so that the dashboard needs no engine. */
public interface Pictures {
  /**
   * Returns the names of a model's latents, in the order of every vector of latents.
   *
   * @throws UnavailableException if the model cannot be used here
   */
  List<String> latents(String modelId) throws UnavailableException;

  /**
   * Draws latents.
   *
   * @param modelId model that the latents come from
   * @param latents in standard deviations of the training set, shape {@code [d]}
   * @return a PNG file of the model's size
   * @throws UnavailableException if the model cannot be used here
   */
  byte[] decoded(String modelId, float[] latents) throws UnavailableException;

  /**
   * Draws a heat map of the pixels that the deviation of one latent changes.
   *
   * @param modelId model that the latents come from
   * @param observed latents of a frame, shape {@code [d]}
   * @param expected values that their causes explain, shape {@code [d]}
   * @param latent latent that gets its expected value
   * @return a PNG file of the model's size
   * @throws UnavailableException if the model cannot be used here
   */
  byte[] heatmap(String modelId, float[] observed, float[] expected, int latent)
      throws UnavailableException;

  /**
   * Computes the latents of a frame if some of them were set, see {@code Counterfactual}.
   *
   * @param latents of the frame, shape {@code [d]}
   * @param set values by latent, in standard deviations of the training set
   * @return shape {@code [d]}
   * @throws IllegalArgumentException if the model has categories
   * @throws UnavailableException if the model cannot be used here
   */
  float[] whatIf(String modelId, float[] latents, Map<Integer, Float> set)
      throws UnavailableException;

  /** Thrown if the registry does not have a model. */
  final class UnknownModelException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    public UnknownModelException(String modelId) {
      super("the registry no longer has model '%s'".formatted(modelId));
    }
  }

  /** Thrown if this process cannot draw with a model. */
  class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
      super(message);
    }
  }
}
