package dev.residua.training;

/**
 * How a network is trained.
 *
 * @param latents number of latents {@code d}, 2 to 12
 * @param steps parameter updates, at least 1
 * @param batch frames of a step without labels, at least 8
 * @param labelledBatch labelled frames added to every step where there are labels, at least 1
 * @param maxLabels labelled frames used, spread over the training range; 0 for none
 * @param learningRate of encoder, decoder and mechanisms at its highest
 * @param labelWeight weight of the squared label error against the squared pixel error of a frame
 * @param trainShare share of the frames, the first ones, that are trained on, in (0, 1)
 * @param threads native threads; results are reproducible with 1
 * @param seed of initial weights, order of frames and every other draw
 */
public record TrainingSettings(
    int latents,
    int steps,
    int batch,
    int labelledBatch,
    int maxLabels,
    double learningRate,
    double labelWeight,
    double trainShare,
    int threads,
    long seed) {
  public static final TrainingSettings DEFAULTS =
      new TrainingSettings(4, 9_000, 64, 32, Integer.MAX_VALUE, 1.5e-3, 100, 0.7, 1, 1);

  public TrainingSettings {
    within("latents", latents, 2, DagSearch.MAX_LATENTS);
    within("steps", steps, 1, 100_000_000);
    within("batch", batch, 8, 4_096);
    within("labelledBatch", labelledBatch, 1, 4_096);
    within("maxLabels", maxLabels, 0, Integer.MAX_VALUE);
    within("threads", threads, 1, 1_024);
    if (!(learningRate > 0 && learningRate < 1)) {
      throw new IllegalArgumentException(
          "learningRate must be between 0 and 1 but was " + learningRate);
    }
    if (!(labelWeight >= 0)) {
      throw new IllegalArgumentException("labelWeight must be at least 0 but was " + labelWeight);
    }
    if (!(trainShare > 0 && trainShare < 1)) {
      throw new IllegalArgumentException(
          "trainShare must be between 0 and 1 but was " + trainShare);
    }
  }

  private static void within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d but was %d".formatted(name, least, most, value));
    }
  }

  public TrainingSettings withLatents(int value) {
    return new TrainingSettings(
        value,
        steps,
        batch,
        labelledBatch,
        maxLabels,
        learningRate,
        labelWeight,
        trainShare,
        threads,
        seed);
  }

  public TrainingSettings withSteps(int value) {
    return new TrainingSettings(
        latents,
        value,
        batch,
        labelledBatch,
        maxLabels,
        learningRate,
        labelWeight,
        trainShare,
        threads,
        seed);
  }

  public TrainingSettings withBatches(int unlabelled, int labelled) {
    return new TrainingSettings(
        latents,
        steps,
        unlabelled,
        labelled,
        maxLabels,
        learningRate,
        labelWeight,
        trainShare,
        threads,
        seed);
  }

  public TrainingSettings withMaxLabels(int value) {
    return new TrainingSettings(
        latents,
        steps,
        batch,
        labelledBatch,
        value,
        learningRate,
        labelWeight,
        trainShare,
        threads,
        seed);
  }

  public TrainingSettings withThreads(int value) {
    return new TrainingSettings(
        latents,
        steps,
        batch,
        labelledBatch,
        maxLabels,
        learningRate,
        labelWeight,
        trainShare,
        value,
        seed);
  }

  public TrainingSettings withSeed(long value) {
    return new TrainingSettings(
        latents,
        steps,
        batch,
        labelledBatch,
        maxLabels,
        learningRate,
        labelWeight,
        trainShare,
        threads,
        value);
  }
}
