package dev.residua.bench.alternatives;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The distance of the most unusual patch of a picture to the nearest of a memory of normal patches,
 * as PatchCore, with one difference: its features come from a network that was trained on
 * photographs of everyday things; these are the leading principal components of patches of 8x8
 * pixels. The number is the logarithm of that distance.
 *
 * <p>Source: K. Roth et al., Towards total recall in industrial anomaly detection, CVPR 2022 (arXiv
 * 2106.08265).
 */
final class NearestPatches implements PictureMethod {
  /** Patches in memory, chosen so that the farthest of the others is as near as possible. */
  static final int MEMORY = 1_000;

  private static final int SIDE = 8;
  private static final int STEP = 4;
  private static final int FEATURES = 32;
  private static final int CANDIDATES = 20_000;

  private final ImageShape shape;
  private final int values;
  private final double[] mean;
  private final float[][] directions; // [features][values]
  private final float[][] memory; // [patches][features]
  private final float[] patch;
  private final float[] feature = new float[FEATURES];

  /** Fills the memory; about five seconds. */
  NearestPatches(ImageShape shape, List<byte[]> pictures, long seed) {
    this.shape = shape;
    this.values = SIDE * SIDE * shape.channels();
    this.patch = new float[values];
    SplittableRandom random = new SplittableRandom(seed);
    float[][] patches = new float[CANDIDATES][values];
    for (float[] one : patches) {
      byte[] picture = pictures.get(random.nextInt(pictures.size()));
      cut(picture, random.nextInt(rows()) * STEP, random.nextInt(columns()) * STEP, one);
    }
    this.mean = new double[values];
    for (float[] one : patches) {
      for (int v = 0; v < values; v++) {
        mean[v] += (double) one[v] / CANDIDATES;
      }
    }
    this.directions = directions(patches);
    float[][] features = new float[CANDIDATES][FEATURES];
    for (int i = 0; i < CANDIDATES; i++) {
      project(patches[i], features[i]);
    }
    this.memory = farthestFirst(features);
  }

  private int rows() {
    return (shape.height() - SIDE) / STEP + 1;
  }

  private int columns() {
    return (shape.width() - SIDE) / STEP + 1;
  }

  private float[][] directions(float[][] patches) {
    double[][] covariance = new double[values][values];
    double[] centred = new double[values];
    for (float[] one : patches) {
      for (int v = 0; v < values; v++) {
        centred[v] = one[v] - mean[v];
      }
      for (int v = 0; v < values; v++) {
        for (int w = 0; w <= v; w++) {
          covariance[v][w] += centred[v] * centred[w] / patches.length;
        }
      }
    }
    for (int v = 0; v < values; v++) {
      for (int w = 0; w < v; w++) {
        covariance[w][v] = covariance[v][w];
      }
    }
    RealMatrix found =
        new SingularValueDecomposition(new Array2DRowRealMatrix(covariance, false)).getU();
    float[][] leading = new float[FEATURES][values];
    for (int k = 0; k < FEATURES; k++) {
      double[] direction = found.getColumn(k);
      for (int v = 0; v < values; v++) {
        leading[k][v] = (float) direction[v];
      }
    }
    return leading;
  }

  /** Greedy choice: the candidate that is farthest from all that are in memory comes next. */
  private static float[][] farthestFirst(float[][] candidates) {
    float[] nearest = new float[candidates.length];
    Arrays.fill(nearest, Float.POSITIVE_INFINITY);
    float[][] chosen = new float[MEMORY][];
    int next = 0;
    for (int m = 0; m < MEMORY; m++) {
      chosen[m] = candidates[next];
      int farthest = 0;
      for (int i = 0; i < candidates.length; i++) {
        nearest[i] = Math.min(nearest[i], squaredDistance(candidates[i], chosen[m], nearest[i]));
        farthest = nearest[i] > nearest[farthest] ? i : farthest;
      }
      next = farthest;
    }
    return chosen;
  }

  @Override
  public int numbers() {
    return 1;
  }

  @Override
  public void read(byte[] pixels, float[] into) {
    float farthest = 0;
    for (int row = 0; row < rows(); row++) {
      for (int column = 0; column < columns(); column++) {
        cut(pixels, row * STEP, column * STEP, patch);
        project(patch, feature);
        float nearest = Float.POSITIVE_INFINITY;
        for (float[] one : memory) {
          nearest = Math.min(nearest, squaredDistance(feature, one, nearest));
          if (nearest <= farthest) {
            break; // it can no longer be the most unusual patch
          }
        }
        farthest = Math.max(farthest, nearest);
      }
    }
    into[0] = (float) (0.5 * Math.log(Math.max(1e-6, farthest)));
  }

  private void cut(byte[] pixels, int y, int x, float[] into) {
    int channels = shape.channels();
    int at = 0;
    for (int row = y; row < y + SIDE; row++) {
      int from = (row * shape.width() + x) * channels;
      for (int i = 0; i < SIDE * channels; i++) {
        into[at++] = pixels[from + i] & 0xFF;
      }
    }
  }

  private void project(float[] from, float[] into) {
    for (int k = 0; k < FEATURES; k++) {
      float sum = 0;
      float[] direction = directions[k];
      for (int v = 0; v < values; v++) {
        sum += direction[v] * (float) (from[v] - mean[v]);
      }
      into[k] = sum;
    }
  }

  /** The squared distance; may stop at any larger value once it is above the limit. */
  private static float squaredDistance(float[] a, float[] b, float limit) {
    float sum = 0;
    for (int k = 0; k < FEATURES; k += 8) {
      for (int i = k; i < k + 8; i++) {
        float difference = a[i] - b[i];
        sum += difference * difference;
      }
      if (sum > limit) {
        return sum;
      }
    }
    return sum;
  }
}
