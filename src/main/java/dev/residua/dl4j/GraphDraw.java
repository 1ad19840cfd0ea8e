package dev.residua.dl4j;

import java.util.Random;

/**
 * One random draw of order and gates for a step, with the differences that make the soft values
 * hard: added to the soft values in the network they give hard ones whose gradient is that of the
 * soft ones (straight-through).
 *
 * <p>Order: SoftSort with Gumbel noise (Prillo and Eisenschlos 2020, as in Charpentier et al.
 * 2022); gates: binary concrete (Maddison et al. 2017).
 *
 * @param orderNoise Gumbel noise of the order scores, shape {@code [d]}
 * @param hardOrder permutation matrix, rows are ranks, row-major {@code [d][d]}
 * @param orderDifference hard minus soft permutation, {@code [d][d]}
 * @param gateNoise logistic noise of the gates, {@code [d][d]}
 * @param gateDifference hard minus soft gates, {@code [d][d]}
 */
record GraphDraw(
    float[] orderNoise,
    float[] hardOrder,
    float[] orderDifference,
    float[] gateNoise,
    float[] gateDifference) {

  /**
   * @param scores order scores, higher is earlier, shape {@code [d]}
   * @param logits gate logits, {@code [d][d]} row-major, row is the cause
   * @param temperature of both relaxations, above 0
   */
  static GraphDraw of(float[] scores, float[] logits, double temperature, Random random) {
    int d = scores.length;
    double[] s = logSoftmax(scores);
    float[] orderNoise = new float[d];
    for (int i = 0; i < d; i++) {
      orderNoise[i] = (float) -Math.log(-Math.log(open(random)));
      s[i] += orderNoise[i];
    }
    int[] rank = new int[d];
    for (int i = 0; i < d; i++) {
      int at = 0;
      for (int j = 0; j < d; j++) {
        if (s[j] > s[i] || (s[j] == s[i] && j < i)) {
          at++;
        }
      }
      rank[at] = i;
    }
    float[] hard = new float[d * d];
    float[] orderDifference = new float[d * d];
    for (int r = 0; r < d; r++) {
      hard[r * d + rank[r]] = 1;
      double total = 0;
      double[] row = new double[d];
      for (int j = 0; j < d; j++) {
        row[j] = Math.exp(-Math.abs(s[rank[r]] - s[j]) / temperature);
        total += row[j];
      }
      for (int j = 0; j < d; j++) {
        orderDifference[r * d + j] = (float) (hard[r * d + j] - row[j] / total);
      }
    }
    float[] gateNoise = new float[d * d];
    float[] gateDifference = new float[d * d];
    for (int i = 0; i < d * d; i++) {
      double u = open(random);
      gateNoise[i] = (float) (Math.log(u) - Math.log1p(-u));
      double soft = 1 / (1 + Math.exp(-(logits[i] + gateNoise[i]) / temperature));
      gateDifference[i] = (float) ((soft > 0.5 ? 1 : 0) - soft);
    }
    return new GraphDraw(orderNoise, hard, orderDifference, gateNoise, gateDifference);
  }

  /**
   * The graph that order and gates stand for without noise.
   *
   * @return probability of each edge {@code [from][to]}, 0 where the order forbids it
   */
  static double[][] readOut(float[] scores, float[] logits) {
    int d = scores.length;
    double[][] edges = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        boolean before = scores[i] > scores[j] || (scores[i] == scores[j] && i < j);
        edges[i][j] = i != j && before ? 1 / (1 + Math.exp(-logits[i * d + j])) : 0;
      }
    }
    return edges;
  }

  private static double[] logSoftmax(float[] scores) {
    double most = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      most = Math.max(most, score);
    }
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - most);
    }
    double[] out = new double[scores.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = scores[i] - most - Math.log(sum);
    }
    return out;
  }

  private static double open(Random random) {
    return Math.max(1e-12, Math.min(1 - 1e-12, random.nextDouble()));
  }
}
