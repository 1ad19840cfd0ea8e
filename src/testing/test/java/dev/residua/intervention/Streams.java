package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Random;

/**
 * Ideal latents of a four-node additive noise model: roots z1, z2, then z3 = 0.8 sin(1.5 z1) + 0.5
 * z1 z2 + 0.6 n and z4 = 0.9 z3 - 0.2 z3^2 + 0.6 n.
 */
final class Streams {
  static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("z1", "z2", "shadow_length", "z4"),
          new boolean[][] {
            {false, false, true, false},
            {false, false, true, false},
            {false, false, false, true},
            new boolean[4]
          });

  /** Residuals before they are standardised have this standard deviation. */
  private static final double[] SIGMA = {1, 1, 0.6, 0.6};

  /** Turns what a node would be into what it is. */
  interface Change {
    double of(int node, double explained, double noise, Random random);
  }

  static final Change NONE = (node, explained, noise, random) -> explained + noise;

  /** Rows of frames. */
  record Rows(float[][] observed, float[][] expected, float[][] standardized) {}

  private Streams() {}

  static Rows play(int frames, long seed, Change change) {
    return play(frames, seed, change, 0);
  }

  /** With roots that follow an autoregression of order one. */
  static Rows play(int frames, long seed, Change change, double memory) {
    Random random = new Random(seed);
    Rows rows = new Rows(new float[frames][4], new float[frames][4], new float[frames][4]);
    double[] root = {random.nextGaussian(), random.nextGaussian()};
    for (int t = 0; t < frames; t++) {
      double[] z = new double[4];
      for (int i = 0; i < 4; i++) {
        double noise = SIGMA[i] * random.nextGaussian();
        if (i < 2) {
          root[i] = memory * root[i] + Math.sqrt(1 - memory * memory) * noise;
          noise = root[i];
        }
        double explained = explained(i, z);
        z[i] = change.of(i, explained, noise, random);
        rows.observed()[t][i] = (float) z[i];
        rows.expected()[t][i] = (float) explained;
        rows.standardized()[t][i] = (float) ((z[i] - explained) / SIGMA[i]);
      }
    }
    return rows;
  }

  static double explained(int node, double[] z) {
    return switch (node) {
      case 2 -> 0.8 * Math.sin(1.5 * z[0]) + 0.5 * z[0] * z[1];
      case 3 -> 0.9 * z[2] - 0.2 * z[2] * z[2];
      default -> 0;
    };
  }

  static void push(MechanismWindow window, Rows rows, boolean appearanceChanged, boolean frozen) {
    for (int t = 0; t < rows.observed().length; t++) {
      window.push(
          rows.observed()[t],
          rows.expected()[t],
          rows.standardized()[t],
          appearanceChanged,
          frozen);
    }
  }
}
