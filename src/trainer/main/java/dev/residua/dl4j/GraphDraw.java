package dev.residua.dl4j;

import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.Random;

/**
 * One random draw of the graph for a step, {@code A = B o (P^T M P)}, rows are causes: a
 * permutation P of latents, M strictly upper triangular, and gates B that are open with probability
 * {@code sigmoid(logit)} (Charpentier et al., ICLR 2022; gates: binary concrete, Maddison et al.,
 * ICLR 2017). A is hard; {@link #backward} passes gradients on as if P and B were their relaxations
 * (straight-through). The diagonal has no gates.
 */
final class GraphDraw {
  private static final double NEVER = 1e-12;

  private final int d;
  private final OrderSample order;
  private final double[] softGates;
  private final double[] gates;
  private final double[] allowed;
  private final double edgeTemperature;

  private GraphDraw(int d, OrderSample order, double[] noisyLogits, double edgeTemperature) {
    this.d = d;
    this.order = order;
    this.edgeTemperature = edgeTemperature;
    this.softGates = new double[d * d];
    this.gates = new double[d * d];
    for (int i = 0; i < d * d; i++) {
      softGates[i] = i % (d + 1) == 0 ? 0 : sigmoid(noisyLogits[i] / edgeTemperature);
      gates[i] = softGates[i] > 0.5 ? 1 : 0;
    }
    this.allowed = mask(permutation(order.hard()), d);
  }

  /**
   * @param scores of the order, in the shape that its relaxation asks for
   * @param logits of the gates, {@code [from][to]} row-major, shape {@code [d d]}
   * @param orderTemperature above 0
   * @param edgeTemperature above 0
   */
  static GraphDraw of(
      OrderRelaxation relaxation,
      double[] scores,
      double[] logits,
      double orderTemperature,
      double edgeTemperature,
      Random random) {
    int d = dimension(logits);
    double[] noisy = new double[scores.length];
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = scores[i] - Math.log(-Math.log(open(random)));
    }
    OrderSample order =
        switch (relaxation) {
          case SOFT_SORT -> new SoftSort(noisy, orderTemperature);
          case GUMBEL_SINKHORN -> new Sinkhorn(noisy, d, orderTemperature);
        };
    double[] noisyLogits = new double[d * d];
    for (int i = 0; i < noisyLogits.length; i++) {
      double u = open(random);
      noisyLogits[i] = logits[i] + Math.log(u) - Math.log1p(-u);
    }
    return new GraphDraw(d, order, noisyLogits, edgeTemperature);
  }

  /** The hard graph, {@code [from][to]} row-major. */
  double[] adjacency() {
    double[] edges = new double[d * d];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = gates[i] * allowed[i];
    }
    return edges;
  }

  /**
   * @param gradient of the loss by the graph, {@code [from][to]}
   * @param orderGradient the gradient by the scores is added to it
   * @param edgeGradient the gradient by the logits is added to it
   */
  void backward(double[] gradient, double[] orderGradient, double[] edgeGradient) {
    double[] byMask = new double[d * d];
    for (int i = 0; i < byMask.length; i++) {
      byMask[i] = gradient[i] * gates[i];
      edgeGradient[i] +=
          gradient[i] * allowed[i] * softGates[i] * (1 - softGates[i]) / edgeTemperature;
    }
    double[] byScores = order.backward(maskGradient(permutation(order.hard()), byMask, d));
    for (int i = 0; i < byScores.length; i++) {
      orderGradient[i] += byScores[i];
    }
  }

  private static double[] permutation(int[] latentOfRank) {
    int d = latentOfRank.length;
    double[] matrix = new double[d * d];
    for (int r = 0; r < d; r++) {
      matrix[r * d + latentOfRank[r]] = 1;
    }
    return matrix;
  }

  /**
   * Edges that an order allows: {@code O = P^T M P}.
   *
   * @param order P, {@code [rank][latent]}
   * @return {@code [from][to]}, 1 if {@code from} comes before {@code to} for a hard order
   */
  static double[] mask(double[] order, int d) {
    double[] result = new double[d * d];
    for (int r = 0; r < d; r++) {
      for (int q = r + 1; q < d; q++) {
        for (int i = 0; i < d; i++) {
          for (int j = 0; j < d; j++) {
            result[i * d + j] += order[r * d + i] * order[q * d + j];
          }
        }
      }
    }
    return result;
  }

  /** Gradient by P of a loss with gradient G by {@link #mask}: {@code M P G^T + M^T P G}. */
  static double[] maskGradient(double[] order, double[] byMask, int d) {
    double[] result = new double[d * d];
    for (int r = 0; r < d; r++) {
      for (int q = r + 1; q < d; q++) {
        for (int i = 0; i < d; i++) {
          for (int j = 0; j < d; j++) {
            result[r * d + i] += order[q * d + j] * byMask[i * d + j];
            result[q * d + j] += order[r * d + i] * byMask[i * d + j];
          }
        }
      }
    }
    return result;
  }

  /**
   * Divergence of the gates from a sparse prior, {@code sum KL(Bern(q) || Bern(p))} over all pairs,
   * and its gradient {@code q (1 - q) (logit(q) - logit(p))}.
   *
   * @param prior p, in (0, 1)
   * @param weight of the divergence in the loss
   * @param edgeGradient the gradient by the logits is added to it
   */
  static double divergence(double[] logits, double prior, double weight, double[] edgeGradient) {
    int d = dimension(logits);
    double sum = 0;
    double priorLogit = Math.log(prior) - Math.log1p(-prior);
    for (int i = 0; i < d * d; i++) {
      if (i % (d + 1) != 0) {
        double q = Math.max(NEVER, Math.min(1 - NEVER, sigmoid(logits[i])));
        sum += q * Math.log(q / prior) + (1 - q) * Math.log((1 - q) / (1 - prior));
        edgeGradient[i] += weight * q * (1 - q) * (logits[i] - priorLogit);
      }
    }
    return sum;
  }

  /**
   * The graph of order and gates without noise.
   *
   * @return probability of each edge {@code [from][to]}, 0 if the order forbids it
   */
  static double[][] readOut(OrderRelaxation relaxation, double[] scores, double[] logits) {
    int d = dimension(logits);
    int[] order =
        switch (relaxation) {
          case SOFT_SORT -> SoftSort.order(scores);
          case GUMBEL_SINKHORN -> Sinkhorn.assign(scores, d);
        };
    double[][] edges = new double[d][d];
    for (int r = 0; r < d; r++) {
      for (int q = r + 1; q < d; q++) {
        edges[order[r]][order[q]] = sigmoid(logits[order[r] * d + order[q]]);
      }
    }
    return edges;
  }

  private static int dimension(double[] logits) {
    return (int) Math.round(Math.sqrt(logits.length));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double open(Random random) {
    return Math.max(NEVER, Math.min(1 - NEVER, random.nextDouble()));
  }
}
