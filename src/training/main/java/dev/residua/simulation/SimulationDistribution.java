package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;

/**
 * The nominal distribution of a scenario's nodes: converts draws to values, and gives the means and
 * spreads that are the units of events. Moments and quantiles of caused nodes are estimated on a
 * fixed sample of {@value #SAMPLE} draws, moments to within one percent of a standard deviation. A
 * dynamic scene has {@value #DYNAMIC_SAMPLE} frames of two runs, one with the negative draws of the
 * other: means that are linear in the draws are exact, spreads are within a tenth. Immutable.
 */
final class SimulationDistribution {
  private static final int SAMPLE = 20_000;
  private static final int DYNAMIC_SAMPLE = 50_000;
  private static final double RANGE_TAIL = 0.005;
  private static final long SAMPLE_SEED = 0x5EED_0F_1A55L;

  private final Scenario scenario;
  private final SimulatedScene scene;
  private final double[] mean;
  private final double[] meanExplained;
  private final double[] sdExplained;
  private final double[] unit;
  private final double[] noiseDeviation;
  private final double[][] sorted;

  SimulationDistribution(Scenario scenario) {
    this.scenario = scenario;
    this.scene = scenario.scene();
    CausalGraph graph = scene.graph();
    int d = graph.size();
    this.noiseDeviation = new double[d];
    for (int node : scene.caused()) {
      noiseDeviation[node] = scenario.noiseDeviation(node);
    }
    this.mean = new double[d];
    this.meanExplained = new double[d];
    this.sdExplained = new double[d];
    this.unit = new double[d];
    this.sorted = new double[d][];
    int sample = scene.isDynamic() ? DYNAMIC_SAMPLE : SAMPLE;
    for (int node : scene.caused()) {
      sorted[node] = new double[sample];
    }
    double[] squares = new double[d];
    double[] scaleSquares = new double[d];
    double[] explainedSquares = new double[d];
    double[] scores = new double[d];
    FactorHistory[] runs = {new FactorHistory(scene, 0), new FactorHistory(scene, 0)};
    PortableRandom draws = new PortableRandom(SAMPLE_SEED);
    // Welford's recurrence for the value and for the explained part of every node.
    for (int n = scene.isDynamic() ? 1 - 2 * FactorHistory.BURN_IN : 1; n <= sample; n++) {
      double[] hidden = new double[scene.hidden().size()];
      for (int i = 0; i < hidden.length; i++) {
        hidden[i] = hiddenAt(i, draws.gaussian());
      }
      boolean mirrored = scene.isDynamic() && (n & 1) == 0;
      FactorHistory run = runs[mirrored ? 1 : 0];
      double[] values = new double[d];
      for (int node = 0; node < d; node++) {
        scores[node] = mirrored ? -scores[node] : draws.gaussian();
        double carried = run.carried(node, run.previous(node));
        double explained =
            graph.isRoot(node) ? 0 : scene.mechanism(node, run.causes(node, values, 0));
        double scale = graph.isRoot(node) ? 1 : scene.noiseScale(node, values);
        if (graph.isRoot(node)) {
          values[node] = carried + rootAt(node, scores[node], hidden);
        } else {
          values[node] = carried + explained + scale * noiseAt(node, scores[node]);
        }
        if (scene.isDynamic()) {
          values[node] = scene.clip(node, values[node]);
        }
        if (n < 1) {
          continue;
        }
        if (!graph.isRoot(node)) {
          scaleSquares[node] += scale * scale;
          sorted[node][n - 1] = values[node];
        }
        double step = values[node] - mean[node];
        mean[node] += step / n;
        squares[node] += step * (values[node] - mean[node]);
        double explainedStep = explained - meanExplained[node];
        meanExplained[node] += explainedStep / n;
        explainedSquares[node] += explainedStep * (explained - meanExplained[node]);
      }
      run.add(values);
    }
    for (int node = 0; node < d; node++) {
      if (graph.isRoot(node)) {
        mean[node] = (scene.lowest(node) + scene.highest(node)) / 2;
        unit[node] =
            scene instanceof DynamicScene dynamic
                ? dynamic.deviation(node)
                : (scene.highest(node) - scene.lowest(node)) / Math.sqrt(12);
      } else {
        sdExplained[node] = Math.sqrt(explainedSquares[node] / (sample - 1));
        double sd = Math.sqrt(squares[node] / (sample - 1));
        double scale = Math.sqrt(scaleSquares[node] / sample);
        unit[node] = noiseDeviation[node] > 0 ? scale * noiseDeviation[node] : sd;
        Arrays.sort(sorted[node]);
      }
    }
  }

  /** Value of a hidden variable whose normal score is given. */
  double hiddenAt(int index, double score) {
    return scene.hiddenAt(index, PortableRandom.normalCdf(score), scenario.noise());
  }

  /** Value of a root whose normal score is given; in a dynamic scene its random step. */
  double rootAt(int root, double score, double[] hidden) {
    if (scene instanceof DynamicScene dynamic) {
      return dynamic.step(root) * score;
    }
    return scene.rootAt(root, PortableRandom.normalCdf(score), hidden);
  }

  /**
   * Value inside the nominal range of a caused node, from {@value #RANGE_TAIL} to 1 - {@value
   * #RANGE_TAIL} of its distribution, at a fraction in [0, 1] of that range.
   */
  double inRange(int node, double part) {
    double low = sorted[node][(int) (RANGE_TAIL * sorted[node].length)];
    double high = sorted[node][(int) ((1 - RANGE_TAIL) * sorted[node].length)];
    return low + (high - low) * part;
  }

  /** Noise of a caused node whose normal score is given. */
  double noiseAt(int node, double score) {
    return scenario.noise() == null
        ? scene.literalNoise(node, PortableRandom.normalCdf(score))
        : noiseDeviation[node] * score;
  }

  double mean(int node) {
    return mean[node];
  }

  /** Nominal mean of a caused node's expected value given its parents. */
  double meanExplained(int node) {
    return meanExplained[node];
  }

  /** Nominal standard deviation of a caused node's expected value given its parents. */
  double sdExplained(int node) {
    return sdExplained[node];
  }

  /** Nominal standard deviation of the noise of a caused node, before its scale; 0 for a root. */
  double noiseDeviation(int node) {
    return noiseDeviation[node];
  }

  /** The unit of the sizes of events, see {@link ScenarioEvent}. */
  double unit(int node) {
    return unit[node];
  }
}
