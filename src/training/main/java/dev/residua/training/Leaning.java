package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.training.metrics.Columns;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularMatrixException;

/**
 * Spread of a broken mechanism over the residuals of a model that reads a latent from the pixels of
 * another, by the movements of {@link OwnPixels} and the mean slopes of the equations. It takes the
 * place of a measured {@link Monitorability} if the true noises are not known, as for every real
 * scene, so that a diagnosis can correct sizes and causes for it.
 *
 * <p>With readings {@code z = R x} of values {@code x = B x + noise}, and equations with the slopes
 * {@code F} of readings on readings, the residuals are {@code (I - F) R (I - B)^-1 noise}. Off the
 * diagonal {@code R} has the movements; its diagonal is such that a latent is read right if its
 * descendants follow it, as they do in the frames of a training. {@code B} is fitted to {@code R^-1
 * z}, in a few rounds, as the diagonal depends on it.
 *
 * <p>Conditions: linear in the deviation, with the mean slopes of the usual frames; latents without
 * a place of their own count as read right.
 */
final class Leaning {
  /** Name of the figure for the leakage; a diagnosis is corrected if it is below 1. */
  static final String LEAKAGE = "leaning.leakage";

  private static final int ROUNDS = 8;

  private Leaning() {}

  /**
   * The spread by the figures of a model; empty if no movement is above {@link OwnPixels#SMALL}.
   *
   * @param metrics figures of the model, as {@link OwnPixels#metrics} gives them
   * @param latents number of latents, the first nodes
   * @param observed nodes of usual frames, shape {@code [n][nodes]}
   * @param residuals of the same frames, same shape
   */
  static Optional<Monitorability> of(
      CausalGraph graph,
      Map<String, Double> metrics,
      int latents,
      double[][] observed,
      double[][] residuals) {
    int d = graph.size();
    double[] deviations = Columns.deviations(observed);
    RealMatrix reading = MatrixUtils.createRealIdentityMatrix(d);
    double largest = 0;
    for (int i = 0; i < latents; i++) {
      for (int k = 0; k < latents; k++) {
        double movement = metrics.getOrDefault(OwnPixels.METRIC + i + "." + k, 0.0);
        if (i != k && movement != 0 && deviations[i] > 0) {
          reading.setEntry(k, i, movement * deviations[k] / deviations[i]);
          largest = Math.max(largest, Math.abs(movement));
        }
      }
    }
    if (largest <= OwnPixels.SMALL) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          monitorability(
              shifts(
                  graph,
                  reading,
                  new Array2DRowRealMatrix(observed, false),
                  new Array2DRowRealMatrix(residuals, false)),
              Columns.deviations(residuals)));
    } catch (SingularMatrixException e) {
      return Optional.empty(); // a reading that depends on no pixels of its own
    }
  }

  /** Shifts of residuals by noises, in the units of the nodes: {@code [residual][noise]}. */
  private static RealMatrix shifts(
      CausalGraph graph, RealMatrix reading, RealMatrix readings, RealMatrix residuals) {
    RealMatrix fitted = slopes(graph, readings, readings.subtract(residuals));
    RealMatrix identity = MatrixUtils.createRealIdentityMatrix(graph.size());
    RealMatrix total = inverse(identity.subtract(fitted));
    for (int round = 0; round < ROUNDS; round++) {
      readWithDescendants(reading, total);
      RealMatrix values = readings.multiply(inverse(reading).transpose());
      total = inverse(identity.subtract(slopes(graph, values, values)));
    }
    readWithDescendants(reading, total);
    return identity.subtract(fitted).multiply(reading).multiply(total);
  }

  /**
   * @param shifts of residuals by noises, in the units of the nodes
   * @param own standard deviations of the residuals
   */
  private static Monitorability monitorability(RealMatrix shifts, double[] own) {
    int d = own.length;
    double[][] spread = new double[d][d];
    double leakage = 0;
    for (int k = 0; k < d; k++) {
      double others = 0;
      for (int j = 0; j < d; j++) {
        spread[k][j] = shifts.getEntry(k, j) * own[j] / own[k];
        others += j == k ? 0 : Math.abs(spread[k][j]);
      }
      double diagonal = Math.abs(spread[k][k]);
      leakage = Math.max(leakage, diagonal > 0 ? others / diagonal : Double.POSITIVE_INFINITY);
    }
    return new Monitorability(spread, leakage);
  }

  private static RealMatrix inverse(RealMatrix matrix) {
    return new LUDecomposition(matrix).getSolver().getInverse();
  }

  /** Sets the diagonal so that a node that its descendants follow is read right. */
  private static void readWithDescendants(RealMatrix reading, RealMatrix total) {
    int d = reading.getRowDimension();
    for (int k = 0; k < d; k++) {
      double followed = 0;
      for (int i = 0; i < d; i++) {
        followed += i == k ? 0 : reading.getEntry(k, i) * total.getEntry(i, k);
      }
      reading.setEntry(k, k, 1 - followed);
    }
  }

  /** Slopes by the causes, least squares over the frames: {@code [to][from]}. */
  private static RealMatrix slopes(CausalGraph graph, RealMatrix causes, RealMatrix effects) {
    int d = graph.size();
    int[] rows = IntStream.range(0, causes.getRowDimension()).toArray();
    RealMatrix slopes = MatrixUtils.createRealMatrix(d, d);
    for (int k = 0; k < d; k++) {
      int[] parents = graph.parents(k);
      if (parents.length > 0) {
        RidgeFit fit =
            RidgeFit.accumulate(
                causes.getSubMatrix(rows, parents).getData(),
                effects.getSubMatrix(rows, new int[] {k}).getData(),
                rows);
        double[] weights = fit.weights(fit.factor(1e-6 * rows.length), 0);
        for (int p = 0; p < parents.length; p++) {
          slopes.setEntry(k, parents[p], weights[p]);
        }
      }
    }
    return slopes;
  }
}
