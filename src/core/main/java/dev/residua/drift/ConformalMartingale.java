package dev.residua.drift;

import java.util.Arrays;

/**
 * An anytime-valid test of one stream against a fixed set of calibration scores, by betting on
 * small p-values. Immutable: every p-value gives the next state. O(1) time and memory.
 *
 * <p><b>Input.</b> {@code p = (1 + #{i <= n : s_i >= s}) / (n + 1)} for the frame's score {@code s}
 * and calibration scores {@code s_1..s_n}, or anything larger.
 *
 * <p><b>Guarantee.</b> Let the calibration scores be independent with distribution {@code F}, and
 * let each quiet frame's score, given all earlier frames, have distribution {@code F} too
 * (independence of the frames is enough). By Dvoretzky, Kiefer, Wolfowitz and Massart, with
 * probability at least {@code 1 - delta} over the calibration set, {@code sup |F_n - F| <= eps =
 * sqrt(ln(2 / delta) / (2 n))}. On that event, for every calibration set and every past,
 *
 * <pre>  P(p <= u) <= min(1, u (n + 1) / n + eps)   for all u in [0, 1].</pre>
 *
 * <p>A frame's factor is {@code b(p) / c} with {@code b >= 0} bounded and decreasing and {@code c =
 * eps b(0) + (1 + 1/n) * integral of b over [0, (1 - eps) n / (n + 1)]}, which is its mean under
 * the distribution on the right; a decreasing {@code b} has no larger mean under {@code p}'s own
 * distribution. So each factor has mean at most 1 given the past, and with {@code K} bets and
 * {@code M_t = M_(t-1) b(p_t) / c}, {@code R_t = (R_(t-1) + 1) b(p_t) / c}, averaged over the bets:
 *
 * <ul>
 *   <li>the capital {@code M} is a test supermartingale: {@code P(ever M_t >= 1 / alpha) <= alpha}
 *       given the calibration set, and at most {@code alpha + delta} over calibration sets (Ville);
 *   <li>{@code R_t - t} is a supermartingale: the first {@code t} with {@code R_t >= 1 / alpha} is
 *       on average at least {@code 1 / alpha} frames away (the Shiryaev-Roberts e-detector of Shin,
 *       Ramdas and Rinaldo 2022), given the calibration set.
 * </ul>
 *
 * <p>Nothing is promised on the remaining {@code delta} of calibration sets, nor when quiet frames
 * are autocorrelated so that a score's distribution given the past is not {@code F}. The correction
 * costs power: changes whose p-values have a distribution within about {@code eps} of uniform are
 * never found. The capital melts while nothing happens, so a late change takes long to show in it;
 * {@code R} forgets.
 *
 * @param calibrationScores number {@code n} of scores behind the p-values, at least 100
 * @param frames frames seen
 * @param logCapitals logarithm of the capital per bet; owned by this record
 * @param logDetectors logarithm of the Shiryaev-Roberts value per bet; owned by this record
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame: copies would double the garbage
public record ConformalMartingale(
    int calibrationScores, long frames, double[] logCapitals, double[] logDetectors) {
  /** Part of calibration sets for which the guarantee may fail. */
  public static final double DELTA = 0.01;

  /** Fewest calibration scores. */
  public static final int MIN_SCORES = 100;

  /** {@code b(p) = 1 + a (1 - 2 p)} for an even shift, {@code max(p, q)^(k - 1)} for few far p. */
  private enum Bet {
    GENTLE(0.25, 0),
    STEADY(0.6, 0),
    BOLD(0.95, 0),
    TAIL(0, 0.7),
    FAR_TAIL(0, 0.4);

    static final int COUNT = 5;
    private static final double FLOOR = 0.005;

    private final double slope;
    private final double power;

    Bet(double slope, double power) {
      this.slope = slope;
      this.power = power;
    }

    double value(double p) {
      return power == 0 ? 1 + slope * (1 - 2 * p) : Math.pow(Math.max(p, FLOOR), power - 1);
    }

    /** Integral from 0 to {@code x}, which is above the floor. */
    double integral(double x) {
      return power == 0
          ? x + slope * (x - x * x)
          : Math.pow(FLOOR, power) + (Math.pow(x, power) - Math.pow(FLOOR, power)) / power;
    }
  }

  public ConformalMartingale {
    if (calibrationScores < MIN_SCORES || frames < 0) {
      throw new IllegalArgumentException(
          "conformal martingale needs at least %d calibration scores but got %d, after %d frames"
              .formatted(MIN_SCORES, calibrationScores, frames));
    }
    if (logCapitals.length != Bet.COUNT || logDetectors.length != Bet.COUNT) {
      throw new IllegalArgumentException(
          "conformal martingale has %d bets but got %d capitals and %d detectors"
              .formatted(Bet.COUNT, logCapitals.length, logDetectors.length));
    }
  }

  /**
   * Capital 1, nothing seen.
   *
   * @param calibrationScores number {@code n} of scores behind the p-values, at least 100
   */
  public static ConformalMartingale start(int calibrationScores) {
    double[] nothing = new double[Bet.COUNT];
    Arrays.fill(nothing, Double.NEGATIVE_INFINITY);
    return new ConformalMartingale(calibrationScores, 0, new double[Bet.COUNT], nothing);
  }

  /**
   * The state after one more frame.
   *
   * @param p in (0, 1]
   */
  public ConformalMartingale next(double p) {
    if (!(p > 0 && p <= 1)) {
      throw new IllegalArgumentException("p-value must be in (0, 1] but was " + p);
    }
    double epsilon = epsilon();
    double stretch = 1 + 1.0 / calibrationScores;
    double[] capital = new double[Bet.COUNT];
    double[] detector = new double[Bet.COUNT];
    for (Bet bet : Bet.values()) {
      int i = bet.ordinal();
      double mean = epsilon * bet.value(0) + stretch * bet.integral((1 - epsilon) / stretch);
      double factor = Math.log(bet.value(p) / mean);
      capital[i] = logCapitals[i] + factor;
      detector[i] = Math.max(logDetectors[i], 0) + Math.log1p(Math.exp(-Math.abs(logDetectors[i])));
      detector[i] += factor;
    }
    return new ConformalMartingale(calibrationScores, frames + 1, capital, detector);
  }

  private double epsilon() {
    return Math.sqrt(Math.log(2 / DELTA) / (2.0 * calibrationScores));
  }

  /** Natural logarithm of the capital {@code M}, 0 at the start. */
  public double logCapital() {
    return logMean(logCapitals);
  }

  /** Natural logarithm of the Shiryaev-Roberts value {@code R}, minus infinity at the start. */
  public double logDetector() {
    return logMean(logDetectors);
  }

  /**
   * Returns true if the capital is {@code 1 / alpha} or more now. To stop at the first time errs
   * with probability at most {@code alpha}.
   */
  public boolean capitalCrosses(double alpha) {
    return logCapital() >= -Math.log(checked(alpha));
  }

  /**
   * Returns true if {@code R} is {@code runLength} or more now. To alarm at the first time gives a
   * mean run length of at least {@code runLength} frames.
   */
  public boolean detectorCrosses(double runLength) {
    return logDetector() >= -Math.log(checked(1 / runLength));
  }

  private static double checked(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("level must be in (0, 1) but was " + alpha);
    }
    return alpha;
  }

  private static double logMean(double[] logs) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : logs) {
      largest = Math.max(largest, value);
    }
    if (largest == Double.NEGATIVE_INFINITY) {
      return largest;
    }
    double sum = 0;
    for (double value : logs) {
      sum += Math.exp(value - largest);
    }
    return largest + Math.log(sum / logs.length);
  }
}
