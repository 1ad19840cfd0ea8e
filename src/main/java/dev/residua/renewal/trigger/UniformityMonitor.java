package dev.residua.renewal.trigger;

import dev.residua.drift.UniformDistance;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tests whether the conformal p-values of one source's quiet frames are still uniform, as a valid
 * calibration makes them. Immutable: every p-value gives the next state.
 *
 * <p><b>Statistic.</b> Over {@code m} p-values {@code p_(1) <= ... <= p_(m)}, one window after the
 * other without overlap, the Kolmogorov distance {@code D = max_i max(i / m - p_(i), p_(i) - (i -
 * 1) / m)}.
 *
 * <p><b>Guarantee.</b> With {@code p = (1 + #{i <= n : s_i >= s}) / (n + 1)}, independent
 * calibration scores of a continuous law {@code F}, and quiet frames' scores of a window that are
 * independent with that law, {@code P(D > bound) <= alpha} for every window, given the calibration
 * set, for all but a share {@code delta} of calibration sets. For by Dvoretzky, Kiefer, Wolfowitz
 * and Massart {@code sup |F_n - F| <= eps} on those sets, so that the law of {@code p} is within
 * {@code eps + 1 / n} of the uniform one; and by the same inequality the window's own distribution
 * is within {@code sqrt(ln(2 / alpha) / (2 m))} of that law but for probability {@code alpha}. See
 * {@link UniformitySettings#bound} for the sum.
 *
 * <p>The guarantee needs independent frames within a window, which {@link
 * UniformitySettings#everyFrames} approximates. Changes smaller than the bound are not found.
 * Leaving out frames with an alarm makes no difference as long as alarms are rare.
 *
 * <p>O(1) time per skipped p-value, O(m) memory and time for one that is kept, O(m log m) for the
 * last of a window.
 *
 * <p>Source: Massart, The Tight Constant in the Dvoretzky-Kiefer-Wolfowitz Inequality, Annals of
 * Probability 18 (1990), Corollary 1.
 */
public final class UniformityMonitor {
  /**
   * The test result of one full window.
   *
   * @param frames number of p-values
   * @param distance Kolmogorov distance to the uniform law, in [0, 1]
   * @param bound largest distance that sampling explains
   * @param modelId model whose calibration is tested
   */
  public record Result(int frames, double distance, double bound, String modelId) {
    /** Whether the p-values are not uniform. */
    public boolean decayed() {
      return distance > bound;
    }
  }

  /**
   * The result of one p-value.
   *
   * @param next the new state
   * @param result of the window that this p-value filled
   */
  public record Step(UniformityMonitor next, Optional<Result> result) {}

  private static final UniformityMonitor EMPTY = new UniformityMonitor("", 0, new float[0]);

  private final String modelId;
  private final int calibrationScores;
  private final float[] window;

  private UniformityMonitor(String modelId, int calibrationScores, float[] window) {
    this.modelId = modelId;
    this.calibrationScores = calibrationScores;
    this.window = window;
  }

  /** The state before any p-value. */
  public static UniformityMonitor start() {
    return EMPTY;
  }

  /** Number of p-values in the current window. */
  public int size() {
    return window.length;
  }

  /** Whether the test uses a frame, one in {@link UniformitySettings#everyFrames}. */
  public static boolean samples(long sequence, UniformitySettings settings) {
    return sequence % settings.everyFrames() == 0;
  }

  /**
   * The state after a quiet frame that the test {@linkplain #samples samples}; another model starts
   * a new window.
   *
   * @param pValue in (0, 1]
   * @param calibrationScores number of calibration scores behind it
   */
  public Step next(
      double pValue, int calibrationScores, String model, UniformitySettings settings) {
    if (!(pValue > 0 && pValue <= 1)) {
      throw new IllegalArgumentException("p-value must be in (0, 1] but was " + pValue);
    }
    boolean same = model.equals(modelId) && calibrationScores == this.calibrationScores;
    float[] kept = same ? window : EMPTY.window;
    float[] more = Arrays.copyOf(kept, kept.length + 1);
    more[kept.length] = (float) pValue;
    if (more.length < settings.windowFrames()) {
      return new Step(new UniformityMonitor(model, calibrationScores, more), Optional.empty());
    }
    return new Step(
        new UniformityMonitor(model, calibrationScores, EMPTY.window),
        Optional.of(
            new Result(
                more.length,
                UniformDistance.of(doubles(more)),
                settings.bound(calibrationScores),
                model)));
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }
}
