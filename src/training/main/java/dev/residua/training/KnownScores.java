package dev.residua.training;

import dev.residua.causal.LatentBatch;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import java.util.Arrays;
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
    double[] seconds = data.times().seconds();
    int d = scores.latents();
    int c = scores.encoded();
    DynamicFilter filter = new DynamicFilter(dynamics, dynamics.start());
    float[] expected = new float[scores.expected().length];
    float[] residuals = new float[expected.length];
    float[] observed = new float[expected.length];
    float[] codes = new float[scores.codes().length];
    float[] errors = new float[frames.length];
    int[] kept = new int[frames.length];
    int n = 0;
    for (int i = 0; i < frames.length; i++) {
      if (i > 0 && seconds[frames[i]] <= seconds[frames[i - 1]]) {
        filter = new DynamicFilter(dynamics, dynamics.start());
      }
      float[] read = Arrays.copyOfRange(scores.observed(), i * d, (i + 1) * d);
      float[] prediction = Arrays.copyOfRange(scores.expected(), i * d, (i + 1) * d);
      float[] residual = Arrays.copyOfRange(scores.residuals(), i * d, (i + 1) * d);
      filter.next(seconds[frames[i]], read, prediction, residual);
      if (isKnown(residual)) {
        System.arraycopy(read, 0, observed, n * d, d);
        System.arraycopy(prediction, 0, expected, n * d, d);
        System.arraycopy(residual, 0, residuals, n * d, d);
        System.arraycopy(scores.codes(), i * c, codes, n * c, c);
        errors[n] = scores.reconstructionErrors()[i];
        kept[n++] = frames[i];
      }
    }
    return new KnownScores(
        Arrays.copyOf(kept, n),
        new LatentBatch(
            n,
            d,
            Arrays.copyOf(observed, n * d),
            Arrays.copyOf(expected, n * d),
            Arrays.copyOf(residuals, n * d),
            Arrays.copyOf(errors, n),
            Arrays.copyOf(codes, n * c)));
  }

  private static boolean isKnown(float[] residuals) {
    for (float residual : residuals) {
      if (Float.isNaN(residual)) {
        return false;
      }
    }
    return true;
  }
}
