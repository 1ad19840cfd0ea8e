package dev.residua.dashboard;

import java.util.List;
import java.util.Map;

/** Pictures by the models of the registry; a port, so that the dashboard needs no engine. */
public interface Pictures {
  /**
   * Names of a model's latents, in the order of every vector of latents.
   *
   * @throws UnavailableException if the model cannot be used here
   */
  List<String> latents(String modelId) throws UnavailableException;

  /**
   * Draws latents.
   *
   * @param modelId the model that they come from
   * @param latents in standard deviations of the training set, shape {@code [d]}
   * @return a PNG file of the model's size
   * @throws UnavailableException if the model cannot be used here
   */
  byte[] decoded(String modelId, float[] latents) throws UnavailableException;

  /**
   * Draws where in the picture one latent's deviation shows.
   *
   * @param modelId the model that the latents come from
   * @param observed latents of a frame, shape {@code [d]}
   * @param expected what their causes explain, shape {@code [d]}
   * @param latent the one that gets its expected value
   * @return a PNG file of the model's size
   * @throws UnavailableException if the model cannot be used here
   */
  byte[] heatmap(String modelId, float[] observed, float[] expected, int latent)
      throws UnavailableException;

  /**
   * What a frame would have for latents if some of them were set, see {@code Counterfactual}.
   *
   * @param latents of the frame, shape {@code [d]}
   * @param set values by latent, in standard deviations of the training set
   * @return shape {@code [d]}
   * @throws IllegalArgumentException if the model has categories
   * @throws UnavailableException if the model cannot be used here
   */
  float[] whatIf(String modelId, float[] latents, Map<Integer, Float> set)
      throws UnavailableException;

  /** The registry has no such model any more. */
  final class UnknownModelException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    public UnknownModelException(String modelId) {
      super("the registry has no model '%s' any more".formatted(modelId));
    }
  }

  /** This process cannot draw with the model. */
  class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
      super(message);
    }
  }
}
