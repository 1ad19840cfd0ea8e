package dev.residua.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Errors of anchored latents against the labels, in standard deviations of the labels, and the
 * correction learnt from them.
 *
 * @param names of the factors, shape {@code [k]}; none without labels
 * @param means of the labels, shape {@code [k]}
 * @param scales standard deviations of the labels, shape {@code [k]}
 * @param fit correction and its errors; null without labels
 * @param heldOut errors on frames that were not trained on, NaN if unknown, shape {@code [k]}
 * @param categorical whether a factor is a category: its error is the share of the labels that are
 *     missed, shape {@code [k]}
 */
@SuppressWarnings("ArrayRecordComponent") // made once per training
record LabelErrors(
    List<String> names,
    double[] means,
    double[] scales,
    LatentHead.@Nullable Fit fit,
    double[] heldOut,
    boolean[] categorical) {
  /** Fewest labelled frames outside the training range for a held-out error. */
  static final int MIN_HELD_OUT = 20;

  LabelErrors(
      List<String> names,
      double[] means,
      double[] scales,
      LatentHead.@Nullable Fit fit,
      double[] heldOut) {
    this(names, means, scales, fit, heldOut, new boolean[names.size()]);
  }

  /**
   * Measures errors on the labelled frames and learns the correction.
   *
   * @param labelled frames whose labels the network was trained on; may be none
   * @param z latents of the training frames, shape {@code [trained][d]}
   */
  static LabelErrors of(TrainingData data, int[] labelled, double[][] z) {
    if (labelled.length == 0) {
      return new LabelErrors(List.of(), new double[0], new double[0], null, new double[0]);
    }
    List<String> names = data.factorNames();
    int k = names.size();
    double[] means = new double[k];
    double[] squares = new double[k];
    int[] counts = new int[k];
    double[][] labels = new double[labelled.length][k];
    double[][] latents = new double[labelled.length][];
    for (int i = 0; i < labelled.length; i++) {
      labels[i] = factors(data, labelled[i], k);
      latents[i] = z[labelled[i]];
      for (int f = 0; f < k; f++) {
        if (!Double.isNaN(labels[i][f])) {
          double before = labels[i][f] - means[f];
          means[f] += before / ++counts[f];
          squares[f] += before * (labels[i][f] - means[f]);
        }
      }
    }
    double[] scales = new double[k];
    Arrays.setAll(scales, f -> Math.sqrt(squares[f] / counts[f]));
    boolean[] categorical = new boolean[k];
    boolean any = false;
    for (int f = 0; f < k; f++) {
      categorical[f] = !data.categories().get(f).isEmpty();
      any |= categorical[f];
      if (categorical[f]) {
        means[f] = 0;
        scales[f] = 1;
      }
    }
    for (double[] row : labels) {
      Arrays.setAll(row, f -> (row[f] - means[f]) / scales[f]);
    }
    double[] unknown = new double[k];
    Arrays.fill(unknown, Double.NaN);
    return new LabelErrors(
        names,
        means,
        scales,
        any // a correction would read logits as coordinates
            ? new LatentHead.Fit(null, errors(labels, latents, categorical, 1), unknown)
            : LatentHead.fit(latents, labels),
        unknown,
        categorical);
  }

  private static double[] factors(TrainingData data, int frame, int k) {
    double[] factors = data.factors(frame);
    if (factors != null) {
      return factors.clone();
    }
    double[] unknown = new double[k];
    Arrays.fill(unknown, Double.NaN);
    return unknown;
  }

  /**
   * Adds the errors on frames that were not trained on, which are unbiased.
   *
   * @param z corrected latents of those frames, shape {@code [frames.length][d]}
   */
  LabelErrors with(TrainingData data, int[] frames, double[][] z) {
    double[][] labels = names.isEmpty() ? new double[0][] : standardized(data, frames);
    return new LabelErrors(
        names, means, scales, fit, errors(labels, z, categorical, MIN_HELD_OUT), categorical);
  }

  /** Errors of all factors, NaN for one with fewer labels than needed. */
  private static double[] errors(
      double[][] labels, double[][] z, boolean[] categorical, int needed) {
    int k = categorical.length;
    double[] squares = new double[k];
    int[] counts = new int[k];
    for (int i = 0; i < labels.length; i++) {
      for (int f = 0; f < k; f++) {
        if (!Double.isNaN(labels[i][f])) {
          double difference = labels[i][f] - z[i][f];
          squares[f] += categorical[f] ? (difference == 0 ? 0 : 1) : difference * difference;
          counts[f]++;
        }
      }
    }
    double[] errors = new double[k];
    for (int f = 0; f < k; f++) {
      double mean = squares[f] / counts[f];
      errors[f] = counts[f] < needed ? Double.NaN : categorical[f] ? mean : Math.sqrt(mean);
    }
    return errors;
  }

  /**
   * The labels of frames in standard deviations, NaN if unknown and for categories.
   *
   * @return shape {@code [frames.length][k]}
   */
  double[][] realLabels(TrainingData data, int[] frames) {
    double[][] rows = standardized(data, frames);
    for (double[] row : rows) {
      Arrays.setAll(row, f -> categorical[f] ? Double.NaN : row[f]);
    }
    return rows;
  }

  /**
   * The labels of frames in standard deviations, NaN if unknown.
   *
   * @return shape {@code [frames.length][k]}
   */
  double[][] standardized(TrainingData data, int[] frames) {
    double[][] rows = new double[frames.length][];
    for (int i = 0; i < rows.length; i++) {
      double[] row = factors(data, frames[i], names.size());
      Arrays.setAll(row, f -> (row[f] - means[f]) / scales[f]);
      rows[i] = row;
    }
    return rows;
  }

  @Nullable LatentHead head() {
    return fit == null ? null : fit.head();
  }

  /**
   * Root mean squared error of a factor: on frames that were not trained on, if enough are
   * labelled; else the leave-one-out error of its correction, or of the latent itself if it has
   * none.
   */
  double error(int factor) {
    if (fit == null || !Double.isNaN(heldOut[factor])) {
      return heldOut[factor];
    }
    return fit.errorInUse(factor);
  }

  OptionalDouble worst() {
    double worst = Double.NEGATIVE_INFINITY;
    for (int f = 0; f < names.size(); f++) {
      worst = Math.max(worst, error(f));
    }
    return Double.isFinite(worst) ? OptionalDouble.of(worst) : OptionalDouble.empty();
  }

  /** Figures by name, without those that are unknown. */
  Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int f = 0; fit != null && f < names.size(); f++) {
      put(metrics, "label.own." + f, fit.ownError()[f]);
      put(metrics, "label.leaveOneOut." + f, fit.headError()[f]);
      put(metrics, "label.heldOut." + f, heldOut[f]);
    }
    worst().ifPresent(error -> metrics.put("label.error", error));
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String name, double value) {
    if (Double.isFinite(value)) {
      metrics.put(name, value);
    }
  }
}
