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
import java.util.Optional;
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

  /** Frames, and effective samples, that complete a calibration after a day. */
  public static final long FEWEST_FRAMES = 500;

  public static final double FEWEST_SAMPLES = 100;

  /**
   * Effective samples with which a source is watched after a day, once a fit is possible. The cost
   * of finite learning depends on the frames, which widen the thresholds if they are few.
   */
  public static final double SPARSE_SAMPLES = 30;

  /** Frames of the first fit. */
  private static final int FIRST_FIT = CommissioningFit.MIN_INTERVALS * CommissioningWindow.RUN;

  private static final double GROWTH = 1.25;

  /** Bounds that a person has to confirm the sum of steps beyond, relative to those of one step. */
  private static final double ADDED_UP = 2;

  private final SourceCalibration accepted;
  private final SourceCalibration confirmed; // by a person, or the model's own
  private final AcceptanceBounds bounds;
  private final double enough;
  private final CommissioningWindow window;
  private final @Nullable Instant first;
  private final long nextFit;
  private final boolean contiguous;
  private final CommissioningOutcome outcome;

  private Commissioning(
      SourceCalibration accepted,
      SourceCalibration confirmed,
      AcceptanceBounds bounds,
      double enough,
      CommissioningWindow window,
      @Nullable Instant first,
      long nextFit,
      boolean contiguous,
      CommissioningOutcome outcome) {
    this.accepted = accepted;
    this.confirmed = confirmed;
    this.bounds = bounds;
    this.enough = enough;
    this.window = window;
    this.first = first;
    this.nextFit = nextFit;
    this.contiguous = contiguous;
    this.outcome = outcome;
  }

  /**
   * A source that was never seen, or that learns again.
   *
   * @param accepted calibration that it is compared with: the model's own normal, or the last
   *     calibration of this source that was accepted; its revision counts on
   * @param enough effective samples that are enough at any time, {@link #ENOUGH_SAMPLES} for
   *     residuals
   */
  public static Commissioning start(
      SourceCalibration accepted, AcceptanceBounds bounds, double enough) {
    return start(accepted, accepted, bounds, enough);
  }

  private static Commissioning start(
      SourceCalibration accepted,
      SourceCalibration confirmed,
      AcceptanceBounds bounds,
      double enough) {
    return new Commissioning(
        accepted,
        confirmed,
        bounds,
        enough,
        CommissioningWindow.start(accepted.latents().size()),
        null,
        FIRST_FIT,
        false,
        new Learning("no frame yet", 0));
  }

  public CommissioningOutcome outcome() {
    return outcome;
  }

  /**
   * The calibration that the next one is compared with. The next one is also compared with the last
   * calibration that a person accepted, or the model's own, at twice the bounds, so that small
   * steps cannot add up.
   */
  public SourceCalibration accepted() {
    return accepted;
  }

  /**
   * Returns the calibration that the source is watched with: while it learns again or needs a
   * review, the last accepted one. A source that never had one and needs a review is watched with
   * the calibration to be reviewed, unless it changed during the learning. Empty if there is none.
   */
  public Optional<SourceCalibration> inForce() {
    if (outcome instanceof Armed armed) {
      return Optional.of(armed.calibration());
    }
    if (accepted.revision() > 0) {
      return Optional.of(accepted);
    }
    return outcome instanceof NeedsReview review
            && review.differences().stream().noneMatch(difference -> difference.kind().isChange())
        ? Optional.of(review.calibration())
        : Optional.empty();
  }

  /** Frames that are being learned from. */
  public CommissioningWindow window() {
    return window;
  }

  /**
   * Returns the state after one more frame. Once the slow stage is reached, or a review is needed,
   * frames change nothing.
   *
   * @param capturedAt event time
   * @param residuals shape {@code [d]}, finite
   * @param expected prediction from the parents, shape {@code [d]}, finite
   * @param early whether {@value #FEWEST_SAMPLES} effective samples are enough for a first
   *     calibration, as if the distribution of the innovations is known; another follows once there
   *     are as many as are enough otherwise
   */
  public Commissioning next(
      Instant capturedAt, float[] residuals, float[] expected, boolean early) {
    if (ended()) {
      return this;
    }
    CommissioningWindow more = window.plus(residuals, expected, contiguous);
    Instant began = first == null ? capturedAt : first;
    boolean due = !isArmedWith(enough) || dayIsOver(began, capturedAt);
    if (!due || more.frames() < nextFit) {
      CommissioningOutcome now =
          outcome instanceof Learning
                  && more.frames() < FIRST_FIT
                  && Long.bitCount(more.frames()) == 1
              ? seen(more, began, capturedAt)
              : outcome;
      return new Commissioning(
          accepted, confirmed, bounds, enough, more, began, nextFit, true, now);
    }
    return evaluated(more, began, capturedAt, early ? Math.min(enough, FEWEST_SAMPLES) : enough);
  }

  /** A source before its first fit; said again whenever the number of its frames has doubled. */
  private static Learning seen(CommissioningWindow window, Instant began, Instant now) {
    long frames = window.frames();
    return new Learning(
        "%d frame%s seen, the first %d show how many are needed: %s"
            .formatted(
                frames,
                frames == 1 ? "" : "s",
                FIRST_FIT,
                pace(window, began, now).remaining(FIRST_FIT - frames)),
        0);
  }

  private static LearningPace pace(CommissioningWindow window, Instant began, Instant now) {
    Duration time = Duration.between(began, now);
    return new LearningPace(window.frames(), time.isNegative() ? Duration.ZERO : time);
  }

  private boolean isArmedWith(double samples) {
    return outcome instanceof Armed armed && armed.calibration().effectiveSamples() >= samples;
  }

  /** Returns true once frames change nothing. */
  public boolean ended() {
    return outcome instanceof NeedsReview
        || (outcome instanceof Armed armed && armed.stage() == Stage.SLOW);
  }

  /** The state after a frame that is left out, such as one with a fault of the sensor. */
  public Commissioning skip() {
    return new Commissioning(
        accepted, confirmed, bounds, enough, window, first, nextFit, false, outcome);
  }

  /** The same state, without frames if they no longer change anything. */
  public Commissioning withoutFramesIfLearnt() {
    boolean learnt = outcome instanceof Armed armed && armed.stage() == Stage.SLOW;
    return learnt && window.frames() > 0 ? withoutFrames() : this;
  }

  /** Learns from the next frames again; what was accepted last holds meanwhile. */
  public Commissioning again() {
    return start(accepted, confirmed, bounds, enough);
  }

  /** The same state without the frames that it learns from. */
  public Commissioning withoutFrames() {
    Commissioning fresh = again();
    return outcome instanceof Learning
        ? fresh
        : new Commissioning(
            accepted, confirmed, bounds, enough, fresh.window, null, fresh.nextFit, false, outcome);
  }

  /**
   * Learns from the next frames again while nothing of the source is in force, because the
   * calibration accepted last does not fit the present. The result is compared with the one
   * accepted last.
   */
  public Commissioning againUnwatched() {
    return start(
        new SourceCalibration(accepted.latents(), accepted.frames(), 0), confirmed, bounds, enough);
  }

  /**
   * Accepts the result under review as normal; later results are compared with it.
   *
   * @throws IllegalStateException if nothing needs a review
   */
  public Commissioning accept() {
    if (!(outcome instanceof NeedsReview review)) {
      throw new IllegalStateException("only a source that needs a review can be accepted");
    }
    SourceCalibration calibration = review.calibration();
    return new Commissioning(
        calibration,
        calibration,
        bounds,
        enough,
        window,
        first,
        nextFit,
        contiguous,
        new Armed(calibration, Stage.FAST));
  }

  /**
   * State between two frames.
   *
   * @param accepted calibration that it is compared with
   * @param confirmed the last calibration that a person accepted, or the model's own
   * @param window frames that are being learned from
   * @param first event time of the first frame; null before it
   * @param nextFit frames at which the next fit is due
   * @param contiguous whether the next frame follows the last one
   * @param outcome of the last fit
   */
  public record State(
      SourceCalibration accepted,
      SourceCalibration confirmed,
      CommissioningWindow window,
      @Nullable Instant first,
      long nextFit,
      boolean contiguous,
      CommissioningOutcome outcome) {}

  public State state() {
    return new State(accepted, confirmed, window, first, nextFit, contiguous, outcome);
  }

  /** Continues from a state; bounds and samples as in {@link #start}. */
  public static Commissioning restore(State state, AcceptanceBounds bounds, double enough) {
    return new Commissioning(
        state.accepted(),
        state.confirmed(),
        bounds,
        enough,
        state.window(),
        state.first(),
        state.nextFit(),
        state.contiguous(),
        state.outcome());
  }

  private static boolean dayIsOver(Instant began, Instant now) {
    return !now.isBefore(began.plus(DAY));
  }

  private Commissioning evaluated(
      CommissioningWindow more, Instant began, Instant now, double needed) {
    long after = Math.max(more.frames() + 1, (long) Math.ceil(GROWTH * more.frames()));
    CommissioningOutcome next = outcome;
    SourceCalibration base = accepted;
    boolean dayOver = dayIsOver(began, now);
    if (CommissioningFit.possible(more)) {
      CommissioningFit fit = CommissioningFit.of(more, accepted.revision() + 1);
      next = outcome(fit, more, began, now, needed);
      if (next instanceof Armed armed && armed.calibration() != accepted) {
        base = armed.calibration();
      }
    }
    if (next instanceof Armed armed && !(outcome instanceof Armed) && !dayOver) {
      double samples = armed.calibration().effectiveSamples();
      after = // the next fit is due when the day is over, or there are enough samples
          samples >= enough
              ? more.frames() + 1
              : (long) Math.ceil(more.frames() * enough / samples);
    }
    return new Commissioning(base, confirmed, bounds, enough, more, began, after, true, next);
  }

  private CommissioningOutcome outcome(
      CommissioningFit fit, CommissioningWindow more, Instant began, Instant now, double needed) {
    SourceCalibration calibration = fit.calibration();
    double samples = calibration.effectiveSamples();
    boolean dayOver = dayIsOver(began, now);
    List<CalibrationShift> differences = new ArrayList<>(fit.changePoints());
    boolean covered = samples >= needed || (dayOver && samples >= SPARSE_SAMPLES);
    if (covered) {
      differences.addAll(bounds.beyond(calibration, accepted, 1));
      if (differences.isEmpty()) {
        differences.addAll(bounds.beyond(calibration, confirmed, ADDED_UP));
      }
    }
    if (!differences.isEmpty()) {
      return new NeedsReview(calibration, differences);
    }
    double progress = Math.min(1, samples / needed);
    if (!covered) {
      double enoughNow = dayOver ? SPARSE_SAMPLES : needed;
      return still(
          String.format(
              Locale.ROOT,
              "%.0f of %.0f effective samples in %d frames, %s",
              samples,
              enoughNow,
              more.frames(),
              remaining(pace(more, began, now), samples, enoughNow)),
          progress);
    }
    boolean complete =
        samples >= needed || (more.frames() >= FEWEST_FRAMES && samples >= FEWEST_SAMPLES);
    return fit.failedTest()
        .map(why -> still(why, progress))
        .orElseGet(() -> new Armed(calibration, dayOver && complete ? Stage.SLOW : Stage.FAST));
  }

  /** Describes how long the source still learns at this rate: at most to the end of the day. */
  private static String remaining(LearningPace pace, double samples, double enough) {
    long frames = pace.framesFor(samples, enough) - pace.frames();
    double days = (double) pace.time().toMillis() / DAY.toMillis();
    if (days > 0 && days < 1 && samples / days >= SPARSE_SAMPLES) {
      frames = Math.min(frames, (long) Math.ceil(pace.frames() * (1 / days - 1)));
    }
    return pace.remaining(Math.max(1, frames));
  }

  /** An armed source stays armed while its slow stage is not reached. */
  private CommissioningOutcome still(String why, double progress) {
    return outcome instanceof Armed ? outcome : new Learning(why, progress);
  }
}
