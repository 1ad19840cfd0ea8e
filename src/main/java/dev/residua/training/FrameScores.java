package dev.residua.training;

import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import java.util.function.DoubleConsumer;

/** Scores many frames a batch at a time, so that only one batch of pixels is in memory. */
public final class FrameScores {
  private static final int BATCH = 64;

  private FrameScores() {}

  /** Reads pixels, see {@link TrainingData#read}. */
  @FunctionalInterface
  public interface Pixels {
    void read(int index, byte[] into, int offset);
  }

  /**
   * Scores frames.
   *
   * @param which index of each frame
   * @param progress receives the completed share, in [0, 1]
   * @return one row per frame, in the order of {@code which}
   */
  public static LatentBatch of(
      FrameScorer scorer, Pixels pixels, int[] which, DoubleConsumer progress) {
    int frames = which.length;
    int d = scorer.latents();
    int size = scorer.imageShape().size();
    float[] observed = new float[frames * d];
    float[] expected = new float[frames * d];
    float[] residuals = new float[frames * d];
    float[] errors = new float[frames];
    byte[] buffer = new byte[BATCH * size];
    for (int at = 0; at < frames; at += BATCH) {
      int count = Math.min(BATCH, frames - at);
      for (int i = 0; i < count; i++) {
        pixels.read(which[at + i], buffer, i * size);
      }
      LatentBatch batch = scorer.score(buffer, count);
      System.arraycopy(batch.observed(), 0, observed, at * d, count * d);
      System.arraycopy(batch.expected(), 0, expected, at * d, count * d);
      System.arraycopy(batch.residuals(), 0, residuals, at * d, count * d);
      System.arraycopy(batch.reconstructionErrors(), 0, errors, at, count);
      progress.accept((double) (at + count) / frames);
    }
    return new LatentBatch(frames, d, observed, expected, residuals, errors);
  }

  /** Row-major values as rows, shape {@code [n][d]}. */
  public static double[][] rows(float[] values, int n, int d) {
    double[][] rows = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        rows[i][j] = values[i * d + j];
      }
    }
    return rows;
  }
}
