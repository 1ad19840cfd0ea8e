package dev.residua.renewal.trigger;

import dev.residua.drift.UniformDistance;
import dev.residua.renewal.trigger.TriggerObservation.Calibration;
import dev.residua.renewal.trigger.TriggerObservation.FrameEvaluated;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tests whether the p-values of one source's quiet frames are still uniform, as a valid calibration
 * makes them. Immutable: every frame gives the next state. The p-values are those under the
 * calibration in force: the model's, or of an armed source those of its innovations.
 *
 * <p><b>Statistic.</b> Per latent, over {@code m} p-values {@code p_(1) <= ... <= p_(m)}, one
 * window after the other without overlap, the Kolmogorov distance {@code D = max_i max(i / m -
 * p_(i), p_(i) - (i - 1) / m)}.
 *
 * <p><b>Guarantee.</b> With {@code p = (1 + #{i <= n : s_i >= s}) / (n + 1)}, independent
 * calibration scores of a continuous distribution {@code F}, and quiet frames' scores of a window
 * that are independent with that distribution, {@code P(D > bound) <= alpha} for every window,
 * given the calibration set, for all but a share {@code delta} of calibration sets. For by
 * Dvoretzky, Kiefer, Wolfowitz and Massart {@code sup |F_n - F| <= eps} on those sets, so that the
 * distribution of {@code p} is within {@code eps + 1 / n} of the uniform one; and by the same
 * inequality the window's own distribution is within {@code sqrt(ln(2 / alpha) / (2 m))} of that
 * distribution but for probability {@code alpha}. See {@link UniformitySettings#bound} for the sum.
 *
 * <p>The guarantee needs independent frames within a window, which {@link
 * UniformitySettings#everyFrames} approximates. For a source with a calibration of its own it also
 * needs as many innovations learned from as {@link FrameEvaluated#of} assumes. Changes smaller than
 * the bound are not found. Leaving out frames with an alarm makes no difference as long as alarms
 * are rare.
 *
 * <p>O(1) time per skipped frame, O(d m) memory and time for one that is kept, O(d m log m) for the
 * last of a window.
 *
 * <p>Source: Massart, The Tight Constant in the Dvoretzky-Kiefer-Wolfowitz Inequality, Annals of
 * Probability 18 (1990), Corollary 1.
 */
public final class UniformityMonitor {
  /**
   * The test result of one full window.
   *
   * @param frames number of p-values per latent
   * @param distance largest Kolmogorov distance to the uniform distribution over all latents, in
   *     [0, 1]
   * @param bound largest distance that sampling explains
   * @param modelId model of the frames
   */
  public record Result(int frames, double distance, double bound, String modelId) {
    /** Returns true if the p-values are not uniform. */
    public boolean decayed() {
      return distance > bound;
    }
  }

  /**
   * The result of one frame.
   *
   * @param next the new state
   * @param result of the window that this frame filled
   */
  public record Step(UniformityMonitor next, Optional<Result> result) {}

  private static final UniformityMonitor EMPTY = new UniformityMonitor(null, 0, new float[0][]);

  private final @Nullable Calibration calibration; // null before the first frame
  private final int calibrationScores;
  private final float[][] window; // [frame][d]

  private UniformityMonitor(
      @Nullable Calibration calibration, int calibrationScores, float[][] window) {
    this.calibration = calibration;
    this.calibrationScores = calibrationScores;
    this.window = window;
  }

  /** The state before any frame. */
  public static UniformityMonitor start() {
    return EMPTY;
  }

  /** Number of frames in the current window. */
  public int size() {
    return window.length;
  }

  /** Returns true if the test uses a frame, one in {@link UniformitySettings#everyFrames}. */
  public static boolean samples(long sequence, UniformitySettings settings) {
    return sequence % settings.everyFrames() == 0;
  }

  /**
   * The state after a quiet frame that the test {@linkplain #samples samples}; another calibration
   * starts a new window.
   *
   * @param pValues in (0, 1], shape {@code [d]}, owned by the state
   * @param calibrationScores number of calibration scores behind them
   */
  public Step next(
      float[] pValues, int calibrationScores, Calibration from, UniformitySettings settings) {
    for (float p : pValues) {
      if (!(p > 0 && p <= 1)) {
        throw new IllegalArgumentException("p-value must be in (0, 1] but was " + p);
      }
    }
    boolean same =
        from.equals(calibration)
            && calibrationScores == this.calibrationScores
            && (window.length == 0 || window[0].length == pValues.length);
    float[][] kept = same ? window : EMPTY.window;
    float[][] more = Arrays.copyOf(kept, kept.length + 1);
    more[kept.length] = pValues;
    if (more.length < settings.windowFrames()) {
      return new Step(new UniformityMonitor(from, calibrationScores, more), Optional.empty());
    }
    return new Step(
        new UniformityMonitor(from, calibrationScores, EMPTY.window),
        Optional.of(
            new Result(
                more.length,
                distance(more),
                settings.bound(pValues.length, calibrationScores),
                from.modelId())));
  }

  private static double distance(float[][] window) {
    double largest = 0;
    double[] column = new double[window.length];
    for (int k = 0; k < window[0].length; k++) {
      for (int t = 0; t < column.length; t++) {
        column[t] = window[t][k];
      }
      largest = Math.max(largest, UniformDistance.of(column));
    }
    return largest;
  }
}
