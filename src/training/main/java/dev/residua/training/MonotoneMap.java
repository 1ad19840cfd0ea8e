package dev.residua.training;

/**
 * An increasing, piecewise linear function, which its first and last segment continue.
 *
 * @param x ascending, at least three
 * @param y ascending, one per {@code x}
 */
@SuppressWarnings("ArrayRecordComponent") // made once per training
public record MonotoneMap(double[] x, double[] y) {
  public MonotoneMap {
    x = x.clone();
    y = y.clone();
    if (x.length < 3 || x.length != y.length) {
      throw new IllegalArgumentException(
          "a map needs three points or more but has %d and %d values"
              .formatted(x.length, y.length));
    }
    for (int k = 1; k < x.length; k++) {
      if (!(x[k] > x[k - 1] && y[k] > y[k - 1])) {
        throw new IllegalArgumentException(
            "a map must increase but goes from (%s, %s) to (%s, %s)"
                .formatted(x[k - 1], y[k - 1], x[k], y[k]));
      }
    }
  }

  /** Number of segments. */
  public int segments() {
    return x.length - 1;
  }

  /** Slope of a segment. */
  public double slope(int segment) {
    return (y[segment + 1] - y[segment]) / (x[segment + 1] - x[segment]);
  }

  public double apply(double value) {
    int k = 0;
    while (k < segments() - 1 && value > x[k + 1]) {
      k++;
    }
    return y[k] + slope(k) * (value - x[k]);
  }

  public MonotoneMap inverse() {
    return new MonotoneMap(y, x);
  }
}
