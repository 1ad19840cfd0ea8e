package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.drift.DriftScore;
import org.jspecify.annotations.Nullable;

/** Stages of one {@link SourceMonitor}, with their start and their restore. For one thread. */
final class MonitorStages {
  final MonitorThresholds thresholds;
  final InnovationStage innovations;
  final CommissioningStage commissioning;
  final SensorStage sensor;
  final AnomalyStage anomalies;
  final ChangeStage change;
  final MartingaleStage martingale;
  final DiagnosisStage diagnosis;
  final IncidentStage incidents;
  Pace pace;

  private MonitorStages(
      MonitorThresholds thresholds,
      Pace pace,
      InnovationStage innovations,
      CommissioningStage commissioning,
      SensorStage sensor,
      AnomalyStage anomalies,
      ChangeStage change,
      MartingaleStage martingale,
      DiagnosisStage diagnosis,
      IncidentStage incidents) {
    this.thresholds = thresholds;
    this.pace = pace;
    this.innovations = innovations;
    this.commissioning = commissioning;
    this.sensor = sensor;
    this.anomalies = anomalies;
    this.change = change;
    this.martingale = martingale;
    this.diagnosis = diagnosis;
    this.incidents = incidents;
  }

  static MonitorStages start(MonitorThresholds thresholds, @Nullable MonitorStages spare) {
    return start(
        thresholds,
        Pace.UNKNOWN,
        CommissioningStage.start(thresholds),
        IncidentStage.State.START,
        spare);
  }

  private static MonitorStages start(
      MonitorThresholds thresholds,
      Pace pace,
      CommissioningStage commissioning,
      IncidentStage.State incidents,
      @Nullable MonitorStages spare) {
    MonitorModel model = thresholds.model();
    ChangeStage.Levels levels = commissioning.levels(model.targetRunLength());
    return new MonitorStages(
        thresholds,
        pace,
        new InnovationStage(thresholds, null),
        commissioning,
        new SensorStage(model, SensorStage.State.START),
        new AnomalyStage(model, AnomalyEpisode.QUIET),
        ChangeStage.start(model, levels, spare == null ? null : spare.change),
        new MartingaleStage(model, MartingaleStage.start(commissioning.scores())),
        new DiagnosisStage(model),
        new IncidentStage(model, incidents));
  }

  /** Returns stages that continue from a state, see {@link SourceMonitor#restore}. */
  static MonitorStages restore(
      MonitorThresholds thresholds, SourceMonitorState state, @Nullable MonitorStages spare) {
    MonitorModel model = thresholds.model();
    if (!state.modelId().equals(model.id())) {
      return carryOver(thresholds, state, spare);
    }
    CommissioningStage commissioning =
        CommissioningStage.restore(thresholds, state.commissioning());
    ChangeStage change =
        ChangeStage.restore(
            model,
            commissioning.levels(state.change().runLength()),
            state.change(),
            spare == null ? null : spare.change);
    return change == null
        ? carryOver(thresholds, state, null)
        : new MonitorStages(
            thresholds,
            state.pace(),
            new InnovationStage(thresholds, state.innovations()),
            commissioning,
            new SensorStage(model, state.sensor()),
            new AnomalyStage(model, state.episode()),
            change,
            new MartingaleStage(model, state.martingale()),
            new DiagnosisStage(model, state.diagnosis()),
            new IncidentStage(model, state.incidents()));
  }

  private static MonitorStages carryOver(
      MonitorThresholds thresholds, SourceMonitorState state, @Nullable MonitorStages spare) {
    CommissioningStage commissioning =
        CommissioningStage.carryOver(
            thresholds, state.commissioning(), state.modelId(), state.incidents().last());
    return start(thresholds, state.pace(), commissioning, state.incidents(), spare);
  }

  SourceMonitorState state() {
    return new SourceMonitorState(
        thresholds.model().id(),
        incidents.state(),
        pace,
        innovations.state(),
        commissioning.state(),
        sensor.state(),
        anomalies.state(),
        change.state(),
        martingale.state(),
        diagnosis.state());
  }

  /** Restarts the stages that depend on the calibration in force, after that has changed. */
  void recalibrated() {
    change.restart(commissioning.levels(change.runLength()));
    martingale.restart(commissioning.scores());
    diagnosis.restart();
    anomalies.restart();
    sensor.detectorsRestarted();
  }

  /** Restarts the detectors that saw frames of a fault of the camera, which has ended. */
  void afterFault() {
    commissioning.settleAgain();
    if (change.afterFault(sensor.faultSince())) {
      diagnosis.allow();
    }
  }

  /** Returns true if a frame shows neither a fault of the camera nor maintenance. */
  boolean isUsable(MonitoredFrame frame) {
    return sensor.fault() == null && !frame.isMaintained();
  }

  /** Returns true if a change is announced, or an alarm belongs to an announced change. */
  boolean isChangeExpected(MonitoredFrame frame) {
    return diagnosis.suppression() != Suppression.NONE || frame.isChangeExpected();
  }

  DriftScore score(MonitoredFrame frame, Normalized normal) {
    return change.score(
        frame.scored(),
        commissioning.score(normal),
        martingale.logEvidence(),
        pace.measured().perSecond());
  }
}
