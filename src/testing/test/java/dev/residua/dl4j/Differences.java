package dev.residua.dl4j;

import java.util.function.ToDoubleFunction;

/** Central differences, the oracle of gradients. */
final class Differences {
  private static final double STEP = 1e-5;

  private Differences() {}

  static double[] of(double[] at, ToDoubleFunction<double[]> function) {
    double[] x = at.clone();
    double[] slopes = new double[x.length];
    for (int k = 0; k < x.length; k++) {
      x[k] = at[k] + STEP;
      double up = function.applyAsDouble(x);
      x[k] = at[k] - STEP;
      double down = function.applyAsDouble(x);
      x[k] = at[k];
      slopes[k] = (up - down) / (2 * STEP);
    }
    return slopes;
  }
}
