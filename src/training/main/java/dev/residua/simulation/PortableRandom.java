package dev.residua.simulation;

import java.util.SplittableRandom;

/**
 * Random numbers that are the same on every machine and Java version: they use only {@link
 * SplittableRandom#nextLong()}, whose sequence is specified, and {@link StrictMath}. For one
 * thread.
 */
final class PortableRandom {
  private static final double TWO_TO_MINUS_53 = 0x1p-53;

  private final SplittableRandom random;

  PortableRandom(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Uniform in the open interval (0, 1). */
  double uniform() {
    return ((random.nextLong() >>> 11) + 0.5) * TWO_TO_MINUS_53;
  }

  /** Standard normal; takes exactly two uniform draws, so that streams stay aligned. */
  double gaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(uniform()));
    return radius * StrictMath.cos(2 * Math.PI * uniform());
  }

  /**
   * Distribution function of the standard normal, error below 1e-14.
   *
   * <p>Source: G. West, Better approximations to cumulative normal functions, Wilmott (2005), after
   * Hart (1968).
   */
  static double normalCdf(double x) {
    double size = Math.abs(x);
    double tail;
    if (size > 37) {
      tail = 0;
    } else {
      double density = StrictMath.exp(-size * size / 2);
      if (size < 7.07106781186547) {
        double above = 3.52624965998911e-2 * size + 0.700383064443688;
        above = above * size + 6.37396220353165;
        above = above * size + 33.912866078383;
        above = above * size + 112.079291497871;
        above = above * size + 221.213596169931;
        above = above * size + 220.206867912376;
        double below = 8.83883476483184e-2 * size + 1.75566716318264;
        below = below * size + 16.064177579207;
        below = below * size + 86.7807322029461;
        below = below * size + 296.564248779674;
        below = below * size + 637.333633378831;
        below = below * size + 793.826512519948;
        below = below * size + 440.413735824752;
        tail = density * above / below;
      } else {
        double fraction = size + 0.65;
        for (int k = 4; k >= 1; k--) {
          fraction = size + k / fraction;
        }
        tail = density / fraction / 2.506628274631;
      }
    }
    return x > 0 ? 1 - tail : tail;
  }
}
