package dev.residua.training;

import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;

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
   * Scores frames of a model without variables.
   *
   * @param which index of each frame
   * @param progress receives the completed share, in [0, 1]
   * @return one row per frame, in the order of {@code which}
   */
  public static LatentBatch of(
      ResidualScorer scorer, Pixels pixels, int[] which, DoubleConsumer progress) {
    return of(scorer, pixels, "", index -> PixelMask.NONE, frames -> new float[0], which, progress);
  }

  /**
   * Scores frames of training data, with the variables that it has.
   *
   * @param variables of the model
   */
  public static LatentBatch of(
      ResidualScorer scorer,
      TrainingData data,
      Variables variables,
      int[] which,
      DoubleConsumer progress) {
    return of(
        scorer,
        data::read,
        data.name(),
        data::mask,
        frames ->
            variables.standardized(
                frames.length, data.variableNames(), i -> data.variables(frames[i])),
        which,
        progress);
  }

  /** Scores frames of training data, and reports the completed share of a stage. */
  static LatentBatch of(
      ResidualScorer scorer,
      TrainingData data,
      Variables variables,
      int[] which,
      String stage,
      TrainingProgress progress) {
    return of(scorer, data, variables, which, share -> progress.at(stage, share, null));
  }

  /**
   * Scores frames.
   *
   * @param source name of the frames, for their random draws
   * @param variables standardised variables of some frames, see {@link FrameInputs#variables}
   * @param which index of each frame
   * @param progress receives the completed share, in [0, 1]
   * @return one row per frame, in the order of {@code which}
   */
  private static LatentBatch of(
      ResidualScorer scorer,
      Pixels pixels,
      String source,
      IntFunction<PixelMask> masks,
      Function<int[], float[]> variables,
      int[] which,
      DoubleConsumer progress) {
    int frames = which.length;
    int d = scorer.nodes();
    int encoded = scorer.latents();
    int size = scorer.imageShape().size();
    float[] observed = new float[frames * d];
    float[] expected = new float[frames * d];
    float[] residuals = new float[frames * d];
    float[] errors = new float[frames];
    float[] regionErrors = new float[0];
    float[] codes = new float[frames * encoded];
    byte[] buffer = new byte[BATCH * size];
    for (int at = 0; at < frames; at += BATCH) {
      int count = Math.min(BATCH, frames - at);
      for (int i = 0; i < count; i++) {
        pixels.read(which[at + i], buffer, i * size);
      }
      List<PixelMask> masked = Arrays.stream(which, at, at + count).mapToObj(masks).toList();
      int[] chosen = Arrays.copyOfRange(which, at, at + count);
      LatentBatch batch =
          scorer.score(
              FrameInputs.of(buffer, count)
                  .masked(masked)
                  .observing(variables.apply(chosen))
                  .numbered(
                      Arrays.stream(chosen).mapToLong(i -> FrameDraw.frame(source, i)).toArray()));
      System.arraycopy(batch.observed(), 0, observed, at * d, count * d);
      System.arraycopy(batch.expected(), 0, expected, at * d, count * d);
      System.arraycopy(batch.residuals(), 0, residuals, at * d, count * d);
      System.arraycopy(batch.reconstructionErrors(), 0, errors, at, count);
      System.arraycopy(batch.codes(), 0, codes, at * encoded, count * encoded);
      if (batch.regionErrors().length > 0) {
        regionErrors = regionErrors.length == 0 ? new float[frames * encoded] : regionErrors;
        System.arraycopy(batch.regionErrors(), 0, regionErrors, at * encoded, count * encoded);
      }
      progress.accept((double) (at + count) / frames);
    }
    return new LatentBatch(frames, d, observed, expected, residuals, errors, regionErrors, codes);
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

  /** The latents of a batch as rows, shape {@code [n][d]}, without its variables. */
  public static double[][] latents(LatentBatch batch) {
    double[][] nodes = rows(batch.observed(), batch.frames(), batch.latents());
    return Arrays.stream(nodes)
        .map(row -> Arrays.copyOf(row, batch.encoded()))
        .toArray(double[][]::new);
  }
}
