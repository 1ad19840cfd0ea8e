package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Random;

/**
 * Latents of lamp -> tracker <- valve and tracker -> gauge, with {@code tracker = sin(1.2 lamp) +
 * 0.7 valve + 0.3 lamp valve + noise} and {@code gauge = 0.9 tracker + noise}. Roots are standard
 * normal, noises have a standard deviation of one half.
 */
final class EdgeStreams {
  static final int LAMP = 0;
  static final int VALVE = 1;
  static final int TRACKER = 2;
  static final int GAUGE = 3;
  static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("lamp", "valve", "tracker", "gauge"),
          new boolean[][] {
            {false, false, true, false},
            {false, false, true, false},
            {false, false, false, true},
            new boolean[4]
          });
  static final double NOISE = 0.5;

  /** What changes. */
  record Change(
      double lampInfluence,
      double valveInfluence,
      double offset,
      double noiseTimes,
      double valveFollowsLamp,
      double valveSpread,
      double gaugeOfLamp) {
    static final Change NONE = new Change(1, 1, 0, 1, 0, 1, 0);

    static Change influences(double lamp, double valve) {
      return new Change(lamp, valve, 0, 1, 0, 1, 0);
    }

    static Change offset(double offset) {
      return new Change(1, 1, offset, 1, 0, 1, 0);
    }

    static Change noise(double times) {
      return new Change(1, 1, 0, times, 0, 1, 0);
    }

    static Change valve(double followsLamp, double spread) {
      return new Change(1, 0, 0, 1, followsLamp, spread, 0);
    }

    static Change gaugeOfLamp(double slope) {
      return new Change(1, 1, 0, 1, 0, 1, slope);
    }
  }

  private final Random random;
  private final double rootMemory;
  private final double noiseMemory;
  private final double[] state = new double[4];

  /**
   * @param rootMemory lag-one autocorrelation of the roots
   * @param noiseMemory the same of the noises
   */
  EdgeStreams(long seed, double rootMemory, double noiseMemory) {
    this.random = new Random(seed);
    this.rootMemory = rootMemory;
    this.noiseMemory = noiseMemory;
    for (int i = 0; i < state.length; i++) {
      state[i] = random.nextGaussian();
    }
  }

  /** The next frames. */
  Streams.Rows next(int frames, Change change) {
    Streams.Rows rows =
        new Streams.Rows(new float[frames][4], new float[frames][4], new float[frames][4]);
    for (int t = 0; t < frames; t++) {
      for (int i = 0; i < state.length; i++) {
        double memory = i < TRACKER ? rootMemory : noiseMemory;
        state[i] = memory * state[i] + Math.sqrt(1 - memory * memory) * random.nextGaussian();
      }
      double lamp = state[LAMP];
      double follows = change.valveFollowsLamp();
      double valve =
          change.valveSpread() * (follows * lamp + Math.sqrt(1 - follows * follows) * state[VALVE]);
      double tracker =
          explained(change.lampInfluence() * lamp, change.valveInfluence() * valve)
              + change.offset()
              + NOISE * change.noiseTimes() * state[TRACKER];
      double gauge = 0.9 * tracker + change.gaugeOfLamp() * lamp + NOISE * state[GAUGE];
      double[] observed = {lamp, valve, tracker, gauge};
      double[] expected = {0, 0, explained(lamp, valve), 0.9 * tracker};
      double[] deviation = {1, 1, NOISE, NOISE};
      for (int i = 0; i < 4; i++) {
        rows.observed()[t][i] = (float) observed[i];
        rows.expected()[t][i] = (float) expected[i];
        rows.standardized()[t][i] = (float) ((observed[i] - expected[i]) / deviation[i]);
      }
    }
    return rows;
  }

  static double explained(double lamp, double valve) {
    return Math.sin(1.2 * lamp) + 0.7 * valve + 0.3 * lamp * valve;
  }
}
