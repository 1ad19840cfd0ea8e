package dev.residua.teaching;

import java.util.Arrays;
import java.util.Random;

/**
 * Frames from which questions are made, with coordinates of their pictures: the first principal
 * components, each divided by its standard deviation.
 *
 * @param frames their numbers, ascending
 * @param components shape {@code [frames][k]}, largest variance first
 */
@SuppressWarnings("ArrayRecordComponent")
public record PicturePool(int[] frames, double[][] components) {
  private static final int ROUNDS = 30;

  public PicturePool {
    if (frames.length < 2 || components.length != frames.length) {
      throw new IllegalArgumentException(
          "a pool needs at least 2 frames and as many rows of components but has %d and %d"
              .formatted(frames.length, components.length));
    }
  }

  /**
   * The pool of some pictures: principal components by orthogonal iteration. O(n p^2).
   *
   * @param pictures small ones, shape {@code [frames][p]}
   * @param k number of components, at most p
   */
  public static PicturePool of(int[] frames, float[][] pictures, int k) {
    int n = pictures.length;
    int p = pictures[0].length;
    double[] mean = new double[p];
    for (float[] picture : pictures) {
      for (int j = 0; j < p; j++) {
        mean[j] += picture[j] / (double) n;
      }
    }
    double[][] covariance = new double[p][p];
    for (float[] picture : pictures) {
      for (int i = 0; i < p; i++) {
        double x = picture[i] - mean[i];
        for (int j = 0; j <= i; j++) {
          covariance[i][j] += x * (picture[j] - mean[j]) / n;
        }
      }
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < i; j++) {
        covariance[j][i] = covariance[i][j];
      }
    }
    double[][] basis = basis(covariance, Math.min(k, p));
    double[][] components = new double[n][basis.length];
    for (int c = 0; c < basis.length; c++) {
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double value = 0;
        for (int j = 0; j < p; j++) {
          value += basis[c][j] * (pictures[i][j] - mean[j]);
        }
        components[i][c] = value;
        squares += value * value / n;
      }
      double sd = Math.sqrt(squares);
      for (int i = 0; i < n; i++) {
        components[i][c] /= sd > 1e-12 ? sd : 1;
      }
    }
    return new PicturePool(frames, components);
  }

  private static double[][] basis(double[][] covariance, int k) {
    int p = covariance.length;
    Random random = new Random(1);
    double[][] basis = new double[k][p];
    for (double[] vector : basis) {
      Arrays.setAll(vector, j -> random.nextGaussian());
    }
    orthonormalize(basis);
    for (int round = 0; round < ROUNDS; round++) {
      double[][] next = new double[k][p];
      for (int c = 0; c < k; c++) {
        for (int i = 0; i < p; i++) {
          double sum = 0;
          for (int j = 0; j < p; j++) {
            sum += covariance[i][j] * basis[c][j];
          }
          // A picture of one colour has no variance; the old vector keeps the basis complete.
          next[c][i] = sum + 1e-9 * basis[c][i];
        }
      }
      basis = next;
      orthonormalize(basis);
    }
    return basis;
  }

  private static void orthonormalize(double[][] vectors) {
    for (int c = 0; c < vectors.length; c++) {
      for (int before = 0; before < c; before++) {
        double dot = dot(vectors[c], vectors[before]);
        for (int j = 0; j < vectors[c].length; j++) {
          vectors[c][j] -= dot * vectors[before][j];
        }
      }
      double norm = Math.sqrt(dot(vectors[c], vectors[c]));
      for (int j = 0; j < vectors[c].length; j++) {
        vectors[c][j] /= norm > 0 ? norm : 1;
      }
    }
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Number of frames. */
  public int size() {
    return frames.length;
  }

  /** The frames below a number; all of them if there are fewer than two. */
  public PicturePool below(int frame) {
    int count = 0;
    while (count < frames.length && frames[count] < frame) {
      count++;
    }
    return count < 2
        ? this
        : new PicturePool(Arrays.copyOf(frames, count), Arrays.copyOf(components, count));
  }

  /** Place of a frame in the pool, negative if it is not in it. */
  int indexOf(int frame) {
    return Arrays.binarySearch(frames, frame);
  }
}
