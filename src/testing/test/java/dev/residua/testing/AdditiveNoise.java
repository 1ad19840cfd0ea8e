package dev.residua.testing;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Random;

/**
 * Draws from the additive noise model {@code z1, z2 ~ N(0,1)}, {@code z3 = 0.8 sin(1.5 z1) + 0.5 z1
 * z2 + 0.6 n3}, {@code z4 = 0.9 z3 - 0.2 z3^2 + 0.6 n4} with standard normal noises.
 */
public final class AdditiveNoise {
  public static final List<String> NAMES = List.of("z1", "z2", "z3", "z4");

  private AdditiveNoise() {}

  public static CausalGraph graph() {
    boolean[][] edges = new boolean[4][4];
    edges[0][2] = true;
    edges[1][2] = true;
    edges[2][3] = true;
    return CausalGraph.of(NAMES, edges);
  }

  /** Rows of {@code z1 .. z4, n1 .. n4}, shape {@code [n][8]}. */
  public static double[][] withNoises(int n, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[n][8];
    for (double[] row : rows) {
      for (int i = 4; i < 8; i++) {
        row[i] = random.nextGaussian();
      }
      row[0] = row[4];
      row[1] = row[5];
      row[2] = 0.8 * Math.sin(1.5 * row[0]) + 0.5 * row[0] * row[1] + 0.6 * row[6];
      row[3] = 0.9 * row[2] - 0.2 * row[2] * row[2] + 0.6 * row[7];
    }
    return rows;
  }

  /** Rows of {@code z1 .. z4}, shape {@code [n][4]}. */
  public static double[][] latents(int n, long seed) {
    double[][] rows = withNoises(n, seed);
    for (int i = 0; i < n; i++) {
      rows[i] = java.util.Arrays.copyOf(rows[i], 4);
    }
    return rows;
  }
}
