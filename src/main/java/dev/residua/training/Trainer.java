package dev.residua.training;

import org.jspecify.annotations.Nullable;

/** Trains a network; the engine is behind this port. */
public interface Trainer {
  /** Short name of the network, for the manifest. */
  String architecture();

  /** How pixels become the network's input, in words, for the manifest. */
  String preprocessing();

  /**
   * Trains on the frames {@code order[...]} of the data.
   *
   * @param frames how many frames, from the first, may be trained on
   * @param labelled indices below {@code frames} of which at least one factor is known and used;
   *     none for a training without labels
   * @param start weights to start from, as {@link TrainedNetwork#weights} gave them, or null for
   *     random ones. A training that was stopped continues exactly if data and settings are the
   *     same; else a new one starts from its weights, with a warning
   * @throws TrainingFailedException if the shape does not suit the network, a loss stops being a
   *     finite number, the network collapses, or labels contradict the frames
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
