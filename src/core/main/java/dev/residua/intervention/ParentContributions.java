package dev.residua.intervention;

import java.util.ArrayList;
import java.util.List;

/**
 * Contributions of direct causes to the prediction of a latent: each alone, with the others at
 * their centre, and each pair beyond that. The equation is read off the frames, as a polynomial in
 * the standardised causes (third degree, with products of two) by least squares of the prediction,
 * which has no noise; with fewer frames of second or first degree.
 *
 * @param own contribution of each cause alone, shape {@code [parents][n]}; 0 for one that does not
 *     move
 * @param joint contribution of each pair, shape {@code [pairs][n]}; none at first degree
 * @param rest of the prediction after the polynomial, shape {@code [n]}
 */
@SuppressWarnings("ArrayRecordComponent") // made once per test
record ParentContributions(double[][] own, double[][] joint, double[] rest) {
  /** Frames per coefficient from which a degree is used. */
  private static final int FRAMES_PER_TERM = 3;

  private static final double RIDGE = 1e-7;

  /** Standard deviations between the mean of the frames and the centre, at most. */
  private static final double FARTHEST = 2;

  private static final double SMALLEST_SPREAD = 1e-9;

  /**
   * Contributions in these frames. O(n terms^2), with {@code 3 p + p (p - 1) / 2} terms.
   *
   * @param parents values of the causes, shape {@code [parents][n]}
   * @param centres values at which a cause adds nothing, shape {@code [parents]}; one that is more
   *     than two standard deviations from these frames is brought nearer
   * @param expected predictions of the latent, shape {@code [n]}
   */
  static ParentContributions of(double[][] parents, double[] centres, double[] expected) {
    int p = parents.length;
    int n = expected.length;
    int degree = 3;
    while (degree > 1 && FRAMES_PER_TERM * terms(p, degree) > n) {
      degree--;
    }
    List<double[]> basis = new ArrayList<>();
    double[][] u = new double[p][];
    for (int a = 0; a < p; a++) {
      u[a] = standardized(parents[a], centres[a]);
      double[] power = u[a];
      for (int k = 1; k <= degree; k++) {
        basis.add(power);
        power = product(power, u[a]);
      }
    }
    for (int a = 0; degree > 1 && a < p; a++) {
      for (int b = 0; b < a; b++) {
        basis.add(product(u[a], u[b]));
      }
    }
    double[] weights = fit(basis, expected);
    double[] rest = less(expected, mean(expected));
    double[][] own = new double[p][n];
    double[][] joint = new double[basis.size() - degree * p][];
    for (int k = 0; k < weights.length; k++) {
      double[] into = k < degree * p ? own[k / degree] : new double[n];
      double mean = mean(basis.get(k));
      for (int t = 0; t < n; t++) {
        into[t] += weights[k] * basis.get(k)[t];
        rest[t] -= weights[k] * (basis.get(k)[t] - mean);
      }
      if (k >= degree * p) {
        joint[k - degree * p] = into;
      }
    }
    return new ParentContributions(own, joint, rest);
  }

  private static int terms(int parents, int degree) {
    return degree * parents + (degree > 1 ? parents * (parents - 1) / 2 : 0);
  }

  /** Least squares with an intercept. */
  private static double[] fit(List<double[]> basis, double[] values) {
    int terms = basis.size();
    double[][] centred = new double[terms][];
    for (int k = 0; k < terms; k++) {
      centred[k] = less(basis.get(k), mean(basis.get(k)));
    }
    double[] left = less(values, mean(values));
    double[][] gram = new double[terms][terms];
    double[] products = new double[terms];
    for (int k = 0; k < terms; k++) {
      for (int l = 0; l <= k; l++) {
        gram[k][l] = mean(product(centred[k], centred[l]));
        gram[l][k] = gram[k][l];
      }
      gram[k][k] += RIDGE;
      products[k] = mean(product(centred[k], left));
    }
    double[][] inverse = Matrices.inverse(gram, terms);
    double[] weights = new double[terms];
    for (int k = 0; k < terms; k++) {
      for (int l = 0; l < terms; l++) {
        weights[k] += inverse[k][l] * products[l];
      }
    }
    return weights;
  }

  private static double[] standardized(double[] values, double centre) {
    double mean = mean(values);
    double[] centred = less(values, mean);
    double spread = Math.sqrt(mean(product(centred, centred)));
    if (!(spread > SMALLEST_SPREAD)) {
      return new double[values.length];
    }
    double moved = Math.max(-FARTHEST, Math.min(FARTHEST, (centre - mean) / spread));
    for (int t = 0; t < centred.length; t++) {
      centred[t] = centred[t] / spread - moved;
    }
    return centred;
  }

  private static double[] product(double[] a, double[] b) {
    double[] product = new double[a.length];
    for (int t = 0; t < a.length; t++) {
      product[t] = a[t] * b[t];
    }
    return product;
  }

  private static double[] less(double[] values, double constant) {
    double[] less = new double[values.length];
    for (int t = 0; t < values.length; t++) {
      less[t] = values[t] - constant;
    }
    return less;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
