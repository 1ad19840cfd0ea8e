package dev.residua.training;

import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.training.metrics.CoMoments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds the scale of a latent in the unit of its factor, by least squares over labelled frames. */
public final class FactorScaleFit {
  static final int MIN_FRAMES = 10;

  /** Least share of the variance of the labels that the latent must explain. */
  static final double MIN_EXPLAINED = 0.9;

  /** Share of calibration frames on each side outside the usual range. */
  private static final double TAIL = 0.025;

  private FactorScaleFit() {}

  /**
   * The scale of one latent.
   *
   * @param latent values of the latent in labelled frames
   * @param factor values of the factor in the same frames, NaN if unknown
   * @param usual values of the latent in calibration frames, at least one
   * @return null if too few labels are known, or the latent does not follow them
   */
  public static @Nullable FactorScale of(double[] latent, double[] factor, double[] usual) {
    int[] known =
        IntStream.range(0, latent.length)
            .filter(i -> Double.isFinite(factor[i]) && Double.isFinite(latent[i]))
            .toArray();
    CoMoments moments = CoMoments.of(selected(latent, known), selected(factor, known));
    if (known.length < MIN_FRAMES
        || moments.correlation() * moments.correlation() < MIN_EXPLAINED) {
      return null;
    }
    double slope = moments.xy() / moments.xx();
    return ranged(moments.meanY() - slope * moments.meanX(), slope, usual);
  }

  private static double[] selected(double[] values, int[] which) {
    return Arrays.stream(which).mapToDouble(i -> values[i]).toArray();
  }

  private static @Nullable FactorScale ranged(double offset, double slope, double[] usual) {
    double[] sorted = usual.clone();
    Arrays.sort(sorted);
    int tail = (int) (TAIL * (sorted.length - 1));
    double a = offset + slope * sorted[tail];
    double b = offset + slope * sorted[sorted.length - 1 - tail];
    return a == b ? null : new FactorScale(offset, slope, Math.min(a, b), Math.max(a, b));
  }

  /**
   * The scale of a latent of a new model that matches one of an old model.
   *
   * @param before latents of the old model, shape {@code [n][d]}
   * @param latent index of the new latent
   * @param after latents of the new model on the same frames
   * @return null if the old latent has no scale, or the new one does not follow it
   */
  public static @Nullable FactorScale carried(
      Latent old, double[][] before, int latent, double[][] after) {
    FactorScale scale = old.factor();
    if (scale == null) {
      return null;
    }
    double[] values = column(after, latent);
    return of(values, Arrays.stream(column(before, old.index())).map(scale::of).toArray(), values);
  }

  /**
   * The latents with their scales, if labels give one.
   *
   * @param labelled frames with labels
   * @param z their latents, shape {@code [labelled][d]}
   * @param usual latents of calibration frames, shape {@code [n][d]}
   */
  static List<Latent> scaled(
      List<Latent> latents, TrainingData data, int[] labelled, double[][] z, double[][] usual) {
    List<Latent> scaled = new ArrayList<>();
    for (Latent latent : latents) {
      int factor = data.factorNames().indexOf(latent.name());
      double[] own = column(usual, latent.index());
      FactorScale before = latent.factor();
      FactorScale scale =
          !latent.anchored() || factor < 0 || latent.categorical()
              ? null
              : of(column(z, latent.index()), factors(data, labelled, factor), own);
      if (scale == null && before != null) {
        scale = ranged(before.offset(), before.slope(), own); // these frames have no labels
      }
      scaled.add(latent.withFactor(scale));
    }
    return scaled;
  }

  /**
   * Like {@link #scaled(List, TrainingData, int[], double[][], double[][])}, with labels of
   * calibration frames.
   */
  static List<Latent> scaled(
      List<Latent> latents, TrainingData data, int[] nominal, LatentBatch scores) {
    double[][] z = FrameScores.rows(scores.observed(), scores.frames(), scores.latents());
    return scaled(latents, data, nominal, z, z);
  }

  private static double[] factors(TrainingData data, int[] frames, int factor) {
    double[] values = new double[frames.length];
    for (int i = 0; i < frames.length; i++) {
      double[] known = data.factors(frames[i]);
      values[i] = known == null ? Double.NaN : known[factor];
    }
    return values;
  }

  private static double[] column(double[][] rows, int k) {
    return Arrays.stream(rows).mapToDouble(row -> row[k]).toArray();
  }
}
