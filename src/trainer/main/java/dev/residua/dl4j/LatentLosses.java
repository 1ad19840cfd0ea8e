package dev.residua.dl4j;

import dev.residua.causal.NodeColumns;
import java.util.Arrays;

/**
 * Losses of the encoder's own outputs with their gradients, which are added to the arrays given.
 * All arrays are {@code [rows, width]} row-major.
 */
final class LatentLosses {
  private static final double HELD_FLOOR = 1e-3;
  private static final double PIN_FLOOR = 1e-6;
  private static final double ORDER_SLOPE = 3;

  private LatentLosses() {}

  /**
   * Mean squared error over the labels that are known.
   *
   * @param latents {@code [batch, d]}
   * @param firstRow row of {@code latents} that the first label is of
   * @param labels {@code [labelled, factors]}, standardised; not read if their count is 0
   * @param counts weight of each label, 0 if it is unknown; they sum to 1
   * @param weight of the error in the loss
   * @param gradient by {@code latents}
   */
  static double labels(
      double[] latents,
      int d,
      int firstRow,
      double[] labels,
      double[] counts,
      int factors,
      double weight,
      double[] gradient) {
    return labels(
        latents, NodeColumns.real(d), firstRow, labels, counts, factors, weight, gradient);
  }

  /**
   * Mean error over the labels that are known: squared, or of a category {@code -log softmax(logits
   * of the factor)[label]} over the logarithm of the number of categories. Both are about 1 if a
   * latent does not determine its factor.
   *
   * @param latents {@code [batch, columns]}
   * @param labels standardised, or the number of the category
   */
  static double labels(
      double[] latents,
      NodeColumns columns,
      int firstRow,
      double[] labels,
      double[] counts,
      int factors,
      double weight,
      double[] gradient) {
    int width = columns.columns();
    double error = 0;
    for (int k = 0; k < labels.length; k++) {
      if (counts[k] > 0) {
        int factor = k % factors;
        int at = (firstRow + k / factors) * width + columns.first(factor);
        if (columns.isCategorical(factor)) {
          error +=
              counts[k]
                  * category(
                      latents,
                      at,
                      columns.count(factor),
                      (int) labels[k],
                      weight * counts[k],
                      gradient);
        } else {
          double difference = latents[at] - labels[k];
          error += counts[k] * difference * difference;
          gradient[at] += 2 * weight * counts[k] * difference;
        }
      }
    }
    return error;
  }

  private static double category(
      double[] logits, int at, int values, int label, double weight, double[] gradient) {
    double[] p = Arrays.copyOfRange(logits, at, at + values);
    double largest = Arrays.stream(p).max().orElse(0);
    softmax(p, 0, values);
    double scale = Math.log(values);
    double sum = 0;
    for (int v = 0; v < values; v++) {
      gradient[at + v] += weight * (p[v] - (v == label ? 1 : 0)) / scale;
      sum += Math.exp(logits[at + v] - largest);
    }
    return (Math.log(sum) + largest - logits[at + label]) / scale;
  }

  /**
   * Turns the logits of categorical latents into probabilities.
   *
   * @param latents {@code [rows, columns]}, not changed
   * @return the array itself if no latent is categorical
   */
  static double[] probabilities(double[] latents, NodeColumns columns) {
    if (!columns.anyCategorical()) {
      return latents;
    }
    double[] p = latents.clone();
    for (int row = 0; row < p.length; row += columns.columns()) {
      for (int i = 0; i < columns.latents(); i++) {
        if (columns.isCategorical(i)) {
          softmax(p, row + columns.first(i), columns.count(i));
        }
      }
    }
    return p;
  }

  /**
   * Turns a gradient by {@link #probabilities} into one by logits, in place.
   *
   * @param gradient {@code [rows, columns]}
   */
  static void probabilitiesBackward(
      double[] probabilities, NodeColumns columns, double[] gradient) {
    for (int row = 0; columns.anyCategorical() && row < gradient.length; row += columns.columns()) {
      for (int i = 0; i < columns.latents(); i++) {
        if (columns.isCategorical(i)) {
          int from = row + columns.first(i);
          int to = from + columns.count(i);
          double mean = 0;
          for (int k = from; k < to; k++) {
            mean += probabilities[k] * gradient[k];
          }
          for (int k = from; k < to; k++) {
            gradient[k] = probabilities[k] * (gradient[k] - mean);
          }
        }
      }
    }
  }

  /**
   * Input of the decoder: of a categorical latent 1 in the column of its largest probability and 0
   * in the others, as at run time. The probabilities themselves would carry more than the category.
   * A gradient by the result passes on as one by the probabilities.
   *
   * <p>Source: the straight-through estimator of Bengio, Leonard and Courville, arXiv 1308.3432.
   *
   * @param probabilities {@code [rows, columns]}, not changed
   * @return the array itself if no latent is categorical
   */
  static double[] chosen(double[] probabilities, NodeColumns columns) {
    if (!columns.anyCategorical()) {
      return probabilities;
    }
    double[] chosen = probabilities.clone();
    for (int row = 0; row < chosen.length; row += columns.columns()) {
      for (int i = 0; i < columns.latents(); i++) {
        if (columns.isCategorical(i)) {
          int from = row + columns.first(i);
          int best = from;
          for (int k = from; k < from + columns.count(i); k++) {
            best = probabilities[k] > probabilities[best] ? k : best;
            chosen[k] = 0;
          }
          chosen[best] = 1;
        }
      }
    }
    return chosen;
  }

  private static void softmax(double[] values, int at, int count) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int v = at; v < at + count; v++) {
      largest = Math.max(largest, values[v]);
    }
    double sum = 0;
    for (int v = at; v < at + count; v++) {
      values[v] = Math.exp(values[v] - largest);
      sum += values[v];
    }
    for (int v = at; v < at + count; v++) {
      values[v] /= sum;
    }
  }

  /**
   * Mean over pairs of {@code (z_k(a) - z_k(b))^2 / (Var z_k + 0.001)}, where {@code k} is the
   * factor that both frames of a pair share and the variance is over the ordinary rows. The
   * gradient passes through the variance too, so that shrinking a latent does not pay. About 2 if a
   * latent does not determine its factor, 0 if it is a function of the factor alone.
   *
   * <p>Source: match pairing of Shu et al., Weakly Supervised Disentanglement with Guarantees, ICLR
   * 2020.
   *
   * @param latents {@code [batch, d]}
   * @param rows ordinary rows, the first ones, at least 2
   * @param firstRow row of the first pair; the two rows of a pair follow one another
   * @param factors latent of each pair; none for a loss of 0
   * @param weight of the loss
   * @param gradient by {@code latents}
   */
  static double held(
      double[] latents,
      int d,
      int rows,
      int firstRow,
      int[] factors,
      double weight,
      double[] gradient) {
    double[] mean = means(latents, d, rows);
    double[] spread = variances(latents, d, rows, mean);
    double[] bySpread = new double[d];
    double loss = 0;
    for (int p = 0; p < factors.length; p++) {
      int k = factors[p];
      int a = (firstRow + 2 * p) * d + k;
      int b = a + d;
      double difference = latents[a] - latents[b];
      double scaled = difference / (factors.length * (spread[k] + HELD_FLOOR));
      loss += scaled * difference;
      gradient[a] += 2 * weight * scaled;
      gradient[b] -= 2 * weight * scaled;
      bySpread[k] -= scaled * difference / (spread[k] + HELD_FLOOR);
    }
    spread(latents, d, rows, mean, bySpread, weight, gradient);
    return loss;
  }

  /**
   * Mean over answers of {@code log(1 + exp(-3 y (z_k(a) - z_k(b)) / sd z_k))}, where {@code y} is
   * 1 if frame {@code a} is said to be higher in factor {@code k} and -1 if {@code b} is, and the
   * variance is over the ordinary rows. The gradient passes through the variance too, so that
   * growing a latent does not pay. 0.69 if a latent does not determine its factor; a wrong answer
   * costs in proportion to the difference that it denies.
   *
   * <p>Source: rank pairing of Shu et al., ICLR 2020, with the pairwise logistic loss of Burges et
   * al., Learning to Rank using Gradient Descent, ICML 2005.
   *
   * @param firstRow row of the first answer; the two rows of an answer follow one another
   * @param factors latent of each answer; none for a loss of 0
   * @param signs {@code y} of each answer
   */
  static double order(
      double[] latents,
      int d,
      int rows,
      int firstRow,
      int[] factors,
      int[] signs,
      double weight,
      double[] gradient) {
    double[] mean = means(latents, d, rows);
    double[] spread = variances(latents, d, rows, mean);
    double[] bySpread = new double[d];
    double loss = 0;
    for (int p = 0; p < factors.length; p++) {
      int k = factors[p];
      int a = (firstRow + 2 * p) * d + k;
      int b = a + d;
      double variance = spread[k] + HELD_FLOOR;
      double slope = -ORDER_SLOPE * signs[p] / Math.sqrt(variance);
      double margin = slope * (latents[a] - latents[b]);
      // log(1 + exp(margin)) without overflow.
      loss += (Math.max(0, margin) + Math.log1p(Math.exp(-Math.abs(margin)))) / factors.length;
      double byMargin = 1 / ((1 + Math.exp(-margin)) * factors.length);
      gradient[a] += weight * byMargin * slope;
      gradient[b] -= weight * byMargin * slope;
      bySpread[k] -= byMargin * margin / (2 * variance);
    }
    spread(latents, d, rows, mean, bySpread, weight, gradient);
    return loss;
  }

  /** Passes gradients by the variances on to the ordinary rows. */
  private static void spread(
      double[] latents,
      int d,
      int rows,
      double[] mean,
      double[] bySpread,
      double weight,
      double[] gradient) {
    for (int at = 0; at < rows * d; at++) {
      gradient[at] += weight * bySpread[at % d] * 2 * (latents[at] - mean[at % d]) / rows;
    }
  }

  /**
   * Codes of held pairs with the held factor's latent of the other frame of the pair.
   *
   * @param firstRow row of the first pair
   * @param held latent of each pair
   * @return {@code [2 pairs, d]}
   */
  static double[] swapped(double[] latents, int d, int firstRow, int[] held) {
    double[] codes = Arrays.copyOfRange(latents, firstRow * d, (firstRow + 2 * held.length) * d);
    for (int p = 0; p < held.length; p++) {
      int a = 2 * p * d + held[p];
      double kept = codes[a];
      codes[a] = codes[a + d];
      codes[a + d] = kept;
    }
    return codes;
  }

  /**
   * Passes a gradient by {@link #swapped} codes on to the latents.
   *
   * @param byCodes {@code [2 pairs, d]}
   */
  static void swappedBackward(
      double[] byCodes, int d, int firstRow, int[] held, double[] gradient) {
    double[] back = swapped(byCodes, d, 0, held);
    for (int k = 0; k < back.length; k++) {
      gradient[firstRow * d + k] += back[k];
    }
  }

  /**
   * {@code sum_i mean_i^2 + (log(Var_i + 0.000001))^2} over the ordinary rows, which keeps latents
   * near mean 0 and variance 1; the pin of {@link CausalLoss} for a training without it.
   *
   * @param rows ordinary rows, the first ones
   * @param gradient by {@code latents}
   */
  static double pin(double[] latents, int d, int rows, double weight, double[] gradient) {
    return pin(latents, d, 0, rows, weight, gradient);
  }

  /** Pins latents from a column on. */
  static double pin(
      double[] latents, int d, int first, int rows, double weight, double[] gradient) {
    double[] mean = means(latents, d, rows);
    double[] spread = variances(latents, d, rows, mean);
    double loss = 0;
    for (int i = first; i < d; i++) {
      double logarithm = Math.log(spread[i] + PIN_FLOOR);
      loss += mean[i] * mean[i] + logarithm * logarithm;
      double bySpread = 2 * logarithm / (spread[i] + PIN_FLOOR);
      for (int r = 0; r < rows; r++) {
        int at = r * d + i;
        gradient[at] += weight * 2 * (mean[i] + bySpread * (latents[at] - mean[i])) / rows;
      }
    }
    return loss;
  }

  static double[] means(double[] latents, int d, int rows) {
    double[] mean = new double[d];
    for (int at = 0; at < rows * d; at++) {
      mean[at % d] += latents[at] / rows;
    }
    return mean;
  }

  static double[] variances(double[] latents, int d, int rows, double[] mean) {
    double[] variance = new double[d];
    for (int at = 0; at < rows * d; at++) {
      double difference = latents[at] - mean[at % d];
      variance[at % d] += difference * difference / rows;
    }
    return variance;
  }

  /** Draws {@code mean + exp(logVariance / 2) noise}. */
  static double[] sample(double[] mean, double[] logVariance, double[] noise) {
    double[] z = new double[mean.length];
    for (int k = 0; k < z.length; k++) {
      z[k] = mean[k] + Math.exp(0.5 * logVariance[k]) * noise[k];
    }
    return z;
  }

  /** Passes a gradient by {@link #sample} on to the log variances; by the mean it is the same. */
  static void sampleBackward(
      double[] bySample, double[] logVariance, double[] noise, double[] byLogVariance) {
    for (int k = 0; k < bySample.length; k++) {
      byLogVariance[k] += bySample[k] * noise[k] * 0.5 * Math.exp(0.5 * logVariance[k]);
    }
  }

  /**
   * Divergence of the encoder's distributions from N(0, I), {@code sum_i (mean^2 + exp(logVariance)
   * - 1 - logVariance) / 2}, mean over the rows (Kingma and Welling, ICLR 2014, appendix B).
   *
   * @param weight of the divergence in the loss
   */
  static double divergence(
      double[] mean,
      double[] logVariance,
      int rows,
      double weight,
      double[] byMean,
      double[] byLogVariance) {
    double sum = 0;
    for (int k = 0; k < mean.length; k++) {
      double variance = Math.exp(logVariance[k]);
      sum += 0.5 * (mean[k] * mean[k] + variance - 1 - logVariance[k]);
      byMean[k] += weight * mean[k] / rows;
      byLogVariance[k] += weight * 0.5 * (variance - 1) / rows;
    }
    return sum / rows;
  }
}
