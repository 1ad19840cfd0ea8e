package dev.residua.dl4j;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

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
  static SDVariable mmd(SameDiff sd, SDVariable x, SDVariable y, int n, int d) {
    SDVariable within = kernelSum(sd, x, x, n, d).add(kernelSum(sd, y, y, n, d));
    SDVariable across = kernelSum(sd, x, y, n, d);
    double pairs = (double) n * (n - 1);
    // Every point has kernel 1 with itself, at each scale; those pairs do not count.
    return within
        .sub(2.0 * SCALES.length * n)
        .mul(1 / pairs)
        .sub(across.mul(2.0 / ((double) n * n)));
  }

  private static SDVariable kernelSum(SameDiff sd, SDVariable x, SDVariable y, int n, int d) {
    SDVariable xx = x.mul(x).sum(true, 1); // [n, 1]
    SDVariable yy = y.mul(y).sum(true, 1).reshape(1, n); // [1, n]
    SDVariable distance = xx.add(yy).sub(sd.mmul(x, sd.transpose(y)).mul(2.0)); // [n, n]
    SDVariable total = null;
    for (double scale : SCALES) {
      double c = 2.0 * d * scale;
      SDVariable kernel = distance.add(c).rdiv(c).sum();
      total = total == null ? kernel : total.add(kernel);
    }
    if (total == null) {
      throw new AssertionError("there is at least one scale");
    }
    return total;
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

  /** Variance over the batch, shape {@code [1, d]}. */
  static SDVariable variance(SDVariable x) {
    SDVariable centred = x.sub(x.mean(true, 0));
    return centred.mul(centred).mean(true, 0);
  }

  /**
   * Sum over edges of the divergence of Bernoulli gates from a sparse prior, {@code KL(q || p)}.
   *
   * @param gates probabilities q, shape {@code [d, d]}
   * @param offDiagonal 1 where an edge may be, shape {@code [d, d]}
   */
  static SDVariable edgeDivergence(
      SameDiff sd, SDVariable gates, SDVariable offDiagonal, double prior) {
    SDVariable q = gates.mul(1 - 2e-6).add(1e-6);
    SDVariable no = q.rsub(1.0);
    SDVariable on = q.mul(sd.math().log(q).sub(Math.log(prior)));
    SDVariable off = no.mul(sd.math().log(no).sub(Math.log(1 - prior)));
    return on.add(off).mul(offDiagonal).sum();
  }
}
