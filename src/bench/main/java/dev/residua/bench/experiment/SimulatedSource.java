package dev.residua.bench.experiment;

import dev.residua.causal.Normal;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Residuals of one source of known distribution: independent first-order autoregressions of unit
 * variance, moved to a location {@code N(0, 0.2)} and a scale {@code exp(N(0, 0.1))} of their own.
 * Mutable, for one thread.
 */
public final class SimulatedSource {
  /** Distributions of innovations with mean 0 and variance 1. */
  public enum Distribution {
    GAUSS("Gauss", new NormalDistribution()),

    /** Student's t with five degrees of freedom. */
    STUDENT("t5", new TDistribution(5)),

    /** Gamma of shape 4. */
    SKEWED("skewed", new GammaDistribution(4, 1));

    private final String label;
    private final RealDistribution distribution;
    private final double mean;
    private final double deviation;

    Distribution(String label, RealDistribution distribution) {
      this.label = label;
      this.distribution = distribution;
      this.mean = distribution.getNumericalMean();
      this.deviation = Math.sqrt(distribution.getNumericalVariance());
    }

    String label() {
      return label;
    }

    private double draw(SplittableRandom random) {
      switch (this) {
        case GAUSS -> {
          return random.nextGaussian();
        }
        case STUDENT -> {
          double squares = 0;
          for (int i = 0; i < 5; i++) {
            double g = random.nextGaussian();
            squares += g * g;
          }
          return random.nextGaussian() / Math.sqrt(squares / 5) * Math.sqrt(3.0 / 5);
        }
        case SKEWED -> {
          double sum = 0;
          for (int i = 0; i < 4; i++) {
            sum -= Math.log(1 - random.nextDouble());
          }
          return (sum - 4) / 2;
        }
      }
      throw new AssertionError(this);
    }

    /** Returns the standard normal value that is exceeded as often as this innovation. */
    double score(double innovation) {
      if (this == GAUSS) {
        return innovation;
      }
      double below = distribution.cumulativeProbability(mean + deviation * innovation);
      double tail = Math.max(MIN_TAIL, Math.min(below, 1 - below));
      return below < 0.5 ? Normal.quantile(tail) : -Normal.quantile(tail);
    }

    /** The inverse of {@link #score}, for scores within 6. */
    double innovation(double score) {
      return (distribution.inverseCumulativeProbability(Normal.cdf(score)) - mean) / deviation;
    }
  }

  /** Smallest probability that is not rounded to 0; its score is 6.4. */
  private static final double MIN_TAIL = 1e-10;

  private final Distribution distribution;
  private final double lagOne;
  private final SplittableRandom random;
  private final double[] state;
  private final double[] expectedState;
  private final double[] location;
  private final double[] scale;
  private final float[] residuals;
  private final float[] expected;
  private double shift; // of latent 0, in standard deviations
  private double spread = 1; // of latent 0
  private double gain = 1; // of latent 0; its expected value has two standard deviations

  /**
   * A stationary source.
   *
   * @param lagOne correlation of consecutive residuals, in [0, 1)
   * @param moved whether it has a location and a scale of its own; otherwise 0 and 1
   */
  public SimulatedSource(
      Distribution distribution, double lagOne, int latents, boolean moved, long seed) {
    this.distribution = distribution;
    this.lagOne = lagOne;
    this.random = new SplittableRandom(seed);
    this.state = new double[latents];
    this.expectedState = new double[latents];
    this.location = new double[latents];
    this.scale = new double[latents];
    this.residuals = new float[latents];
    this.expected = new float[latents];
    for (int k = 0; k < latents; k++) {
      location[k] = moved ? 0.2 * random.nextGaussian() : 0;
      scale[k] = moved ? Math.exp(0.1 * random.nextGaussian()) : 1;
    }
    for (int t = 0; t < 5 * (1 + lagOne) / (1 - lagOne); t++) {
      next();
    }
  }

  /** Residuals of the next frame, shape {@code [d]}; the same array every time. */
  public float[] next() {
    double rest = Math.sqrt(1 - lagOne * lagOne);
    for (int k = 0; k < state.length; k++) {
      state[k] = lagOne * state[k] + rest * distribution.draw(random);
      expectedState[k] = lagOne * expectedState[k] + rest * random.nextGaussian();
      expected[k] = (float) (2 * expectedState[k]);
      double value = state[k];
      if (k == 0) {
        value = spread * value + shift + (gain - 1) * expected[k];
      }
      residuals[k] = (float) (location[k] + scale[k] * value);
    }
    return residuals;
  }

  /**
   * Expected values by the causes for the frame of the last {@link #next}; the same array every
   * time.
   */
  public float[] expected() {
    return expected;
  }

  /** Moves the first residual by a number of standard deviations. */
  void shift(double deviations) {
    shift = deviations;
  }

  /** Multiplies the variation of the first residual. */
  void spread(double factor) {
    spread = factor;
  }

  /** Reduces the gain of the first residual's expected value. */
  void gain(double left) {
    gain = left;
  }
}
