package dev.residua.bench;

import java.util.SplittableRandom;

/**
 * Distributions of quiet streams that {@code bench drift} draws; every latent has mean 0 and
 * variance 1.
 */
public enum StreamFamily {
  /** Independent standard normal latents. */
  GAUSSIAN,

  /**
   * Heavy tails, skewed, correlated: normal scores with correlation {@code 0.5^|i - j|}; even
   * latents are log-normal with {@code sigma = 0.5} (skewness 1.75), odd ones {@code sinh(0.6 g)}.
   */
  SKEWED,

  /** Normal latents with correlation 0.6 between any two. */
  CORRELATED,

  /** Independent first-order autoregressions with coefficient 0.5. */
  AUTOREGRESSIVE;

  private static final double LOG_NORMAL = 0.5;
  private static final double SINH = 0.6;
  private static final double COEFFICIENT = 0.5;

  final class Source {
    private final SplittableRandom random;
    private final double[] state;

    private Source(int latents, long seed) {
      this.random = new SplittableRandom(seed);
      this.state = new double[latents];
      for (int k = 0; k < latents; k++) {
        state[k] = random.nextGaussian();
      }
    }

    void next(double[] into) {
      int d = state.length;
      switch (StreamFamily.this) {
        case GAUSSIAN -> {
          for (int k = 0; k < d; k++) {
            into[k] = random.nextGaussian();
          }
        }
        case SKEWED -> {
          double g = random.nextGaussian();
          for (int k = 0; k < d; k++) {
            into[k] = k % 2 == 0 ? logNormal(g) : sinh(g);
            g = 0.5 * g + Math.sqrt(0.75) * random.nextGaussian();
          }
        }
        case CORRELATED -> {
          double common = Math.sqrt(0.6) * random.nextGaussian();
          for (int k = 0; k < d; k++) {
            into[k] = common + Math.sqrt(0.4) * random.nextGaussian();
          }
        }
        case AUTOREGRESSIVE -> {
          double rest = Math.sqrt(1 - COEFFICIENT * COEFFICIENT);
          for (int k = 0; k < d; k++) {
            state[k] = COEFFICIENT * state[k] + rest * random.nextGaussian();
            into[k] = state[k];
          }
        }
      }
    }

    private static double logNormal(double g) {
      double square = LOG_NORMAL * LOG_NORMAL;
      return (Math.exp(LOG_NORMAL * g) - Math.exp(square / 2))
          / Math.sqrt((Math.exp(square) - 1) * Math.exp(square));
    }

    private static double sinh(double g) {
      return Math.sinh(SINH * g) / Math.sqrt((Math.exp(2 * SINH * SINH) - 1) / 2);
    }
  }

  Source source(int latents, long seed) {
    return new Source(latents, seed);
  }

  /** {@code n} samples in time order. */
  public double[][] reference(int n, int latents, long seed) {
    Source source = source(latents, seed);
    double[][] rows = new double[n][latents];
    for (double[] row : rows) {
      source.next(row);
    }
    return rows;
  }
}
