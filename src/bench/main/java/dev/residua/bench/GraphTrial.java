package dev.residua.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.residua.training.ExactDagSearch;
import dev.residua.training.ExactDagSearchSettings;
import dev.residua.training.SearchedGraph;
import dev.residua.training.metrics.GraphDistance;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Searches the graph of vectors that are drawn from an additive noise model. The first three nodes
 * are standard normal roots. Each later node {@code i} has the parents {@code i - 3} and, if {@code
 * i} is even, {@code i - 2}: {@code z_i = 0.8 sin(1.5 z_(i-3)) + 0.5 z_(i-2) z_(i-3) + 0.6 n} or
 * {@code 0.9 z_(i-3) - 0.2 z_(i-3)^2 + 0.6 n}.
 */
public final class GraphTrial {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private GraphTrial() {}

  /**
   * Result of one search.
   *
   * @param seconds its wall-clock time
   * @param processorSeconds its time on all cores together
   * @param shd distance from the true graph, a reversed edge counts 1
   * @param edges of the true graph
   */
  public record Result(double seconds, double processorSeconds, int shd, int edges) {}

  static boolean[][] edges(int d) {
    boolean[][] edges = new boolean[d][d];
    for (int i = 3; i < d; i++) {
      edges[i - 3][i] = true;
      edges[i - 2][i] = i % 2 == 0;
    }
    return edges;
  }

  static double[][] vectors(int n, int d, long seed) {
    Random random = new Random(seed);
    double[][] z = new double[n][d];
    for (double[] row : z) {
      for (int i = 0; i < d; i++) {
        double noise = random.nextGaussian();
        if (i < 3) {
          row[i] = noise;
        } else if (i % 2 == 0) {
          row[i] = 0.8 * Math.sin(1.5 * row[i - 3]) + 0.5 * row[i - 2] * row[i - 3] + 0.6 * noise;
        } else {
          row[i] = 0.9 * row[i - 3] - 0.2 * row[i - 3] * row[i - 3] + 0.6 * noise;
        }
      }
    }
    return z;
  }

  /** Draws vectors and searches their graph. */
  public static Result run(int n, int d, ExactDagSearchSettings settings) {
    double[][] z = vectors(n, d, settings.seed());
    List<String> names = IntStream.range(0, d).mapToObj(i -> "z" + i).toList();
    long start = System.nanoTime();
    long processor = SYSTEM.getProcessCpuTime();
    SearchedGraph found = ExactDagSearch.search(z, names, settings);
    double seconds = (System.nanoTime() - start) / 1e9;
    double processorSeconds = (SYSTEM.getProcessCpuTime() - processor) / 1e9;
    GraphDistance distance = GraphDistance.of(edges(d), found.graph().edges());
    int edges = 0;
    for (boolean[] row : edges(d)) {
      for (boolean edge : row) {
        edges += edge ? 1 : 0;
      }
    }
    return new Result(seconds, processorSeconds, distance.shd(), edges);
  }
}
