package dev.residua.dl4j;

import dev.residua.model.NetworkLayer;
import dev.residua.training.TrainingFailedException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * An affine map {@code A z + b} of latents that were learnt without labels to latents that stand
 * for factors, and its inverse in front of the decoder.
 */
final class LatentNaming {
  /** Ridge per labelled frame; the latents' prior has variance 1. */
  private static final double RIDGE = 1e-3;

  private final RealMatrix matrix;
  private final RealMatrix inverse;
  private final RealVector shift;

  private LatentNaming(RealMatrix matrix, RealMatrix inverse, RealVector shift) {
    this.matrix = matrix;
    this.inverse = inverse;
    this.shift = shift;
  }

  static LatentNaming none(int d) {
    RealMatrix same = MatrixUtils.createRealIdentityMatrix(d);
    return new LatentNaming(same, same, new ArrayRealVector(d));
  }

  /**
   * Ridge regression of each label on the latents.
   *
   * @param latents shape {@code [n][d]}
   * @param labels standardised, shape {@code [n][d]}, NaN if unknown; each is known somewhere
   * @throws TrainingFailedException if labels depend linearly on one another, so that the map has
   *     no inverse
   */
  static LatentNaming fit(double[][] latents, double[][] labels) throws TrainingFailedException {
    int d = labels[0].length;
    RealMatrix matrix = new Array2DRowRealMatrix(d, d);
    RealVector shift = new ArrayRealVector(d);
    for (int f = 0; f < d; f++) {
      int known = 0;
      double[] sums = new double[d + 1];
      for (int i = 0; i < latents.length; i++) {
        if (Double.isFinite(labels[i][f])) {
          known++;
          for (int j = 0; j < d; j++) {
            sums[j] += latents[i][j];
          }
          sums[d] += labels[i][f];
        }
      }
      double[][] gram = new double[d][d];
      double[] cross = new double[d];
      for (int i = 0; i < latents.length; i++) {
        if (Double.isFinite(labels[i][f])) {
          for (int j = 0; j < d; j++) {
            double centred = latents[i][j] - sums[j] / known;
            cross[j] += centred * (labels[i][f] - sums[d] / known);
            for (int k = 0; k < d; k++) {
              gram[j][k] += centred * (latents[i][k] - sums[k] / known);
            }
          }
        }
      }
      for (int j = 0; j < d; j++) {
        gram[j][j] += RIDGE * known;
      }
      RealVector weights =
          new LUDecomposition(new Array2DRowRealMatrix(gram, false))
              .getSolver()
              .solve(new ArrayRealVector(cross, false));
      matrix.setRowVector(f, weights);
      double constant = sums[d] / known;
      for (int j = 0; j < d; j++) {
        constant -= weights.getEntry(j) * sums[j] / known;
      }
      shift.setEntry(f, constant);
    }
    LUDecomposition parts = new LUDecomposition(matrix);
    if (!parts.getSolver().isNonSingular()) {
      throw new TrainingFailedException(
          "the labels give fewer directions than the %d latents: label other frames, or train with another --seed"
              .formatted(d));
    }
    return new LatentNaming(matrix, parts.getSolver().getInverse(), shift);
  }

  int size() {
    return shift.getDimension();
  }

  double[] apply(double[] latents) {
    return matrix.operate(new ArrayRealVector(latents, false)).add(shift).toArray();
  }

  /**
   * This map, then {@code (x - mean) / scale}.
   *
   * @param scale above 0
   */
  LatentNaming standardized(double[] mean, double[] scale) {
    RealMatrix scaled = matrix.copy();
    RealMatrix unscaled = inverse.copy();
    RealVector moved = shift.copy();
    for (int i = 0; i < size(); i++) {
      scaled.setRowVector(i, matrix.getRowVector(i).mapDivide(scale[i]));
      unscaled.setColumnVector(i, inverse.getColumnVector(i).mapMultiply(scale[i]));
      moved.setEntry(i, (shift.getEntry(i) - mean[i]) / scale[i]);
    }
    return new LatentNaming(scaled, unscaled, moved);
  }

  /** A linear layer followed by this map, as one layer. */
  NetworkLayer.Dense after(NetworkLayer.Dense layer) {
    RealMatrix weights = weights(layer).multiply(matrix.transpose());
    RealVector bias = matrix.operate(bias(layer)).add(shift);
    return dense(layer, weights, bias);
  }

  /** The inverse of this map followed by a layer, as one layer. */
  NetworkLayer.Dense before(NetworkLayer.Dense layer) {
    RealMatrix weights = inverse.transpose().multiply(weights(layer));
    RealVector bias = bias(layer).subtract(weights.preMultiply(shift));
    return dense(layer, weights, bias);
  }

  private static RealMatrix weights(NetworkLayer.Dense layer) {
    RealMatrix weights = new Array2DRowRealMatrix(layer.in(), layer.out());
    for (int i = 0; i < layer.in(); i++) {
      for (int o = 0; o < layer.out(); o++) {
        weights.setEntry(i, o, layer.weights()[i * layer.out() + o]);
      }
    }
    return weights;
  }

  private static RealVector bias(NetworkLayer.Dense layer) {
    RealVector bias = new ArrayRealVector(layer.out());
    for (int o = 0; o < layer.out(); o++) {
      bias.setEntry(o, layer.bias()[o]);
    }
    return bias;
  }

  private static NetworkLayer.Dense dense(
      NetworkLayer.Dense like, RealMatrix weights, RealVector bias) {
    float[] w = new float[like.in() * like.out()];
    float[] b = new float[like.out()];
    for (int o = 0; o < like.out(); o++) {
      b[o] = (float) bias.getEntry(o);
      for (int i = 0; i < like.in(); i++) {
        w[i * like.out() + o] = (float) weights.getEntry(i, o);
      }
    }
    return new NetworkLayer.Dense(like.in(), like.out(), w, b, like.relu());
  }
}
