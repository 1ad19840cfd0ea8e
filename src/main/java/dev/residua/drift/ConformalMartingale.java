package dev.residua.drift;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * An anytime-valid test of one stream against a fixed set of calibration scores, by betting on
 * small p-values. Immutable: every p-value gives the next state. O(1) time and memory.
 *
 * <p><b>Input.</b> {@code p = (1 + #{i <= n : s_i >= s}) / (n + 1)} for the frame's score {@code s}
 * and calibration scores {@code s_1..s_n}, or anything larger.
 *
 * <p><b>Guarantee.</b> Let the calibration scores be independent with law {@code F}, and let each
 * quiet frame's score, given all earlier frames, have law {@code F} too (independence of the frames
 * is enough). By Dvoretzky, Kiefer, Wolfowitz and Massart, with probability at least {@code 1 -
 * delta} over the calibration set, {@code sup |F_n - F| <= eps = sqrt(ln(2 / delta) / (2 n))}. On
 * that event, for every calibration set and whatever came before,
 *
 * <pre>  P(p <= u) <= min(1, u (n + 1) / n + eps)   for all u in [0, 1].</pre>
 *
 * <p>A frame's factor is {@code b(p) / c} with {@code b >= 0} bounded and decreasing and {@code c =
 * eps b(0) + (1 + 1/n) * integral of b over [0, (1 - eps) n / (n + 1)]}, which is its mean under
 * the law on the right; a decreasing {@code b} has no larger mean under {@code p}'s own law. So
 * each factor has mean at most 1 given the past, and with {@code K} bets and {@code M_t = M_(t-1)
 * b(p_t) / c}, {@code R_t = (R_(t-1) + 1) b(p_t) / c}, averaged over the bets:
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
 * are autocorrelated so that a score's law given the past is not {@code F}. The correction costs
 * power: changes whose p-values have a law within about {@code eps} of uniform are never found. The
 * capital melts while nothing happens, so a late change takes long to show in it; {@code R}
 * forgets.
 */
public final class ConformalMartingale {
  /** Part of calibration sets for which the guarantee may fail. */
  public static final double DELTA = 0.01;

  /** Size of {@link #toBytes}. */
  public static final int BYTES = 3 * Integer.BYTES + 1 + Long.BYTES + 2 * Double.BYTES * Bet.COUNT;

  private static final int MAGIC = 0x52455343; // "RESC"
  private static final byte VERSION = 1;

  private final int calibrationScores;
  private final long frames;
  private final double[] logCapital; // [bets]
  private final double[] logDetector; // [bets]

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

  private ConformalMartingale(
      int calibrationScores, long frames, double[] logCapital, double[] logDetector) {
    this.calibrationScores = calibrationScores;
    this.frames = frames;
    this.logCapital = logCapital;
    this.logDetector = logDetector;
  }

  /**
   * Capital 1, nothing seen.
   *
   * @param calibrationScores number {@code n} of scores behind the p-values, at least 100
   */
  public static ConformalMartingale start(int calibrationScores) {
    if (calibrationScores < 100) {
      throw new IllegalArgumentException(
          "conformal martingale needs at least 100 calibration scores but got "
              + calibrationScores);
    }
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
      capital[i] = logCapital[i] + factor;
      detector[i] = Math.max(logDetector[i], 0) + Math.log1p(Math.exp(-Math.abs(logDetector[i])));
      detector[i] += factor;
    }
    return new ConformalMartingale(calibrationScores, frames + 1, capital, detector);
  }

  private double epsilon() {
    return Math.sqrt(Math.log(2 / DELTA) / (2.0 * calibrationScores));
  }

  /** Frames seen. */
  public long frames() {
    return frames;
  }

  /** Natural logarithm of the capital {@code M}, 0 at the start. */
  public double logCapital() {
    return logMean(logCapital);
  }

  /** Natural logarithm of the Shiryaev-Roberts value {@code R}, minus infinity at the start. */
  public double logDetector() {
    return logMean(logDetector);
  }

  /**
   * Whether the capital is {@code 1 / alpha} or more now. To stop at the first time this holds errs
   * with probability at most {@code alpha}.
   */
  public boolean capitalCrosses(double alpha) {
    return logCapital() >= -Math.log(checked(alpha));
  }

  /**
   * Whether {@code R} is {@code runLength} or more now. To alarm at the first time this holds gives
   * a mean run length of at least {@code runLength} frames.
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

  /** Always {@link #BYTES} bytes, big-endian. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.putInt(MAGIC).put(VERSION).putInt(calibrationScores).putLong(frames);
    for (double value : logCapital) {
      out.putDouble(value);
    }
    for (double value : logDetector) {
      out.putDouble(value);
    }
    CRC32C crc = new CRC32C();
    crc.update(out.array(), 0, BYTES - Integer.BYTES);
    return out.putInt((int) crc.getValue()).array();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes have another kind, size or version or are damaged
   */
  public static ConformalMartingale fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length != BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not a conformal martingale, expected %d"
              .formatted(bytes.length, BYTES));
    }
    byte version = in.get();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "conformal martingale has version %d, this code reads %d".formatted(version, VERSION));
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, BYTES - Integer.BYTES);
    if ((int) crc.getValue() != in.getInt(BYTES - Integer.BYTES)) {
      throw new IllegalArgumentException("conformal martingale is damaged: its checksum is wrong");
    }
    int scores = in.getInt();
    long frames = in.getLong();
    double[] capital = new double[Bet.COUNT];
    double[] detector = new double[Bet.COUNT];
    for (int i = 0; i < capital.length; i++) {
      capital[i] = in.getDouble();
    }
    for (int i = 0; i < detector.length; i++) {
      detector[i] = in.getDouble();
    }
    return new ConformalMartingale(scores, frames, capital, detector);
  }
}
