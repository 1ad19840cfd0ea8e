package dev.residua.training;

import dev.residua.causal.LatentBatch;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Scores of those frames of which all residuals are known, with the innovations of equations that
 * use earlier frames.
 *
 * @param frames indices into the data, ascending
 * @param scores one row per frame
 */
@SuppressWarnings("ArrayRecordComponent") // of thousands of frames
record KnownScores(int[] frames, LatentBatch scores) {
  /**
   * Completes scores.
   *
   * @param dynamics equations of the model; null if none uses earlier frames
   * @param scores of the frames, in the same order
   * @throws IllegalArgumentException if the model has such equations and the data is not a sequence
   */
  static KnownScores of(
      @Nullable DynamicModel dynamics, TrainingData data, int[] frames, LatentBatch scores) {
    if (dynamics == null) {
      return new KnownScores(frames, scores);
    }
    if (!data.times().isSequence()) {
      throw new IllegalArgumentException(
          "the model uses earlier frames, but in %s %s: give every frame a time"
              .formatted(data.name(), data.times().sentence()));
    }
    int d = scores.latents();
    float[] expected = scores.expected().clone();
    float[] residuals = scores.residuals().clone();
    complete(dynamics, data.times().of(frames), scores.observed(), expected, residuals);
    int[] rows =
        IntStream.range(0, frames.length).filter(row -> isKnown(residuals, row, d)).toArray();
    return new KnownScores(
        Arrays.stream(rows).map(row -> frames[row]).toArray(),
        new LatentBatch(
            rows.length,
            d,
            selected(scores.observed(), rows, d),
            selected(expected, rows, d),
            selected(residuals, rows, d),
            selected(scores.reconstructionErrors(), rows, 1),
            scores.regionErrors().length == 0
                ? new float[0]
                : selected(scores.regionErrors(), rows, scores.encoded()),
            selected(scores.codes(), rows, scores.encoded())));
  }

  /**
   * Sets expectations and residuals of equations that use earlier frames, in a sequence of frames.
   *
   * @param seconds times of the frames, {@code [n]}
   * @param observed shape {@code [n][d]}, as are the others
   */
  static void complete(
      DynamicModel dynamics,
      double[] seconds,
      float[] observed,
      float[] expected,
      float[] residuals) {
    DynamicFilter filter = new DynamicFilter(dynamics);
    int d = dynamics.size();
    float[] prediction = new float[d];
    float[] residual = new float[d];
    for (int row = 0; row < seconds.length; row++) {
      System.arraycopy(expected, row * d, prediction, 0, d);
      System.arraycopy(residuals, row * d, residual, 0, d);
      filter.next(
          seconds[row], Arrays.copyOfRange(observed, row * d, (row + 1) * d), prediction, residual);
      System.arraycopy(prediction, 0, expected, row * d, d);
      System.arraycopy(residual, 0, residuals, row * d, d);
    }
  }

  private static boolean isKnown(float[] residuals, int row, int d) {
    for (int i = row * d; i < (row + 1) * d; i++) {
      if (Float.isNaN(residuals[i])) {
        return false;
      }
    }
    return true;
  }

  private static float[] selected(float[] values, int[] rows, int width) {
    float[] selected = new float[rows.length * width];
    for (int k = 0; k < rows.length; k++) {
      System.arraycopy(values, rows[k] * width, selected, k * width, width);
    }
    return selected;
  }
}
