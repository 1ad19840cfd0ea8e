package dev.residua.training;

import org.jspecify.annotations.Nullable;

/** Trains a network; the engine is behind this port. */
public interface Trainer {
  /** Short name of the network, for the manifest. */
  String architecture();

  /** Description of the conversion from pixels to the network's input, for the manifest. */
  String preprocessing();

  /**
   * Trains on the frames {@code order[...]} of the data.
   *
   * @param frames number of frames, from the first, to train on
   * @param labelled indices below {@code frames} of frames with at least one label to use; none for
   *     a training without labels
   * @param start weights to start from, see {@link TrainedNetwork#weights}; null for random ones. A
   *     stopped training continues exactly if data and settings are the same; else a new one starts
   *     from its weights, with a warning
   * @throws TrainingFailedException if the shape does not suit the network, a loss is not finite,
   *     the network collapses, or labels contradict the frames
   */
  TrainedNetwork train(
      TrainingData data,
      int frames,
      int[] labelled,
      TrainingSettings settings,
      byte @Nullable [] start,
      TrainingProgress progress)
      throws TrainingFailedException;
}
