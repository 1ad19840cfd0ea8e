package dev.residua.commissioning;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Simulated sources: first-order autoregressions of unit variance with a location and a scale, all
 * latents alike and independent, the expected value of every latent standard normal.
 */
final class Sources {
  private final SplittableRandom random;
  private final ToDoubleFunction<SplittableRandom> distribution;
  private final double lagOne;
  private final double[] state;
  final float[] residuals;
  final float[] expected;
  double location;
  double scale = 1;
  double slope = 1;

  Sources(int latents, double lagOne, ToDoubleFunction<SplittableRandom> distribution, long seed) {
    this.random = new SplittableRandom(seed);
    this.distribution = distribution;
    this.lagOne = lagOne;
    this.state = new double[latents];
    this.residuals = new float[latents];
    this.expected = new float[latents];
    for (int t = 0; t < 50 / (1 - Math.abs(lagOne)); t++) {
      step();
    }
  }

  static Sources normal(int latents, double lagOne, long seed) {
    return new Sources(latents, lagOne, SplittableRandom::nextGaussian, seed);
  }

  /** Student's t with five degrees of freedom, of variance 1. */
  static double student(SplittableRandom random) {
    double squares = 0;
    for (int i = 0; i < 5; i++) {
      double g = random.nextGaussian();
      squares += g * g;
    }
    return random.nextGaussian() / Math.sqrt(squares / 5) * Math.sqrt(3.0 / 5);
  }

  private void step() {
    double rest = Math.sqrt(1 - lagOne * lagOne);
    for (int k = 0; k < state.length; k++) {
      state[k] = lagOne * state[k] + rest * distribution.applyAsDouble(random);
    }
  }

  void next() {
    step();
    for (int k = 0; k < state.length; k++) {
      expected[k] = (float) random.nextGaussian();
      residuals[k] = (float) (location + scale * state[k] + (slope - 1) * expected[k]);
    }
  }

  CommissioningWindow window(CommissioningWindow from, int frames) {
    CommissioningWindow window = from;
    for (int t = 0; t < frames; t++) {
      next();
      window = window.plus(residuals, expected, true);
    }
    return window;
  }

  CommissioningWindow window(int frames) {
    return window(CommissioningWindow.start(state.length), frames);
  }
}
