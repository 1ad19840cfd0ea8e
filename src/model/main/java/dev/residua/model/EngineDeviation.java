package dev.residua.model;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import java.util.List;
import java.util.Locale;

/**
 * Differences between two engines on the same frames.
 *
 * @param frames number of frames compared
 * @param latents root mean square over frames of the difference of a latent or of its residual, in
 *     standard deviations of the latent in training: the largest of all latents
 * @param reconstruction root mean square over frames of the relative difference of reconstruction
 *     errors
 */
public record EngineDeviation(int frames, double latents, double reconstruction) {
  /**
   * Most of a standard deviation that an engine in bfloat16 may deviate in a latent or a residual.
   * Models that the product ships deviate by a tenth of it; residuals of equations that explain 98
   * % still have seven times that size.
   */
  public static final double MAX_LATENTS = 0.02;

  /**
   * Most relative deviation of reconstruction errors, which themselves spread by 18 %. The shipped
   * model deviates by 1.0 % over 8,000 frames; eight of them exceed 2 % with odds of 1 to 250.
   */
  public static final double MAX_RECONSTRUCTION = 0.02;

  /**
   * Scores the same frames with both, with the candidate in halves as well as at once.
   *
   * @param pixels see {@link FrameInputs#pixels}
   * @throws IllegalStateException if an engine fails
   */
  public static EngineDeviation of(
      ResidualScorer reference, ResidualScorer candidate, byte[] pixels, int frames) {
    FrameInputs in = reference.atMeans(FrameInputs.of(pixels, frames));
    LatentBatch expected = reference.score(in);
    LatentBatch encoded = candidate.encode(in);
    float[] errors = candidate.reconstructionErrors(pixels, frames, encoded.codes(), List.of());
    LatentBatch whole = candidate.score(in);
    int d = expected.latents();
    double latents =
        max(
            largest(expected.observed(), encoded.observed(), d),
            ofResiduals(expected, encoded),
            largest(expected.observed(), whole.observed(), d),
            ofResiduals(expected, whole));
    return new EngineDeviation(
        frames,
        latents,
        max(
            relative(expected.reconstructionErrors(), errors),
            relative(expected.reconstructionErrors(), whole.reconstructionErrors())));
  }

  /**
   * Returns true if both are within the bounds for engines in bfloat16; not if one is not a number.
   */
  public boolean withinBounds() {
    return latents <= MAX_LATENTS && reconstruction <= MAX_RECONSTRUCTION;
  }

  /** Residuals that are unknown in both, as of equations that use earlier frames, agree. */
  private static double ofResiduals(LatentBatch expected, LatentBatch actual) {
    float[] known = actual.residuals().clone();
    float[] reference = expected.residuals().clone();
    for (int i = 0; i < known.length; i++) {
      if (Float.isNaN(known[i]) && Float.isNaN(reference[i])) {
        known[i] = 0;
        reference[i] = 0;
      }
    }
    return largest(reference, known, expected.latents());
  }

  /** Largest root mean square of all columns. */
  private static double largest(float[] expected, float[] actual, int d) {
    int n = expected.length / d;
    double largest = 0;
    for (int i = 0; i < d; i++) {
      double squares = 0;
      for (int row = 0; row < n; row++) {
        double difference = (double) actual[row * d + i] - expected[row * d + i];
        squares += difference * difference;
      }
      largest = max(largest, Math.sqrt(squares / n));
    }
    return largest;
  }

  private static double relative(float[] expected, float[] actual) {
    double squares = 0;
    for (int row = 0; row < expected.length; row++) {
      double difference = (double) actual[row] / expected[row] - 1;
      squares += difference * difference;
    }
    return Math.sqrt(squares / expected.length);
  }

  /** The largest, or not a number if one is not. */
  private static double max(double... values) {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "on %d frames latents and residuals differ by %.1e standard deviations and reconstruction errors by %.1e of their size",
        frames,
        latents,
        reconstruction);
  }
}
