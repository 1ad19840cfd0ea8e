package dev.residua.monitor;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the frames of one source in their order: {@link #next(ScoredFrame, ActiveControls,
 * SourceSettings)} calls one stage after the other. The same frames and commands give the same
 * events, bit for bit, also if the state is stored and restored in between. Mutable, for one
 * thread.
 *
 * <p>An incident opens for an alarm of a change detector, under one false-alarm budget, or for a
 * fault of the sensor; single unusual frames are events that join an open incident. A frame of
 * which some residuals are unknown, because a variable is missing or frames before it are, is
 * evaluated alone, as far as its residuals are known.
 *
 * <p>Bounded state, at most 24 kB for 4 latents, and 6 kB more if equations use earlier frames.
 */
public final class SourceMonitor {
  private final MonitorModel model;
  private final MonitorStages stages;

  private SourceMonitor(MonitorStages stages) {
    this.model = stages.thresholds.model();
    this.stages = stages;
  }

  /** Returns the monitor of a source that was never seen. */
  public static SourceMonitor start(MonitorThresholds thresholds) {
    return start(thresholds, null);
  }

  /**
   * Returns the monitor of a source that was never seen.
   *
   * @param spare unused monitor of the same thresholds, whose memory is reused
   */
  public static SourceMonitor start(MonitorThresholds thresholds, @Nullable SourceMonitor spare) {
    return new SourceMonitor(MonitorStages.start(thresholds, spare == null ? null : spare.stages));
  }

  /**
   * Returns a monitor that continues from a state. If the state belongs to another model, its
   * incidents and its frame rate continue, the source uses the calibrations that it has learned
   * under this model in shadow or before, and all other stages start again.
   *
   * @param spare unused monitor of the same thresholds, whose memory is reused
   * @throws IllegalArgumentException if the state does not fit the model
   */
  public static SourceMonitor restore(
      MonitorThresholds thresholds, SourceMonitorState state, @Nullable SourceMonitor spare) {
    return new SourceMonitor(
        MonitorStages.restore(thresholds, state, spare == null ? null : spare.stages));
  }

  public SourceMonitorState state() {
    return stages.state();
  }

  public MonitorThresholds thresholds() {
    return stages.thresholds;
  }

  public boolean incidentOpen() {
    return stages.incidents.anyOpen();
  }

  /**
   * Returns the present state of the source if it is to be published.
   *
   * @param frame last frame if it was just evaluated; null after a change between frames
   * @param before last published state; null if there is none
   * @param interval capture time after which an unchanged state is published again, above 0
   */
  public Optional<SourceState> news(
      @Nullable ScoredFrame frame, @Nullable SourceState before, Duration interval) {
    return Optional.ofNullable(stages.incidents.last())
        .map(last -> SourceState.of(stages, last, frame, before))
        .filter(now -> now.isNewsAfter(before, interval));
  }

  /** Evaluates the next frame of the source with the settings of the model. */
  public MonitorResult next(ScoredFrame frame, ActiveControls controls) {
    return next(frame, controls, SourceSettings.NONE);
  }

  /** Evaluates the next frame of the source with the commands and settings in force. */
  public MonitorResult next(ScoredFrame single, ActiveControls controls, SourceSettings settings) {
    ScoredFrame scored = stages.innovations.next(single, stages.sensor.fault() != null);
    MonitoredFrame frame =
        MonitoredFrame.of(scored, stages.thresholds.model().digest(), controls, settings);
    setThresholds(frame);
    stages.incidents.arrived(frame);
    PendingCommands.follow(stages, frame);
    Normalized normal = stages.commissioning.normalize(scored);
    boolean faultEnded = stages.sensor.next(frame, stages.change.frames());
    if (faultEnded) {
      stages.afterFault();
    }
    if (stages.sensor.fault() == null && normal.scores() != null) {
      stages.anomalies.next(frame, normal.statistics());
    }
    if (!frame.isPartial()) {
      watchChanges(frame, normal);
    }
    stages.incidents.next(frame, stages);
    DriftScore score = stages.score(frame, normal);
    learn(frame, normal, score.calibration().phase());
    return stages.incidents.result(frame, score, stages.commissioning.report(frame.moment()));
  }

  private void setThresholds(MonitoredFrame frame) {
    if (stages.commissioning.isReadOtherwise(frame.settings())) {
      stages.sensor.restart();
    }
    if (stages.commissioning.follow(frame.settings())) {
      stages.recalibrated();
    }
    stages.pace = stages.pace.next(frame.capturedAt());
    double runLength = stages.pace.runLength(frame.settings(), model);
    boolean otherContext = stages.commissioning.enter(frame.scored());
    if (otherContext || runLength != stages.change.runLength()) {
      stages.change.retarget(stages.commissioning.levels(runLength));
    }
  }

  /** Gives a frame to the stages that look at several frames. */
  private void watchChanges(MonitoredFrame frame, Normalized normal) {
    AnomalyKind fault = stages.sensor.fault();
    boolean appearanceChanged =
        normal.pictureKnown() && model.rule().appearanceChanged(normal.statistics());
    stages.change.arrived(frame);
    stages.diagnosis.arrived(frame, normal, appearanceChanged, fault);
    if (stages.commissioning.isSettling()) {
      stages.change.collect(normal);
      if (stages.commissioning.settle(stages.change)) {
        stages.change.restartDetectors();
        stages.diagnosis.forgetFrames();
      }
    } else if (normal.scores() != null) {
      ChangeStage.Alarms alarms =
          stages.change.next(frame, normal, appearanceChanged, fault != null);
      stages.martingale.next(frame, normal, stages.commissioning, stages.change, fault != null);
      stages.diagnosis.next(
          frame, stages.commissioning, stages.change, alarms, fault, stages.innovations.history());
    }
  }

  private void learn(MonitoredFrame frame, Normalized normal, CalibrationPhase phase) {
    CommissioningStage commissioning = stages.commissioning;
    if (commissioning.isOwn()) {
      boolean usable = stages.isUsable(frame);
      boolean quiet = usable && !stages.incidents.anyOpen();
      boolean counts = quiet && phase == CalibrationPhase.ARMED && !stages.isChangeExpected(frame);
      commissioning.watchUniformity(frame, counts);
      if (commissioning.learn(frame, normal, !usable || stages.change.isAlarming())) {
        stages.recalibrated();
      }
      if (quiet && commissioning.renew(frame)) {
        stages.recalibrated();
      }
    }
    commissioning.watched(frame.capturedAt());
  }

  /**
   * Learns the normal under a challenger from its score of a frame, so that the source is watched
   * from the first frame if the challenger becomes active.
   *
   * @param modelId id under which the challenger would become active
   */
  public Optional<CommissioningReport> shadow(
      ScoredFrame scored,
      MonitorModel challenger,
      String modelId,
      ActiveControls controls,
      SourceSettings settings) {
    MonitoredFrame frame = MonitoredFrame.of(scored, challenger.digest(), controls, settings);
    boolean leaveOut = !stages.isUsable(frame) || frame.isPartial();
    return Optional.ofNullable(stages.incidents.last())
        .flatMap(last -> stages.commissioning.shadow(frame, challenger, modelId, leaveOut, last));
  }

  /** Follows commands when the source has sent no frame for some time. */
  public IdleResult follow(ActiveControls controls, Duration idle) {
    return PendingCommands.followIdle(stages, controls, idle);
  }

  /** Reports that the source has sent no frame for some time, unless that is known. */
  public List<Incident> silent(Duration idle, SourceSettings settings) {
    return stages.incidents.silent(idle, settings);
  }

  /** Closes all incidents, because a rule excludes the source from monitoring. */
  public List<Incident> disabled(Duration idle, String rule) {
    return stages.incidents.disabled(idle, rule);
  }

  /** Closes all incidents, because the source has stayed away. */
  public List<Incident> gone(Duration idle) {
    return stages.incidents.gone(idle);
  }
}
