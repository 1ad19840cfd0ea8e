package dev.residua.dl4j;

import dev.residua.training.metrics.Assignment;

/**
 * Gumbel-Sinkhorn (Mena et al., ICLR 2018): logits of rank and latent, divided by a temperature,
 * have their rows and columns normalised in turn, 20 times, in logarithms. The hard permutation is
 * the assignment with the largest sum of logits, the limit at temperature 0. O(d^2) an iteration.
 */
final class Sinkhorn implements OrderSample {
  static final int ITERATIONS = 20;

  private final int d;
  private final double temperature;
  private final int[] hard;

  /** Exponentials after every normalisation, rows and columns in turn. */
  private final double[][] normalised = new double[2 * ITERATIONS][];

  /**
   * @param logits with their noise, {@code [rank][latent]} row-major, shape {@code [d d]}
   * @param temperature above 0
   */
  Sinkhorn(double[] logits, int d, double temperature) {
    this.d = d;
    this.temperature = temperature;
    this.hard = assign(logits, d);
    double[] x = new double[d * d];
    for (int k = 0; k < x.length; k++) {
      x[k] = logits[k] / temperature;
    }
    for (int n = 0; n < normalised.length; n++) {
      double[] exponentials = new double[d * d];
      for (int line = 0; line < d; line++) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < d; k++) {
          largest = Math.max(largest, x[at(n, line, k)]);
        }
        double sum = 0;
        for (int k = 0; k < d; k++) {
          sum += Math.exp(x[at(n, line, k)] - largest);
        }
        double logSum = largest + Math.log(sum);
        for (int k = 0; k < d; k++) {
          int cell = at(n, line, k);
          x[cell] -= logSum;
          exponentials[cell] = Math.exp(x[cell]);
        }
      }
      normalised[n] = exponentials;
    }
  }

  /** Cell {@code k} of a row at even normalisations, of a column at odd ones. */
  private int at(int normalisation, int line, int k) {
    return normalisation % 2 == 0 ? line * d + k : k * d + line;
  }

  /**
   * Latent of each rank in the assignment with the largest sum of logits.
   *
   * @throws IllegalArgumentException if a logit is not finite
   */
  static int[] assign(double[] logits, int d) {
    for (double logit : logits) {
      if (!Double.isFinite(logit)) {
        throw new IllegalArgumentException(
            "logits of the order must be finite but one was " + logit);
      }
    }
    double[][] value = new double[d][d];
    for (int r = 0; r < d; r++) {
      System.arraycopy(logits, r * d, value[r], 0, d);
    }
    return Assignment.maximize(value);
  }

  @Override
  public int[] hard() {
    return hard;
  }

  @Override
  public double[] soft() {
    return normalised[normalised.length - 1];
  }

  @Override
  public double[] backward(double[] gradient) {
    double[] g = new double[d * d]; // by the logarithms
    for (int k = 0; k < g.length; k++) {
      g[k] = gradient[k] * soft()[k];
    }
    for (int n = normalised.length - 1; n >= 0; n--) {
      for (int line = 0; line < d; line++) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
          sum += g[at(n, line, k)];
        }
        for (int k = 0; k < d; k++) {
          int cell = at(n, line, k);
          g[cell] -= normalised[n][cell] * sum;
        }
      }
    }
    for (int k = 0; k < g.length; k++) {
      g[k] /= temperature;
    }
    return g;
  }
}
