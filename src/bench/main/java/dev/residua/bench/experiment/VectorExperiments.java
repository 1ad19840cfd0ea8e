package dev.residua.bench.experiment;

import dev.residua.causal.CausalGraph;
import dev.residua.training.ExactDagSearch;
import dev.residua.training.ExactDagSearchSettings;
import dev.residua.training.GraphLearner;
import dev.residua.training.GraphSettingsBuilder;
import dev.residua.training.LancaSettings.Cooling;
import dev.residua.training.LancaSettings.OrderRelaxation;
import dev.residua.training.TrainingSettings;
import dev.residua.training.metrics.GraphDistance;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Searches and learns the graph of vectors that are seen without images. */
final class VectorExperiments {
  static final List<Experiment> ALL =
      List.of(
          new Experiment(
              "vector",
              Experiment.Needs.VECTORS,
              "The graph of a four-node additive noise model whose variables are seen without images:"
                  + " exact search against learning by gradient.",
              (cells, scale) -> {
                cells.add("exact search", (bench, seed) -> searched(seed));
                cells.add("learnt, SoftSort", learnt(g -> {}));
                cells.add(
                    "learnt, Gumbel-Sinkhorn",
                    learnt(g -> g.relaxation(OrderRelaxation.GUMBEL_SINKHORN)));
              }),
          new Experiment(
              "temperature",
              Experiment.Needs.VECTORS,
              "The graph learner on the same vectors, over the temperature that its gates end at.",
              (cells, scale) -> {
                for (double end : new double[] {1, 0.5, 0.2, 0.1, 0.05}) {
                  cells.add(
                      "gates end at " + end,
                      learnt(g -> g.edgeTemperature(new Cooling(1, end, 0.75))));
                }
              }),
          new Experiment(
              "rates",
              Experiment.Needs.VECTORS,
              "The graph learner on the same vectors, over the learning rates of order and edges.",
              (cells, scale) -> {
                for (double[] rates :
                    new double[][] {{1e-2, 9e-3}, {1e-2, 3e-3}, {1e-2, 1e-3}, {1e-2, 3e-4}}) {
                  cells.add(
                      String.format(
                          Locale.ROOT,
                          "order %s, edges %s, ratio %.1f",
                          rates[0],
                          rates[1],
                          rates[0] / rates[1]),
                      learnt(
                          g -> {
                            g.orderRate(rates[0]);
                            g.edgeRate(rates[1]);
                          }));
                }
              }));

  private static final int VECTORS = 5_000;
  private static final int VECTOR_STEPS = 2_500;

  private VectorExperiments() {}

  /**
   * Standardised vectors of {@code z3 = 0.8 sin(1.5 z1) + 0.5 z1 z2 + 0.6 n}, {@code z4 = 0.9 z3 -
   * 0.2 z3^2 + 0.6 n} with normal roots and noises.
   */
  private static double[][] vectors(long seed) {
    Random random = new Random(seed);
    double[][] z = new double[VECTORS][4];
    double[] mean = new double[4];
    double[] squares = new double[4];
    for (int n = 0; n < VECTORS; n++) {
      double[] row = z[n];
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian();
      row[2] = 0.8 * Math.sin(1.5 * row[0]) + 0.5 * row[0] * row[1] + 0.6 * random.nextGaussian();
      row[3] = 0.9 * row[2] - 0.2 * row[2] * row[2] + 0.6 * random.nextGaussian();
      for (int i = 0; i < 4; i++) {
        double before = row[i] - mean[i];
        mean[i] += before / (n + 1);
        squares[i] += before * (row[i] - mean[i]);
      }
    }
    for (double[] row : z) {
      for (int i = 0; i < 4; i++) {
        row[i] = (row[i] - mean[i]) / Math.sqrt(squares[i] / VECTORS);
      }
    }
    return z;
  }

  private static boolean[][] vectorGraph() {
    boolean[][] edges = new boolean[4][4];
    edges[0][2] = true;
    edges[1][2] = true;
    edges[2][3] = true;
    return edges;
  }

  private static Map<String, Double> searched(long seed) {
    CausalGraph found =
        ExactDagSearch.search(
                vectors(seed),
                List.of("z1", "z2", "z3", "z4"),
                ExactDagSearchSettings.DEFAULTS.withSeed(seed).withResamples(0))
            .graph();
    return Map.of("SHD", (double) GraphDistance.of(vectorGraph(), found.edges()).shd());
  }

  private static Cell.Single learnt(Consumer<GraphSettingsBuilder> change) {
    return (bench, seed) -> {
      TrainingSettings settings =
          TrainingSettings.DEFAULTS
              .withLatents(4)
              .withSteps(VECTOR_STEPS)
              .withBatches(256, 1)
              .withSeed(seed)
              .withLanca(l -> l.graph(l.graph().with(change)));
      boolean[][] edges = GraphLearner.edges(bench.learner().learn(vectors(seed), settings));
      return Map.of("SHD", (double) GraphDistance.of(vectorGraph(), edges).shd());
    };
  }
}
