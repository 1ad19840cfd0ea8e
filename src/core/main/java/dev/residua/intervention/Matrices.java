package dev.residua.intervention;

/**
 * Small dense matrices. Own code because references in bundles were calibrated with exactly these
 * bits; at most 62 rows are inverted, once per calibration.
 */
final class Matrices {
  private static final double SMALLEST_PIVOT = 1e-9;

  private Matrices() {}

  /**
   * Inverse by Gauss-Jordan elimination with partial pivoting. O(d^3).
   *
   * @param matrix shape {@code [d][d]}
   * @throws IllegalArgumentException if the shape is another or there is no inverse
   */
  static double[][] inverse(double[][] matrix, int d) {
    if (matrix.length != d) {
      throw new IllegalArgumentException(
          "matrix has %d rows, expected %d".formatted(matrix.length, d));
    }
    double[][] work = new double[d][2 * d];
    for (int i = 0; i < d; i++) {
      if (matrix[i].length != d) {
        throw new IllegalArgumentException(
            "row %d of the matrix has %d cells, expected %d".formatted(i, matrix[i].length, d));
      }
      System.arraycopy(matrix[i], 0, work[i], 0, d);
      work[i][d + i] = 1;
    }
    for (int column = 0; column < d; column++) {
      int pivot = column;
      for (int row = column + 1; row < d; row++) {
        if (Math.abs(work[row][column]) > Math.abs(work[pivot][column])) {
          pivot = row;
        }
      }
      double[] top = work[pivot];
      work[pivot] = work[column];
      work[column] = top;
      double value = top[column];
      if (!(Math.abs(value) > SMALLEST_PIVOT)) {
        throw new IllegalArgumentException("the matrix has no inverse");
      }
      for (int j = 0; j < 2 * d; j++) {
        top[j] /= value;
      }
      for (int row = 0; row < d; row++) {
        double factor = work[row][column];
        for (int j = 0; row != column && j < 2 * d; j++) {
          work[row][j] -= factor * top[j];
        }
      }
    }
    double[][] inverse = new double[d][d];
    for (int i = 0; i < d; i++) {
      System.arraycopy(work[i], d, inverse[i], 0, d);
    }
    return inverse;
  }
}
