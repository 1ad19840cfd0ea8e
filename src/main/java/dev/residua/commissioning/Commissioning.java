package dev.residua.commissioning;

import dev.residua.commissioning.CommissioningOutcome.Armed;
import dev.residua.commissioning.CommissioningOutcome.Learning;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import dev.residua.commissioning.CommissioningOutcome.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The commissioning of one source and model: every frame gives the next state and its outcome.
 *
 * <pre>
 *            enough samples, test passed, within the bounds            a full day, the same
 *  LEARNING ------------------------------------------------> FAST -----------------------> SLOW
 *     |                                                        |
 *     +-------- a change point, or beyond the bounds ----------+---> NEEDS_REVIEW --accept--> FAST, SLOW
 * </pre>
 *
 * <p>Fits happen when the window has grown by a quarter since the last one, so their number grows
 * with the logarithm of the frames. Immutable; the same frames give the same outcomes.
 */
public final class Commissioning {
  /** Effective samples, the smallest over all latents, that are enough at any time. */
  public static final double ENOUGH_SAMPLES = 1_000;

  /** Event time after which fewer are enough, and after which the slow stage can begin. */
  public static final Duration DAY = Duration.ofDays(1);

  /** Frames, and effective samples, that are enough after a day. */
  public static final long FEWEST_FRAMES = 500;

  public static final double FEWEST_SAMPLES = 100;

  private static final double GROWTH = 1.25;

  private final SourceCalibration accepted;
  private final CommissioningBounds bounds;
  private final CommissioningWindow window;
  private final @Nullable Instant first;
  private final long nextFit;
  private final boolean contiguous;
  private final CommissioningOutcome outcome;

  private Commissioning(
      SourceCalibration accepted,
      CommissioningBounds bounds,
      CommissioningWindow window,
      @Nullable Instant first,
      long nextFit,
      boolean contiguous,
      CommissioningOutcome outcome) {
    this.accepted = accepted;
    this.bounds = bounds;
    this.window = window;
    this.first = first;
    this.nextFit = nextFit;
    this.contiguous = contiguous;
    this.outcome = outcome;
  }

  /**
   * A source that was never seen, or that learns again.
   *
   * @param accepted what it is compared with: the model's own normal, or the last calibration of
   *     this source that was accepted; its revision counts on
   */
  public static Commissioning start(SourceCalibration accepted, CommissioningBounds bounds) {
    return new Commissioning(
        accepted,
        bounds,
        CommissioningWindow.start(accepted.latents().size()),
        null,
        CommissioningFit.MIN_INTERVALS * CommissioningWindow.RUN,
        false,
        new Learning("no frame yet", 0));
  }

  public CommissioningOutcome outcome() {
    return outcome;
  }

  /** What later calibrations are compared with. */
  public SourceCalibration accepted() {
    return accepted;
  }

  /** Frames that are being learnt from. */
  public CommissioningWindow window() {
    return window;
  }

  /**
   * The state after one more frame. Once the slow stage is reached, or a review is needed, frames
   * change nothing.
   *
   * @param capturedAt event time
   * @param residuals shape {@code [d]}, finite
   * @param expected what the parents predict, shape {@code [d]}, finite
   */
  public Commissioning next(Instant capturedAt, float[] residuals, float[] expected) {
    if (ended()) {
      return this;
    }
    CommissioningWindow more = window.plus(residuals, expected, contiguous);
    Instant began = first == null ? capturedAt : first;
    if (more.frames() < nextFit && !dayEnds(began, capturedAt, more)) {
      return new Commissioning(accepted, bounds, more, began, nextFit, true, outcome);
    }
    return evaluated(more, began, capturedAt);
  }

  /** Whether frames change nothing any more. */
  public boolean ended() {
    return outcome instanceof NeedsReview
        || (outcome instanceof Armed armed && armed.stage() == Stage.SLOW);
  }

  /** The state after a frame that is left out, such as one with a fault of the sensor. */
  public Commissioning skip() {
    return new Commissioning(accepted, bounds, window, first, nextFit, false, outcome);
  }

  /**
   * Accepts what needs a review as normal. What is compared later is compared with it.
   *
   * @throws IllegalStateException if nothing needs a review
   */
  public Commissioning accept() {
    if (!(outcome instanceof NeedsReview review) || first == null) {
      throw new IllegalStateException("only a source that needs a review can be accepted");
    }
    SourceCalibration calibration = review.calibration();
    return new Commissioning(
        calibration,
        bounds,
        window,
        first,
        nextFit,
        contiguous,
        new Armed(calibration, Stage.FAST));
  }

  private boolean dayEnds(Instant began, Instant now, CommissioningWindow more) {
    return outcome instanceof Armed && dayIsOver(began, now) && CommissioningFit.possible(more);
  }

  private static boolean dayIsOver(Instant began, Instant now) {
    return !now.isBefore(began.plus(DAY));
  }

  private Commissioning evaluated(CommissioningWindow more, Instant began, Instant now) {
    long after = Math.max(more.frames() + 1, (long) Math.ceil(GROWTH * more.frames()));
    CommissioningOutcome next = outcome;
    SourceCalibration base = accepted;
    boolean dayOver = dayIsOver(began, now);
    if (CommissioningFit.possible(more) && (dayOver || !(outcome instanceof Armed))) {
      CommissioningFit fit = CommissioningFit.of(more, accepted.revision() + 1);
      next = outcome(fit, more, dayOver);
      if (next instanceof Armed armed && armed.calibration() != accepted) {
        base = armed.calibration();
      }
    }
    return new Commissioning(base, bounds, more, began, after, true, next);
  }

  private CommissioningOutcome outcome(
      CommissioningFit fit, CommissioningWindow more, boolean dayOver) {
    SourceCalibration calibration = fit.calibration();
    double samples = calibration.effectiveSamples();
    List<Difference> differences = new ArrayList<>(fit.changePoints());
    boolean enough =
        samples >= ENOUGH_SAMPLES
            || (dayOver && more.frames() >= FEWEST_FRAMES && samples >= FEWEST_SAMPLES);
    if (enough) {
      differences.addAll(bounds.beyond(calibration, accepted));
    }
    if (!differences.isEmpty()) {
      return new NeedsReview(calibration, differences);
    }
    double progress = Math.min(1, samples / ENOUGH_SAMPLES);
    if (!enough) {
      return still(
          String.format(
              Locale.ROOT,
              "%.0f of %.0f effective samples in %d frames",
              samples,
              ENOUGH_SAMPLES,
              more.frames()),
          progress);
    }
    return fit.failedTest()
        .map(why -> still(why, progress))
        .orElseGet(() -> new Armed(calibration, dayOver ? Stage.SLOW : Stage.FAST));
  }

  /** An armed source stays armed while its slow stage is not reached. */
  private CommissioningOutcome still(String why, double progress) {
    return outcome instanceof Armed ? outcome : new Learning(why, progress);
  }
}
