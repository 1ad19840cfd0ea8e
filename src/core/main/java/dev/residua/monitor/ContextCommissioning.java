package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CalibrationShift;
import dev.residua.commissioning.Commissioning;
import dev.residua.commissioning.CommissioningBounds;
import dev.residua.commissioning.CommissioningFit;
import dev.residua.commissioning.CommissioningOutcome;
import dev.residua.commissioning.CommissioningOutcome.Armed;
import dev.residua.commissioning.CommissioningOutcome.Learning;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import dev.residua.commissioning.CommissioningOutcome.Stage;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.ImageStatistics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Commissioning of one source under one model in one context: learns the normal of the source, and
 * compares frames with it. The residuals and the picture learn separately. Mutable, for one thread.
 */
final class ContextCommissioning {
  /** Effective samples that are enough for the picture: the fewest with simulated thresholds. */
  static final double PICTURE_SAMPLES = 500;

  private final MonitorModel model;
  private final CommissioningReference shared;
  private Commissioning residuals;
  private Commissioning picture;
  private @Nullable ResidualNormal normal; // null while none is in force
  private @Nullable PictureNormal pictureNormal;
  private @Nullable CommissioningStatus status; // null: to be made again

  /** Starts with a source that was never seen under this model. */
  ContextCommissioning(MonitorModel model) {
    this.model = model;
    this.shared = model.commissioning().orElseThrow();
    this.residuals =
        Commissioning.start(
            shared.own(), CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES);
    this.picture = Commissioning.start(shared.picture(), PictureNormal::strange, PICTURE_SAMPLES);
  }

  /**
   * Uses the calibrations in force; true if one has changed.
   *
   * @param lent distribution of the innovations in another context; null if none is known
   */
  private boolean use(@Nullable InnovationDistribution lent) {
    Optional<SourceCalibration> next = residuals.inForce();
    Optional<SourceCalibration> nextPicture = picture.inForce();
    boolean changed = !next.equals(calibration());
    status = null;
    if (changed) {
      normal =
          next.map(
                  calibration ->
                      new ResidualNormal(shared, calibration, distribution(calibration, lent)))
              .orElse(null);
    }
    if (!nextPicture.equals(Optional.ofNullable(pictureNormal).map(used -> used.calibration))) {
      pictureNormal =
          nextPicture.map(calibration -> new PictureNormal(shared, calibration)).orElse(null);
      changed = true;
    }
    return changed;
  }

  /**
   * Returns the distribution of the frames of a new calibration, or the lent one if they are few.
   */
  private InnovationDistribution distribution(
      SourceCalibration calibration, @Nullable InnovationDistribution lent) {
    if (lent != null && calibration.effectiveSamples() < Commissioning.ENOUGH_SAMPLES) {
      return lent;
    }
    return shared.distribution().ofSource(CommissioningFit.of(residuals.window(), 0).innovations());
  }

  Optional<SourceCalibration> calibration() {
    return Optional.ofNullable(normal).map(used -> used.calibration);
  }

  /** Returns the distribution of its innovations; null while it has no calibration of its own. */
  @Nullable InnovationDistribution distribution() {
    return normal == null ? null : normal.distribution;
  }

  boolean needsReview() {
    return residuals.outcome() instanceof NeedsReview || picture.outcome() instanceof NeedsReview;
  }

  /** Continues after frames of other contexts, or that it has not seen. */
  void enter() {
    residuals = residuals.skip();
    picture = picture.skip();
    if (normal != null) {
      normal.filter.restart();
    }
    if (pictureNormal != null) {
      pictureNormal.filter.restart();
    }
  }

  CommissioningStatus status() {
    CommissioningStatus known = status;
    if (known == null) {
      known = newStatus();
      status = known;
    }
    return known;
  }

  private CommissioningStatus newStatus() {
    List<String> reasons = new ArrayList<>();
    if (residuals.outcome() instanceof NeedsReview review) {
      review.differences().forEach(d -> reasons.add(spoken(d)));
    }
    if (picture.outcome() instanceof NeedsReview review) {
      review.differences().forEach(d -> reasons.add(pictureSpoken(d)));
    }
    SourceCalibration basis = normal == null ? shared.own() : normal.calibration;
    if (!reasons.isEmpty()) {
      return new CommissioningStatus(
          CalibrationPhase.NEEDS_REVIEW, basis.revision(), 1, true, reasons);
    }
    if (residuals.outcome() instanceof Learning learning) {
      return new CommissioningStatus(
          CalibrationPhase.LEARNING,
          basis.revision(),
          learning.progress(),
          true,
          List.of(learning.why()));
    }
    boolean fast = ((Armed) residuals.outcome()).stage() == Stage.FAST;
    price(basis).ifPresent(reasons::add);
    if (picture.outcome() instanceof Learning learning) {
      reasons.add("picture: " + learning.why());
    }
    return new CommissioningStatus(CalibrationPhase.ARMED, basis.revision(), 1, fast, reasons);
  }

  /** Describes the price of few frames; empty if they are as many as complete a calibration. */
  private Optional<String> price(SourceCalibration basis) {
    if (SourcePValues.samples(basis) >= Commissioning.FEWEST_FRAMES) {
      return Optional.empty();
    }
    double share = MonitorModel.share(model.targetRunLength());
    double cost = shared.thresholds().cost(shared.detector(), basis, share);
    double own = shared.thresholds().threshold(shared.detector(), basis, share);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "learned from only %d frames, so its threshold is %.0f %% higher and changes are found later",
            basis.frames(),
            100 * cost / (own - cost)));
  }

  private String spoken(CalibrationShift difference) {
    return model.graph().spokenName(difference.latent()) + " " + difference.text();
  }

  private static String pictureSpoken(CalibrationShift difference) {
    return switch (difference.latent()) {
          case ImageStatistics.RECONSTRUCTION -> "the reconstruction error ";
          case ImageStatistics.APPEARANCE -> "the brightness of the static parts ";
          default -> "the score of small details ";
        }
        + difference.text();
  }

  /** Returns the thresholds of both detectors for their mean run length together. */
  ChangeStage.Levels levels(double runLength) {
    double share = MonitorModel.share(runLength);
    return new ChangeStage.Levels(
        runLength,
        normal == null
            ? ChangeMonitor.Thresholds.of(shared.detector(), share)
            : normal.thresholds(share, condition(normal.calibration)),
        pictureNormal == null
            ? ChangeMonitor.Thresholds.of(model.picture(), share)
            : pictureNormal.thresholds(
                model.picture(), share, condition(pictureNormal.calibration)));
  }

  /** Condition of a run length that rests on a calibration of this source. */
  private String condition(SourceCalibration calibration) {
    double lagOne =
        calibration.latents().stream().mapToDouble(LatentCalibration::lagOne).max().orElse(0);
    boolean fast = !(residuals.outcome() instanceof Armed armed && armed.stage() == Stage.SLOW);
    return String.format(
        Locale.ROOT,
        "frames of the source continue as the %d from which it learned, with %.0f effective samples%s%s; the run length is an average over sources",
        calibration.frames(),
        calibration.effectiveSamples(),
        lagOne < 0.1
            ? ""
            : String.format(
                Locale.ROOT,
                ", and a lag-one correlation of %.2f, so p-values are approximate",
                lagOne),
        fast ? "; changes within a day are not known yet" : "");
  }

  /** Returns the change of a residual, in the model's deviations, that moves the samples by 1. */
  double residualPerSample(int latent) {
    return normal == null ? 1 : ResidualNormal.shift(normal.calibration.latents().get(latent));
  }

  /**
   * A frame against the normal of its source.
   *
   * @param own residuals in the model's standard deviations, accepted shifts taken off, shape
   *     {@code [d]}
   * @param numbers of the picture without dead band, accepted shifts taken off; null if it was not
   *     reconstructed
   */
  Normalized next(ScoredFrame frame, float[] own, float @Nullable [] numbers) {
    AnomalyCalibration calibration = model.rule().calibration();
    FrameStatistics scored = frame.statistics();
    ResidualNormal.Frame known = normal == null ? null : normal.next(own);
    float[] single = known == null ? own.clone() : known.innovations();
    FrameStatistics statistics =
        calibration.ofStandardized(
            single,
            pictureNormal == null
                ? calibration.appearanceCentre()
                : pictureNormal.appearance(scored.appearanceDeviation()),
            scored.isPartial());
    float[] taken = null;
    if (pictureNormal != null) {
      if (scored.reconstruction() != Reconstruction.NONE) {
        statistics =
            calibration.reconstructed(
                statistics,
                scored.reconstruction(),
                pictureNormal.error(scored.reconstructionError()));
      }
      statistics = statistics.withDetails(scored.details());
      taken =
          numbers == null
              ? null
              : pictureNormal.next(numbers, model.rule().settings().minGreyLevels());
    }
    return new Normalized(
        own,
        numbers,
        known == null ? own : known.marginal(),
        known == null ? null : known.scores(),
        known == null ? new float[0] : SourcePValues.ofScores(known.scores()),
        statistics,
        taken,
        pictureNormal != null);
  }

  /**
   * Learns from a frame, after it was evaluated.
   *
   * @param own residuals as in {@link #next}
   * @param numbers as in {@link #next}
   * @param leaveOut whether the frame shows a fault or an alarm
   * @param lent distribution of the innovations in another context, with which few frames are
   *     enough; null if none is known
   * @return whether another calibration is in force from the next frame on
   */
  boolean learn(
      ScoredFrame frame,
      float[] own,
      float @Nullable [] numbers,
      boolean leaveOut,
      @Nullable InnovationDistribution lent) {
    if (leaveOut) {
      residuals = residuals.skip();
      picture = picture.skip();
      return false;
    }
    float[] expected = new float[own.length];
    for (int k = 0; k < expected.length; k++) {
      expected[k] = frame.expected()[k] / model.rule().calibration().scale(k);
    }
    CommissioningOutcome before = residuals.outcome();
    CommissioningOutcome pictureBefore = picture.outcome();
    residuals = residuals.next(frame.capturedAt(), own, expected, lent != null);
    if (numbers != null) {
      picture = picture.next(frame.capturedAt(), numbers, new float[numbers.length], lent != null);
    }
    if (residuals.outcome() == before && picture.outcome() == pictureBefore) {
      return false; // no fit
    }
    boolean changed = use(lent);
    residuals = residuals.withoutFramesIfLearnt();
    picture = picture.withoutFramesIfLearnt();
    return changed;
  }

  /** Counts the last frame for the uniformity of its p-values, if there is a normal. */
  void countForUniformity(Instant at) {
    if (normal != null) {
      normal.countForUniformity(at);
    }
  }

  /** Drops the last frames that were to count: one followed that does not. */
  void interruptUniformity() {
    if (normal != null) {
      normal.uniformity.interrupt();
    }
  }

  void addProposals(String context, List<RecalibrationProposal> to) {
    if (normal == null || !normal.uniformity.anyFound()) {
      return;
    }
    for (int k = 0; k < model.graph().size(); k++) {
      String latent = model.graph().name(k);
      normal
          .uniformity
          .found(k)
          .ifPresent(found -> to.add(new RecalibrationProposal(context, latent, found)));
    }
  }

  private void restartUniformity() {
    if (normal != null) {
      normal.uniformity.restart();
    }
  }

  /** Returns the shift of residuals that has such means of the detector's samples. */
  float[] shift(float[] means) {
    return normal == null ? means : normal.shift(means);
  }

  /** Like {@link #shift}, but for the numbers of the picture. */
  float[] pictureShift(float[] means) {
    return pictureNormal == null ? means : pictureNormal.shift(means);
  }

  /** Accepts the calibrations that need a review; true if there was one. */
  boolean accept() {
    boolean any = false;
    if (residuals.outcome() instanceof NeedsReview) {
      residuals = residuals.accept();
      any = true;
    }
    if (picture.outcome() instanceof NeedsReview) {
      picture = picture.accept();
      any = true;
    }
    use(null);
    return any;
  }

  /**
   * Learns again, compared with the calibration accepted last, which stays in force meanwhile; true
   * if another calibration is now in force.
   */
  boolean again() {
    residuals = residuals.again();
    picture = picture.again();
    restartUniformity();
    return use(null);
  }

  /**
   * Learns again the statistic that an alarm says does not fit the present, and is not watched in
   * that until then.
   *
   * @param ofResiduals whether an alarm of the residuals is on
   * @param ofPicture whether one of the picture is on
   */
  void againUnwatched(boolean ofResiduals, boolean ofPicture) {
    residuals = ofResiduals ? residuals.againUnwatched() : residuals.again();
    picture = ofPicture ? picture.againUnwatched() : picture.again();
    restartUniformity();
    use(null);
  }

  /** Drops the frames that it learns from, because the normal was shifted. */
  void shifted() {
    residuals = residuals.withoutFrames();
    picture = picture.withoutFrames();
    restartUniformity();
    status = null;
  }

  CommissioningState.Context state(String name) {
    return new CommissioningState.Context(
        name,
        residuals.state(),
        normal == null ? null : normal.filter.state(),
        normal == null ? null : normal.distribution,
        normal == null ? null : normal.uniformity.state(),
        picture.state(),
        pictureNormal == null ? null : pictureNormal.filter.state());
  }

  /** Continues from a state of the same model. */
  static ContextCommissioning restore(MonitorModel model, CommissioningState.Context state) {
    ContextCommissioning restored = new ContextCommissioning(model);
    CommissioningReference shared = restored.shared;
    restored.residuals =
        Commissioning.restore(
            state.residuals(), CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES);
    restored.picture =
        Commissioning.restore(state.picture(), PictureNormal::strange, PICTURE_SAMPLES);
    InnovationDistribution distribution = state.distribution();
    if (distribution != null && state.filter() != null) {
      restored.normal =
          new ResidualNormal(shared, restored.residuals.inForce().orElseThrow(), distribution);
      restored.normal.filter.restore(state.filter());
      if (state.uniformity() != null) {
        restored.normal.uniformity.restore(state.uniformity());
      }
    }
    if (state.pictureFilter() != null) {
      restored.pictureNormal = new PictureNormal(shared, restored.picture.inForce().orElseThrow());
      restored.pictureNormal.filter.restore(state.pictureFilter());
    }
    return restored;
  }
}
