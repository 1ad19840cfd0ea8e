package dev.residua.monitor;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.drift.ImageStatistics;
import dev.residua.incident.Moment;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stage that compares frames with the normal of their source: the calibration of the model or of
 * the source itself, with the shifts that an operator accepted. Mutable, for one thread.
 */
public final class CommissioningStage {
  private final MonitorThresholds thresholds;
  private final MonitorModel model;
  private Baseline baseline;
  private OtherModels others;
  private @Nullable SourceCommissioning own; // null: the model's calibration
  private @Nullable CommissioningStatus published; // null: none yet
  private @Nullable Instant watchedSince;
  private int geometry;

  /**
   * State between two frames.
   *
   * @param accepted shifts that an operator accepted as normal
   * @param own calibrations that the source learns; null if it uses the model's
   * @param watchedSince capture time since which the source neither learns nor needs a review; null
   *     while it does
   * @param before calibrations under the previous model; null if there are none
   * @param challenger calibrations under a model in shadow; null if there is none
   * @param geometry fingerprint of the part of the pictures that is read
   */
  public record State(
      Baseline.State accepted,
      @Nullable CommissioningState own,
      @Nullable Instant watchedSince,
      @Nullable OtherModel before,
      @Nullable OtherModel challenger,
      int geometry) {
    static final State START = new State(Baseline.State.NONE, null, null, null, null, 0);
  }

  private CommissioningStage(MonitorThresholds thresholds, Baseline.State accepted, State state) {
    this.thresholds = thresholds;
    this.model = thresholds.model();
    this.baseline = new Baseline(model, accepted);
    this.others = new OtherModels(state.before(), state.challenger());
    this.watchedSince = state.watchedSince();
    this.geometry = state.geometry();
  }

  /** A source that was never seen. */
  static CommissioningStage start(MonitorThresholds thresholds) {
    return new CommissioningStage(thresholds, Baseline.State.NONE, State.START);
  }

  /** Continues from a state of the same model. */
  static CommissioningStage restore(MonitorThresholds thresholds, State state) {
    CommissioningStage stage = new CommissioningStage(thresholds, state.accepted(), state);
    if (state.own() != null && stage.model.commissioning().isPresent()) {
      stage.own = SourceCommissioning.restore(stage.model, state.own());
    }
    stage.published = stage.status();
    return stage;
  }

  /**
   * Continues from the state of a source that another model scored: with the calibrations that it
   * has learned under this model in shadow or before. Accepted shifts have to settle again.
   *
   * @param before id of the other model
   * @param last last frame that it scored; null if there is none
   */
  static CommissioningStage carryOver(
      MonitorThresholds thresholds, State state, String before, @Nullable Moment last) {
    CommissioningStage stage =
        new CommissioningStage(
            thresholds,
            state.own() == null
                ? Baseline.carried(state.accepted())
                : Baseline.State.NONE, // shifts are part of the calibrations
            state);
    String id = stage.model.id();
    OtherModel learned = stage.others.of(id);
    OtherModel parked = null;
    if (last != null && state.own() != null && !before.equals(id)) {
      parked =
          state
              .own()
              .parked()
              .map(
                  kept ->
                      new OtherModel(
                          before, last.sequence(), last.at(), CommissioningStatus.MODEL, kept))
              .orElse(null);
    }
    stage.others = stage.others.after(id, parked);
    if (learned != null && state.own() != null && stage.model.commissioning().isPresent()) {
      stage.own = SourceCommissioning.resume(stage.model, learned.commissioning());
    }
    return stage;
  }

  State state() {
    return new State(
        baseline.state(),
        own == null ? null : own.state(),
        watchedSince,
        others.before(),
        others.challenger(),
        geometry);
  }

  /** Returns true if the settings read another part of the pictures than before. */
  boolean isReadOtherwise(SourceSettings settings) {
    return settings.geometry() != geometry;
  }

  /**
   * Begins or ends the use of a calibration of the source. It begins again if another part of the
   * pictures is read.
   *
   * @return whether another calibration is in force
   */
  boolean follow(SourceSettings settings) {
    boolean learns = settings.commissioned() && model.commissioning().isPresent();
    boolean readOtherwise = isReadOtherwise(settings);
    if (learns == isOwn() && !readOtherwise) {
      return false;
    }
    if (readOtherwise) {
      geometry = settings.geometry();
      baseline = new Baseline(model, Baseline.State.NONE);
      others = new OtherModels(null, null);
    }
    own = learns ? new SourceCommissioning(model) : null;
    return true;
  }

  /**
   * Changes to the context of the next frame.
   *
   * @return whether other thresholds may be in force
   */
  boolean enter(ScoredFrame frame) {
    others.expire(frame.capturedAt());
    return own != null && own.enter(frame.context());
  }

  /** Returns true if the source uses calibrations of its own, or learns the first one. */
  boolean isOwn() {
    return own != null;
  }

  ChangeStage.Levels levels(double runLength) {
    return own == null ? thresholds.levels(runLength) : own.now().levels(runLength);
  }

  CommissioningStatus status() {
    return own == null ? CommissioningStatus.MODEL : own.status();
  }

  Normalized normalize(ScoredFrame frame) {
    float[] residuals = baseline.sample(frame);
    if (own != null) {
      return own.now().next(frame, residuals, numbers(frame));
    }
    FrameStatistics statistics = baseline.statistics(frame, residuals);
    return new Normalized(
        residuals,
        null,
        residuals,
        residuals,
        statistics.pValues(),
        statistics,
        numbers(statistics),
        true);
  }

  /** Returns the change of a residual, in units of its latent, that moves the samples by 1. */
  double residualPerSample(int latent) {
    double deviations = own == null ? 1 : own.now().residualPerSample(latent);
    return deviations * model.rule().calibration().scale(latent);
  }

  /** Returns the numbers of a picture with their dead band; null if not all are known. */
  private float @Nullable [] numbers(FrameStatistics statistics) {
    return statistics.reconstruction() == Reconstruction.SAMPLED
        ? complete(ImageStatistics.of(statistics, model.rule().settings().minGreyLevels()))
        : null;
  }

  /** Returns the numbers of a picture without dead band; null if not all are known. */
  private float @Nullable [] numbers(ScoredFrame frame) {
    FrameStatistics scored = frame.statistics();
    float[] numbers =
        scored.reconstruction() == Reconstruction.SAMPLED
            ? complete(ImageStatistics.dithered(scored, frame.sequence()))
            : null;
    return numbers == null ? null : baseline.numbers(numbers);
  }

  /** Returns the numbers of the model's detector; null if the frame lacks details. */
  private float @Nullable [] complete(float[] numbers) {
    int expected = model.picture().latents();
    return numbers.length < expected ? null : Arrays.copyOf(numbers, expected);
  }

  /** Returns true while the first frames of a new model decide which shifts remain accepted. */
  boolean isSettling() {
    return baseline.settling();
  }

  /**
   * Counts a settling frame, and decides after the last one.
   *
   * @param change detectors that have collected the frames
   * @return whether the shifts are decided
   */
  boolean settle(ChangeStage change) {
    if (!baseline.settled()) {
      return false;
    }
    baseline.decide(
        change.residuals().means(Baseline.SETTLING), change.picture().means(Baseline.SETTLING));
    return true;
  }

  void settleAgain() {
    baseline.settleAgain();
  }

  /**
   * Watches over a long time whether p-values are uniform.
   *
   * @param counts whether the source is armed, and the frame shows nothing unusual
   */
  void watchUniformity(MonitoredFrame frame, boolean counts) {
    if (own != null && !frame.isPartial()) {
      own.watchUniformity(frame.capturedAt(), counts);
    }
  }

  /**
   * Learns from a frame.
   *
   * @param leaveOut whether the frame shows a fault or an alarm
   * @return whether another calibration is in force
   */
  boolean learn(MonitoredFrame frame, Normalized normal, boolean leaveOut) {
    if (own == null) {
      return false;
    }
    if (frame.isPartial()) {
      own.now().enter();
      return false;
    }
    return own.learn(frame.scored(), normal.own(), normal.numbers(), leaveOut);
  }

  /** Learns again if the calibration is old; true if another one is in force. */
  boolean renew(MonitoredFrame frame) {
    return own != null && isOld(frame.capturedAt(), frame.settings()) && own.again();
  }

  private boolean isOld(Instant now, SourceSettings settings) {
    Instant since = watchedSince;
    return since != null
        && settings.learnAgain().map(age -> !now.isBefore(since.plus(age))).orElse(false);
  }

  /** Notes since when the source is watched. */
  void watched(Instant at) {
    CalibrationPhase phase = status().phase();
    if (phase == CalibrationPhase.LEARNING || phase == CalibrationPhase.NEEDS_REVIEW) {
      watchedSince = null;
    } else if (watchedSince == null) {
      watchedSince = at;
    }
  }

  /**
   * Learns from a challenger's score of a frame. Alarms of the active model are not left out: a
   * challenger is often trained because the active model no longer fits.
   *
   * @param modelId id under which the challenger would become active
   */
  Optional<CommissioningReport> shadow(
      MonitoredFrame frame,
      MonitorModel challenger,
      String modelId,
      boolean leaveOut,
      Moment last) {
    if (own == null || challenger.commissioning().isEmpty() || isReadOtherwise(frame.settings())) {
      return Optional.empty();
    }
    others.learn(frame.scored(), challenger, modelId, leaveOut);
    return report(last);
  }

  /** Returns the status of the calibrations if it has changed since the last report. */
  Optional<CommissioningReport> report(Moment frame) {
    CommissioningStatus now = status();
    if (!now.isNewsAfter(published) && !others.isNews()) {
      return Optional.empty();
    }
    published = now;
    return Optional.of(
        new CommissioningReport(
            frame.source(),
            frame.sequence(),
            frame.at(),
            model.id(),
            model.digest(),
            model.graph().names(),
            now,
            watchedSince,
            calibration(),
            others.publish()));
  }

  private @Nullable SourceCalibration calibration() {
    return own == null ? null : own.now().calibration().orElse(null);
  }

  DriftScore.Calibration score(Normalized normal) {
    CommissioningStatus now = status();
    return new DriftScore.Calibration(
        now.phase(),
        now.revision(),
        now.provisional(),
        !now.proposals().isEmpty(),
        normal.pValues());
  }

  double jointPValue(Normalized normal) {
    return own == null ? normal.statistics().jointPValue() : SourcePValues.joint(normal.pValues());
  }

  /**
   * Returns the number of scores behind the p-values; 0 if no run length can be promised. Under a
   * calibration of the source these are the innovations learned from, and new innovations hardly
   * depend on the frames before. Under the model's, residuals must look independent.
   */
  int scores() {
    SourceCalibration learned = calibration();
    if (learned != null) {
      return SourcePValues.samples(learned);
    }
    return own == null ? thresholds.scores() : 0;
  }

  /** Accepts all calibrations that need a review; true if another one is in force. */
  boolean arm() {
    others.accept();
    return own != null && own.accept();
  }

  /**
   * Learns again, as an operator orders. The last accepted calibration is in force meanwhile,
   * except for the parts with an alarm, which the present does not fit.
   *
   * @return whether another calibration is in force
   */
  boolean learnAgain(boolean residualAlarm, boolean pictureAlarm) {
    if (own != null && (residualAlarm || pictureAlarm)) {
      own.againUnwatched(residualAlarm, pictureAlarm);
      return true;
    }
    return own != null && own.again();
  }

  /** Returns the reason why nothing can be accepted as normal now; null if it can. */
  @Nullable String refusal() {
    if (baseline.settling()) {
      return "the model is new for this source; repeat the order after %d frames"
          .formatted(Baseline.SETTLING);
    }
    return own != null && !own.hasNormal()
        ? "the source still learns what is normal, or needs a review: see source status"
        : null;
  }

  /** Accepts a shift of the residuals, given by the means of the detector's samples. */
  void acceptResiduals(float[] means) {
    baseline.shiftLatents(own == null ? means : own.now().shift(means));
    if (own != null) {
      own.shifted();
    }
  }

  /** Like {@link #acceptResiduals}, but for the numbers of the picture. */
  void acceptPicture(float[] means) {
    baseline.shiftPicture(own == null ? means : own.now().pictureShift(means));
    if (own != null) {
      own.shifted();
    }
  }
}
