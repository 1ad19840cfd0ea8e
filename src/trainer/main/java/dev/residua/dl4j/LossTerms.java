package dev.residua.dl4j;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Pieces of the LANCA loss as SameDiff expressions. */
final class LossTerms {
  /** Multiples of the base scale of the inverse multiquadratic kernel (Tolstikhin et al. 2018). */
  static final double[] SCALES = {0.1, 0.2, 0.5, 1, 2, 5, 10};

  private LossTerms() {}

  /**
   * Unbiased squared maximum mean discrepancy of two samples of equal size under the sum over
   * {@link #SCALES} of {@code C / (C + |a - b|^2)}, {@code C = 2 d scale}.
   *
   * @param x shape {@code [n, d]}, n at least 2
   * @param y shape {@code [n, d]}
   * @return scalar, in about [-14/n, 14]; near zero, either sign, when the distributions agree
   */
  static SDVariable mmd(SameDiff sd, DataType type, SDVariable x, SDVariable y, int n, int d) {
    int m = 2 * n;
    SDVariable points = sd.concat(0, x, y); // [m, d]
    SDVariable squares = points.mul(points).sum(true, 1); // [m, 1]
    SDVariable distances =
        squares
            .add(squares.reshape(1, m))
            .sub(sd.mmul(points, sd.transpose(points)).mul(2.0)); // [m, m]
    double[] scales = new double[SCALES.length];
    for (int s = 0; s < scales.length; s++) {
      scales[s] = 2.0 * d * SCALES[s];
    }
    SDVariable c =
        sd.constant(
            "mmd.scales",
            Nd4j.createFromArray(scales).castTo(type).reshape('c', scales.length, 1, 1));
    SDVariable kernels = c.div(distances.reshape(1, m, m).add(c)).sum(0); // [m, m]
    return kernels.mul(sd.constant("mmd.weights", Nd4j.create(pairWeights(n)).castTo(type))).sum();
  }

  /** Weight of each pair of points, of x and then of y; 0 for a point and itself. */
  private static double[][] pairWeights(int n) {
    double within = 1 / ((double) n * (n - 1));
    double across = -1 / ((double) n * n);
    double[][] weights = new double[2 * n][2 * n];
    for (int i = 0; i < 2 * n; i++) {
      for (int j = 0; j < 2 * n; j++) {
        weights[i][j] = i == j ? 0 : (i < n) == (j < n) ? within : across;
      }
    }
    return weights;
  }

  /**
   * Rows to mean 0 and variance 1 over the batch.
   *
   * @param x shape {@code [n, d]}
   */
  static SDVariable standardized(SameDiff sd, SDVariable x) {
    SDVariable centred = x.sub(x.mean(true, 0));
    SDVariable variance = centred.mul(centred).mean(true, 0);
    return centred.div(sd.math().sqrt(variance.add(1e-6)));
  }

  static SDVariable variance(SDVariable x) {
    SDVariable centred = x.sub(x.mean(true, 0));
    return centred.mul(centred).mean(true, 0);
  }
}
