package dev.residua.training.metrics;

/**
 * Structural Hamming distance between graphs on the same nodes.
 *
 * @param shd missing, extra and reversed edges; a reversal counts 1 (the convention of gCastle and
 *     DP-DAG)
 * @param naive cells of the adjacency matrices that differ; a reversal counts 2
 * @param missing edges of the truth whose nodes are not joined in the estimate
 * @param extra edges of the estimate whose nodes are not joined in the truth
 * @param reversed edges with the other direction
 */
public record GraphDistance(int shd, int naive, int missing, int extra, int reversed) {
  /**
   * Compares a graph over latents with one over factors.
   *
   * @param truth over the factors, {@code [from][to]}, shape {@code [k][k]}
   * @param estimate over the latents, {@code [from][to]}, shape {@code [d][d]}
   * @param matching latent of each factor, shape {@code [k]}; -1 for none, which then has no edges
   */
  public static GraphDistance matched(boolean[][] truth, boolean[][] estimate, int[] matching) {
    int k = truth.length;
    boolean[][] renamed = new boolean[k][k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        renamed[i][j] = matching[i] >= 0 && matching[j] >= 0 && estimate[matching[i]][matching[j]];
      }
    }
    return of(truth, renamed);
  }

  /**
   * Compares two graphs.
   *
   * @param truth {@code [from][to]}, shape {@code [d][d]}
   * @param estimate same shape
   */
  public static GraphDistance of(boolean[][] truth, boolean[][] estimate) {
    int d = truth.length;
    if (estimate.length != d) {
      throw new IllegalArgumentException(
          "graphs of %d and %d nodes cannot be compared".formatted(d, estimate.length));
    }
    int naive = 0;
    int missing = 0;
    int extra = 0;
    int reversed = 0;
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < i; j++) {
        boolean joined = truth[i][j] || truth[j][i];
        boolean found = estimate[i][j] || estimate[j][i];
        naive += truth[i][j] != estimate[i][j] ? 1 : 0;
        naive += truth[j][i] != estimate[j][i] ? 1 : 0;
        if (joined && !found) {
          missing++;
        } else if (!joined && found) {
          extra++;
        } else if (joined && truth[i][j] != estimate[i][j]) {
          reversed++;
        }
      }
    }
    return new GraphDistance(missing + extra + reversed, naive, missing, extra, reversed);
  }
}
