package dev.residua.monitor;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Effect;
import dev.residua.causal.ModelDigest;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.drift.QuietRunLength;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.SourceIncidents;
import dev.residua.monitor.FrameHistory.PastFrame;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stage that detects changes over several frames: one detector on the residuals and one on the
 * numbers of the picture share the false-alarm budget. Mutable, for one thread.
 */
public final class ChangeStage {
  private final MonitorModel model;
  private final String modelDigest;
  private final Findings findings;
  private Levels levels;
  private ChangeMonitor residuals;
  private ChangeMonitor picture;
  private FrameHistory history;
  private QuietRunLength quiet;
  private boolean pictureBelowMinimum;

  /**
   * State between two frames.
   *
   * @param runLength mean run length to a false alarm, in frames
   * @param quiet run length of the quiet stream of residuals
   * @param pictureBelowMinimum whether the alarm of the picture touches fewer pixels than the
   *     minimum
   */
  public record State(
      double runLength,
      ChangeMonitor.State residuals,
      ChangeMonitor.State picture,
      QuietRunLength quiet,
      FrameHistory.State history,
      boolean pictureBelowMinimum) {}

  /**
   * Thresholds of both detectors.
   *
   * @param runLength mean run length to a false alarm of both together, in frames
   */
  record Levels(
      double runLength, ChangeMonitor.Thresholds residuals, ChangeMonitor.Thresholds picture) {
    static Levels of(MonitorModel model, double runLength) {
      return new Levels(
          runLength, model.residualThresholds(runLength), model.pictureThresholds(runLength));
    }
  }

  /**
   * Effect of a frame on the alarms.
   *
   * @param onset event of an alarm of the residuals that started; null if none did
   */
  record Alarms(
      DriftAlarm.Change residuals, DriftAlarm.Change picture, @Nullable DriftEvent onset) {}

  private ChangeStage(
      MonitorModel model,
      Levels levels,
      ChangeMonitor residuals,
      ChangeMonitor picture,
      QuietRunLength quiet) {
    this.model = model;
    this.modelDigest = ModelDigest.brief(model.digest());
    this.findings = new Findings(model);
    this.levels = levels;
    this.residuals = residuals;
    this.picture = picture;
    this.history = new FrameHistory(residuals, picture);
    this.quiet = quiet;
  }

  /**
   * A stage that has seen no frame.
   *
   * @param spare unused stage whose memory is reused if it has the same references
   */
  static ChangeStage start(MonitorModel model, Levels levels, @Nullable ChangeStage spare) {
    return new ChangeStage(
        model,
        levels,
        ChangeMonitor.start(levels.residuals(), spare == null ? null : spare.residuals),
        ChangeMonitor.start(levels.picture(), spare == null ? null : spare.picture),
        QuietRunLength.start());
  }

  /**
   * Continues from a state.
   *
   * @return null if the state belongs to other references
   */
  static @Nullable ChangeStage restore(
      MonitorModel model, Levels levels, State state, @Nullable ChangeStage spare) {
    ChangeMonitor residuals;
    ChangeMonitor picture;
    try {
      residuals =
          ChangeMonitor.restore(
              levels.residuals(), state.residuals(), spare == null ? null : spare.residuals);
      picture =
          ChangeMonitor.restore(
              levels.picture(), state.picture(), spare == null ? null : spare.picture);
    } catch (IllegalArgumentException e) {
      return null;
    }
    ChangeStage stage = new ChangeStage(model, levels, residuals, picture, state.quiet());
    stage.history.restore(state.history());
    stage.pictureBelowMinimum = state.pictureBelowMinimum();
    return stage;
  }

  State state() {
    return new State(
        levels.runLength(),
        residuals.state(),
        picture.state(),
        quiet,
        history.state(),
        pictureBelowMinimum);
  }

  double runLength() {
    return levels.runLength();
  }

  ChangeMonitor residuals() {
    return residuals;
  }

  ChangeMonitor picture() {
    return picture;
  }

  /** Returns the alarm of the picture as evidence for an incident. */
  Alarm pictureAlarm() {
    return !picture.alarm().drifting()
        ? Alarm.NONE
        : pictureBelowMinimum ? Alarm.SUPPRESSED : Alarm.ON;
  }

  boolean isAlarming() {
    return residuals.alarm().drifting() || picture.alarm().drifting();
  }

  /** Drops all frames, because another calibration is in force. */
  void restart(Levels next) {
    levels = next;
    residuals = ChangeMonitor.start(next.residuals(), null);
    picture = ChangeMonitor.start(next.picture(), null);
    history = new FrameHistory(residuals, picture);
    quiet = QuietRunLength.start();
  }

  /** Continues with other thresholds of the same references. */
  void retarget(Levels next) {
    if (next.runLength() != levels.runLength()) {
      quiet = QuietRunLength.start(); // its levels depend on the run length
    }
    levels = next;
    residuals.retarget(next.residuals());
    picture.retarget(next.picture());
  }

  /** Returns the frames that the detector of the residuals has seen. */
  long frames() {
    return residuals.detector.count();
  }

  /** Adds a frame to the history, before any detector gets its numbers. */
  void arrived(MonitoredFrame frame) {
    history.addFrame(frame.scored());
  }

  /**
   * Gives a frame to both detectors and reports the alarms that start or end.
   *
   * @param appearanceChanged whether the picture as a whole has changed
   * @param fault whether the camera has a fault
   */
  Alarms next(MonitoredFrame frame, Normalized normal, boolean appearanceChanged, boolean fault) {
    long startedAt = residuals.alarm().startedAt();
    DriftAlarm.Change ofResiduals = residuals.next(Objects.requireNonNull(normal.scores()));
    DriftEvent onset = null;
    if (ofResiduals == DriftAlarm.Change.STARTED) {
      onset =
          findings.residualsChanged(
              frame.scored(), residuals, appearanceChanged, fault, history::frameAt);
      frame.events().addOnset(onset);
    } else if (ofResiduals == DriftAlarm.Change.ENDED) {
      addEnd(frame, residuals, DriftEvent.Channel.RESIDUAL, startedAt);
    }
    DriftAlarm.Change ofPicture =
        normal.picture() == null ? DriftAlarm.Change.NONE : nextPicture(frame, normal.picture());
    quiet = quiet.next(residuals.reading, residuals.alarm().drifting(), levels.residuals().quiet());
    return new Alarms(ofResiduals, ofPicture, onset);
  }

  private DriftAlarm.Change nextPicture(MonitoredFrame frame, float[] numbers) {
    history.addPictureSample();
    long startedAt = picture.alarm().startedAt();
    DriftAlarm.Change change = picture.next(numbers);
    boolean started = change == DriftAlarm.Change.STARTED;
    if (started || (pictureBelowMinimum && picture.alarm().drifting())) {
      Effect effect =
          Findings.pictureEffect(frame.scored(), picture, frame.settings().minimumPixels());
      pictureBelowMinimum = effect != null && effect.isBelow();
      if (started || !pictureBelowMinimum) {
        frame
            .events()
            .addOnset(
                findings.pictureChanged(frame.scored(), picture, effect, history::pictureFrameAt));
      }
    } else if (change == DriftAlarm.Change.ENDED) {
      pictureBelowMinimum = false;
      addEnd(frame, picture, DriftEvent.Channel.PICTURE, startedAt);
    }
    return change;
  }

  private void addEnd(
      MonitoredFrame frame, ChangeMonitor watch, DriftEvent.Channel channel, long startedAt) {
    frame.events().drifts.add(findings.ended(frame.scored(), watch, channel, startedAt));
  }

  /** Gives a frame to both detectors without alarms. */
  void collect(Normalized normal) {
    residuals.detector.update(normal.own(), residuals.reading);
    if (normal.picture() != null) {
      history.addPictureSample();
      picture.detector.update(normal.picture(), picture.reading);
    }
  }

  void restartDetectors() {
    residuals.restart();
    picture.restart();
  }

  /**
   * Restarts the detectors that saw frames of a fault of the camera; an alarm from before the fault
   * continues.
   *
   * @return whether the detector of the residuals was restarted
   */
  boolean afterFault(long faultSince) {
    long joined = faultSince - SourceIncidents.JOIN_FRAMES;
    boolean restarts = !residuals.alarm().drifting() || residuals.alarm().startedAt() > joined;
    if (restarts) {
      residuals.restart();
    }
    if (!picture.alarm().drifting()
        || history.framesBefore(picture, picture.alarm().startedAt()) > joined) {
      picture.restart();
    }
    return restarts;
  }

  /** Returns the frames since a time of a detector, which is given in samples seen. */
  long framesSince(ChangeMonitor watch, long samples) {
    return frames() - history.framesBefore(watch, samples);
  }

  /** Returns the sequence of the first of the last frames, at most 128 back. */
  long sequenceBefore(int frames) {
    return history.sequenceBefore(frames);
  }

  ChangePoint changePoint(ScoredFrame frame, ChangeMonitor watch) {
    LongFunction<PastFrame> frameAt =
        watch == residuals ? history::frameAt : history::pictureFrameAt;
    return Findings.changePoint(frame, watch, frameAt);
  }

  /**
   * Returns the score of a frame.
   *
   * @param logEvidence of the martingale
   * @param framesPerSecond NaN while it is not measured
   */
  DriftScore score(
      ScoredFrame frame,
      DriftScore.Calibration calibration,
      double logEvidence,
      double framesPerSecond) {
    QuietRunLength.Estimate estimate = quiet.estimate(levels.residuals().quiet());
    boolean early = estimate.tooEarly();
    return new DriftScore(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        model.id(),
        modelDigest,
        residuals.reading.statistic(),
        residuals.thresholds.threshold().value(),
        residuals.thresholds.threshold().targetRunLength(),
        residuals.reading.perScale(),
        residuals.thresholds.reference().settings().scales(),
        residuals.reading.samples(),
        calibration,
        new DriftScore.Others(
            picture.reading.statistic(),
            picture.thresholds.threshold().value(),
            early ? Double.NaN : estimate.runLength(),
            early ? Double.NaN : estimate.low(),
            early ? Double.NaN : estimate.high(),
            logEvidence,
            framesPerSecond));
  }
}
