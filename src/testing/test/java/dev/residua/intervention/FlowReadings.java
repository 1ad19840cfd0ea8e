package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Normal;
import dev.residua.simulation.Flow;
import java.util.Arrays;
import java.util.Random;

/**
 * Factors of the simulated scene {@code flow} as a model reads them: ball_size -> water_height ->
 * water_flow <- hole, in standard deviations. Equations are a cube and a root of a product, roots
 * are uniform and correlated, and the reading errors of both caused factors have a common part.
 */
final class FlowReadings {
  static final CausalGraph GRAPH = new Flow().graph();
  private static final int BALL_SIZE = 0;
  private static final int HOLE = 1;
  private static final int WATER_HEIGHT = 2;

  /** Correlation of the normal scores of the roots. */
  private static final double ROOTS = 0.6;

  /** Standard deviation of a reading error, of which half the variance is common to the effects. */
  private static final double ERROR = 0.35;

  /** Standard deviations of the factors. */
  private static final double[] SPREAD = {0.28, 0.77, 0.65, 0.82};

  private final Flow scene = new Flow();
  private final Random random;

  FlowReadings(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Frames of another period.
   *
   * @param memory lag-one autocorrelation of roots and noises
   * @param influence of the size of the ball on the height of the water
   */
  Streams.Rows next(int frames, double memory, double influence) {
    Streams.Rows rows =
        new Streams.Rows(new float[frames][4], new float[frames][4], new float[frames][4]);
    double[] noise = {0, 0, scene.usualNoise()[0], scene.usualNoise()[1]};
    double[] state = new double[4];
    Arrays.setAll(state, i -> random.nextGaussian());
    for (int t = 0; t < frames; t++) {
      for (int i = 0; i < state.length; i++) {
        state[i] = memory * state[i] + Math.sqrt(1 - memory * memory) * random.nextGaussian();
      }
      double[] factors = new double[4];
      double hole = ROOTS * state[BALL_SIZE] + Math.sqrt(1 - ROOTS * ROOTS) * state[HOLE];
      factors[BALL_SIZE] = scene.rootAt(BALL_SIZE, Normal.cdf(state[BALL_SIZE]), new double[0]);
      factors[HOLE] = scene.rootAt(HOLE, Normal.cdf(hole), new double[0]);
      for (int node = WATER_HEIGHT; node < 4; node++) {
        double[] causes = factors.clone();
        if (node == WATER_HEIGHT) {
          double mean = scene.rootAt(BALL_SIZE, 0.5, new double[0]);
          causes[BALL_SIZE] = mean + influence * (factors[BALL_SIZE] - mean);
        }
        factors[node] = scene.mechanism(node, causes) + noise[node] * state[node];
      }
      double common = random.nextGaussian();
      double[] read = new double[4];
      for (int i = 0; i < 4; i++) {
        double own = random.nextGaussian();
        double error = i < WATER_HEIGHT ? own : Math.sqrt(0.5) * (common + own);
        read[i] = factors[i] + ERROR * SPREAD[i] * error;
      }
      for (int i = 0; i < 4; i++) {
        rows.observed()[t][i] = (float) (read[i] / SPREAD[i]);
        rows.expected()[t][i] =
            i < WATER_HEIGHT ? 0 : (float) (scene.mechanism(i, read) / SPREAD[i]);
      }
    }
    return rows;
  }
}
