package dev.residua.dl4j;

import java.util.Random;

/**
 * Random draws that depend only on the seed, their purpose and a number, so that a training can
 * resume at any step, and a batch can be prepared ahead, without any state.
 */
final class StepRandom {
  enum Purpose {
    FRAMES,
    LABELLED_FRAMES,
    STEP,
    HELD_PAIRS,
    ANSWERS,
    VARIATION,
    EXCHANGE
  }

  private StepRandom() {}

  static Random of(long seed, Purpose purpose, long number) {
    return new Random(mix(mix(seed + 31L * (purpose.ordinal() + 1)) + number));
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** The numbers below {@code count} in random order. */
  static int[] shuffled(int count, Random random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  static double[] normal(int count, Random random) {
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      values[k] = random.nextGaussian();
    }
    return values;
  }

  /** A random permutation matrix for each latent, {@code [d][rows][rows]}. */
  static double[] shuffles(int d, int rows, Random random) {
    double[] matrices = new double[d * rows * rows];
    for (int i = 0; i < d; i++) {
      int[] order = shuffled(rows, random);
      for (int r = 0; r < rows; r++) {
        matrices[(i * rows + r) * rows + order[r]] = 1;
      }
    }
    return matrices;
  }
}
