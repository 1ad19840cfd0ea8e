package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.anomaly.SensorRule;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.ConformalMartingale;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.drift.ImageStatistics;
import dev.residua.drift.QuietRunLength;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Evidence;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.IncidentLifecycle;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import dev.residua.intervention.MechanismWindow;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the frames of one source in their order. The same frames and commands give the same
 * events, bit for bit, also if the state is stored and restored in between. Mutable, for one
 * thread.
 *
 * <p>What opens an incident is an alarm of a detector, under one false-alarm budget, or a fault of
 * the sensor; single unusual frames are events that join an open incident. An alarm is suppressed
 * in a maintenance window, where a suppression covers it, and where its cause is announced. Some
 * frames after an alarm the change is typed and localised, and once more when more frames are
 * there.
 *
 * <p>Bounded state, about 16 kB for 4 latents.
 */
public final class SourceMonitor {
  private final Thresholds thresholds;
  private final MonitorModel model;
  private final Findings findings;
  private final ChangeMonitor residuals;
  private final ChangeMonitor picture;
  private final FrameHistory history;
  private final float[] offsets; // [d], in standard deviations of the calibration
  private MechanismWindow window;
  private QuietRunLength quiet = QuietRunLength.start();
  private ConformalMartingale evidence;
  private SensorMonitor sensor = SensorMonitor.START;
  private @Nullable AnomalyKind fault;
  private AnomalyEpisode episode = AnomalyEpisode.QUIET;
  private Suppression suppression = Suppression.NONE;
  private String diagnosed = "";
  private long followedOffset = -1; // of the control topic
  private IncidentLifecycle incidents;

  /** A model with its thresholds, worked out once for all sources. */
  public static final class Thresholds {
    private final MonitorModel model;
    private final ChangeMonitor.Thresholds residuals;
    private final ChangeMonitor.Thresholds picture;
    private final QuietRunLength.Levels quietLevels;
    private final ConformalMartingale noEvidence;

    /** Whether quiet frames look independent, which evidence frame by frame needs. */
    private final boolean independent;

    public Thresholds(MonitorModel model) {
      this.model = model;
      this.residuals = model.residualThresholds();
      this.picture = model.pictureThresholds();
      this.quietLevels =
          QuietRunLength.Levels.of(residuals.reference(), residuals.threshold().targetRunLength());
      this.independent = model.residuals().order() == 0 && model.residuals().blockLength() == 1;
      double resolution = model.rule().calibration().resolution(AnomalyKind.RESIDUAL);
      this.noEvidence = ConformalMartingale.start((int) Math.round(1 / resolution) - 1);
    }

    public MonitorModel model() {
      return model;
    }
  }

  private SourceMonitor(
      Thresholds thresholds,
      ChangeMonitor residuals,
      ChangeMonitor picture,
      IncidentLifecycle incidents) {
    this.model = thresholds.model;
    this.findings = new Findings(model);
    this.residuals = residuals;
    this.picture = picture;
    this.history = new FrameHistory(residuals, picture);
    this.offsets = new float[model.graph().size()];
    this.window = new MechanismWindow(offsets.length);
    this.evidence = thresholds.noEvidence;
    this.thresholds = thresholds;
    this.incidents = incidents;
  }

  /** The monitor of a source that was never seen. */
  public static SourceMonitor start(Thresholds thresholds) {
    return start(thresholds, null);
  }

  /**
   * The same in the memory of a monitor that nobody uses any more.
   *
   * @param spare of the same thresholds; must not be used afterwards
   */
  public static SourceMonitor start(Thresholds thresholds, @Nullable SourceMonitor spare) {
    return start(thresholds, IncidentLifecycle.QUIET, spare);
  }

  private static SourceMonitor start(
      Thresholds thresholds, IncidentLifecycle incidents, @Nullable SourceMonitor spare) {
    return new SourceMonitor(
        thresholds,
        ChangeMonitor.start(thresholds.residuals, spare == null ? null : spare.residuals),
        ChangeMonitor.start(thresholds.picture, spare == null ? null : spare.picture),
        incidents);
  }

  /** The thresholds of this monitor. */
  public Thresholds thresholds() {
    return thresholds;
  }

  /** Whether an incident of this source is open. */
  public boolean incidentOpen() {
    return incidents.open();
  }

  /**
   * Evaluates the next frame of the source.
   *
   * @param controls commands in force
   */
  public MonitorResult next(ScoredFrame frame, ActiveControls controls) {
    FrameEvents events = new FrameEvents();
    accept(frame, controls, events);
    float[] sample = sample(frame);
    FrameStatistics statistics = statistics(frame, sample);
    boolean appearanceChanged = model.rule().appearanceChanged(statistics);

    watchSensor(frame, events);
    if (fault == null) {
      evaluateFrame(frame, statistics, events);
    }
    history.addFrame(frame.sequence());
    window.push(
        frame.latents(),
        frame.expected(),
        sample,
        appearanceChanged || (fault != null && fault != AnomalyKind.FROZEN),
        fault == AnomalyKind.FROZEN);
    watchResiduals(frame, sample, appearanceChanged, controls, events);
    watchPicture(frame, events);
    watchEvidence(frame, statistics, events);
    diagnose(frame, controls, events);

    String before = incidents.openId();
    change(
        incidents.next(evidence(frame, alarm(frame, controls), events.reports), model.incidents()),
        events);
    String incident = incidents.openId() == null ? before : incidents.openId();
    return events.result(score(frame), incident);
  }

  private void change(IncidentLifecycle.Step step, FrameEvents events) {
    incidents = step.next();
    if (step.changed() != null) {
      events.incidents.add(step.changed());
    }
  }

  private Alarm alarm(ScoredFrame frame, ActiveControls controls) {
    boolean certain = fault != null || picture.alarm().drifting();
    if (!certain && !residuals.alarm().drifting()) {
      return Alarm.NONE;
    }
    return (certain || suppression == Suppression.NONE)
            && !controls.maintained(frame.source(), frame.capturedAt())
        ? Alarm.ON
        : Alarm.SUPPRESSED;
  }

  private static Evidence evidence(ScoredFrame frame, Alarm alarm, List<Report> reports) {
    return new Evidence(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        frame.position().toString(),
        frame.modelId(),
        alarm,
        reports);
  }

  /** Takes the present as normal if a command says so that was not followed yet. */
  private void accept(ScoredFrame frame, ActiveControls controls, FrameEvents events) {
    Optional<ActiveControls.Accepted> order = controls.accepted(frame.source());
    if (order.isEmpty() || order.get().offset() <= followedOffset) {
      return;
    }
    followedOffset = order.get().offset();
    int frames = (int) Math.min(FrameHistory.KEPT, residuals.detector.count());
    if (frames > 0) {
      float[] means = residuals.detector.sampleMeans(frames);
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] += means[k];
      }
    }
    residuals.restart();
    picture.restart();
    window = new MechanismWindow(offsets.length);
    suppression = Suppression.NONE;
    episode = AnomalyEpisode.QUIET;
    change(incidents.accepted(evidence(frame, Alarm.NONE, List.of())), events);
  }

  private float[] sample(ScoredFrame frame) {
    float[] sample = frame.statistics().standardized().clone();
    for (int k = 0; k < sample.length; k++) {
      sample[k] -= offsets[k];
    }
    return sample;
  }

  /** The frame's statistics, recomputed where its source has its own normal. */
  private FrameStatistics statistics(ScoredFrame frame, float[] sample) {
    boolean ownNormal = false;
    for (float offset : offsets) {
      ownNormal |= offset != 0;
    }
    FrameStatistics scored = frame.statistics();
    if (!ownNormal) {
      return scored;
    }
    AnomalyCalibration calibration = model.rule().calibration();
    float[] shifted = new float[sample.length];
    for (int k = 0; k < sample.length; k++) {
      shifted[k] = sample[k] * calibration.scale(k) + calibration.location(k);
    }
    FrameStatistics own = calibration.statistics(shifted, 0, scored.appearanceDeviation());
    return scored.reconstruction() == Reconstruction.NONE
        ? own
        : calibration.reconstructed(own, scored.reconstruction(), scored.reconstructionError());
  }

  private void watchSensor(ScoredFrame frame, FrameEvents events) {
    SensorReadings readings = frame.sensor();
    SensorRule rule = model.sensor();
    SensorMonitor.Step step = sensor.next(readings, rule);
    sensor = step.next();
    AnomalyKind now = step.fault() == null ? null : step.fault().kind();
    if (step.fault() != null && now != fault) {
      AnomalyEvent event = findings.sensor(frame, step.fault(), readings, rule.reference());
      events.anomalies.add(event);
      events.report(Weight.DIAGNOSIS, "SENSOR." + now, event.finding());
    }
    fault = now;
  }

  private void evaluateFrame(ScoredFrame frame, FrameStatistics statistics, FrameEvents events) {
    Verdict verdict = model.rule().decide(statistics);
    AnomalyEpisode.Step step = episode.next(verdict, model.rule().settings());
    episode = step.next();
    if (step.report() && verdict instanceof Verdict.Anomalous anomaly) {
      AnomalyEvent event = findings.anomaly(frame, anomaly);
      events.anomalies.add(event);
      events.report(Weight.FRAME, "ANOMALY." + event.kind(), event.finding());
    }
  }

  private void watchResiduals(
      ScoredFrame frame,
      float[] sample,
      boolean appearanceChanged,
      ActiveControls controls,
      FrameEvents events) {
    long startedAt = residuals.alarm().startedAt();
    switch (residuals.next(sample)) {
      case NONE -> {}
      case STARTED -> {
        int frames = residuals.reading.scale();
        DriftEvent onset =
            findings.residualsChanged(
                frame, residuals, appearanceChanged, fault != null, history::sequenceAt);
        suppression =
            Suppression.at(onset.finding(), frames, controls, model.mechanisms().isPresent());
        diagnosed = "";
        report(onset, events);
      }
      case ENDED -> {
        suppression = Suppression.NONE;
        events.drifts.add(findings.ended(frame, residuals, DriftEvent.Channel.RESIDUAL, startedAt));
      }
    }
  }

  private void watchPicture(ScoredFrame frame, FrameEvents events) {
    if (frame.statistics().reconstruction() != Reconstruction.SAMPLED) {
      return;
    }
    history.addPictureSample();
    long startedAt = picture.alarm().startedAt();
    float[] numbers =
        ImageStatistics.of(
            frame.statistics().reconstructionError(),
            frame.statistics().appearanceDeviation(),
            model.rule().settings().minGreyLevels());
    switch (picture.next(numbers)) {
      case NONE -> {}
      case STARTED ->
          report(findings.pictureChanged(frame, picture, history::pictureSequenceAt), events);
      case ENDED ->
          events.drifts.add(findings.ended(frame, picture, DriftEvent.Channel.PICTURE, startedAt));
    }
  }

  /** Bets on the joint p-value, independently of the detectors; opens no incident. */
  private void watchEvidence(ScoredFrame frame, FrameStatistics statistics, FrameEvents events) {
    boolean drifting = residuals.alarm().drifting();
    quiet = quiet.next(residuals.reading, drifting, thresholds.quietLevels);
    if (drifting || fault != null || !thresholds.independent) {
      evidence = thresholds.noEvidence; // the drift event is out, or no run length can be promised
      return;
    }
    evidence = evidence.next(statistics.jointPValue());
    if (evidence.detectorCrosses(model.targetRunLength())) {
      events.drifts.add(
          findings.evidence(
              frame, evidence.logDetector(), model.targetRunLength(), evidence.frames()));
      evidence = thresholds.noEvidence;
    }
  }

  private static void report(DriftEvent onset, FrameEvents events) {
    events.drifts.add(onset);
    events.report(Weight.CHANGE, "DRIFT." + onset.channel(), onset.finding());
  }

  /** Diagnoses the change, some frames after an alarm. */
  private void diagnose(ScoredFrame frame, ActiveControls controls, FrameEvents events) {
    ChangeMonitor watch = residuals.alarm().drifting() ? residuals : picture;
    if (!watch.alarm().drifting() || model.mechanisms().isEmpty()) {
      return;
    }
    long seen = residuals.detector.count();
    int frames =
        DiagnosisSchedule.dueFrames(
            seen - history.framesBefore(watch, watch.alarm().startedAt()),
            seen - history.framesBefore(watch, watch.alarm().changePoint()),
            window.size());
    if (frames > 0) {
      Diagnosis diagnosis = Diagnosis.of(model.mechanisms().get(), model.graph(), window, frames);
      publishDiagnosis(frame, diagnosis, watch, frames, controls, events);
    }
  }

  private void publishDiagnosis(
      ScoredFrame frame,
      Diagnosis diagnosis,
      ChangeMonitor watch,
      int frames,
      ActiveControls controls,
      FrameEvents events) {
    InterventionEvent event =
        findings.intervention(
            frame,
            diagnosis,
            history.sequenceBefore(frames),
            Findings.changePoint(
                frame,
                watch,
                watch == residuals ? history::sequenceAt : history::pictureSequenceAt));
    suppression = suppression.after(event.finding(), controls);
    String news =
        diagnosis.kind()
            + (diagnosis.causes().isEmpty() ? "" : " " + diagnosis.causes().get(0).latent());
    if (diagnosis.kind() == InterventionKind.UNKNOWN || news.equals(diagnosed)) {
      return; // the drift event shows all that is known
    }
    diagnosed = news;
    events.interventions.add(event);
    events.report(Weight.DIAGNOSIS, "INTERVENTION." + diagnosis.kind(), event.finding());
  }

  private DriftScore score(ScoredFrame frame) {
    return new DriftScore(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        model.id(),
        residuals.reading.statistic(),
        residuals.thresholds.threshold().value(),
        residuals.thresholds.threshold().targetRunLength(),
        residuals.reading.perScale(),
        residuals.thresholds.reference().settings().scales(),
        residuals.reading.samples(),
        others());
  }

  private DriftScore.Others others() {
    QuietRunLength.Estimate estimate = quiet.estimate(thresholds.quietLevels);
    return new DriftScore.Others(
        picture.reading.statistic(),
        picture.thresholds.threshold().value(),
        estimate.tooEarly() ? Double.NaN : estimate.runLength(),
        estimate.tooEarly() ? Double.NaN : estimate.low(),
        estimate.tooEarly() ? Double.NaN : estimate.high(),
        evidence.frames() == 0 ? Double.NaN : evidence.logDetector());
  }

  /** The present state, to be used before the next frame. */
  public SourceMonitorState state() {
    return new SourceMonitorState(
        incidents,
        followedOffset,
        model.id(),
        residuals.state(),
        picture.state(),
        window.state(),
        quiet,
        evidence,
        sensor,
        episode,
        diagnosed,
        suppression,
        fault,
        history.sequences(),
        history.pictureFrames(),
        offsets);
  }

  /**
   * A monitor that continues from a state. If the state belongs to another model, all detectors
   * start with the reference of this model. An open incident is carried over under its id and ends
   * like any other. Commands that were followed are not followed again.
   *
   * @param spare unused monitor of the same thresholds, which spares 0.6 MB of garbage
   * @throws IllegalArgumentException if the state does not fit the model
   */
  public static SourceMonitor restore(
      Thresholds thresholds, SourceMonitorState state, @Nullable SourceMonitor spare) {
    if (!state.modelId().equals(thresholds.model.id())) {
      return carryOver(thresholds, state, spare);
    }
    ChangeMonitor residuals;
    ChangeMonitor picture;
    try {
      residuals =
          ChangeMonitor.restore(
              thresholds.residuals, state.residuals(), spare == null ? null : spare.residuals);
      picture =
          ChangeMonitor.restore(
              thresholds.picture, state.picture(), spare == null ? null : spare.picture);
    } catch (IllegalArgumentException e) {
      return carryOver(thresholds, state, null); // detectors of another reference
    }
    SourceMonitor monitor = new SourceMonitor(thresholds, residuals, picture, state.incidents());
    if (state.offsets().length != monitor.offsets.length) {
      throw new IllegalArgumentException(
          "monitor state has %d offsets, expected %d"
              .formatted(state.offsets().length, monitor.offsets.length));
    }
    monitor.history.restore(state.sequences(), state.pictureFrames());
    monitor.followedOffset = state.followedOffset();
    monitor.window = MechanismWindow.restore(state.window());
    monitor.quiet = state.quiet();
    monitor.evidence = state.evidence();
    monitor.sensor = state.sensor();
    monitor.episode = state.episode();
    monitor.diagnosed = state.diagnosed();
    monitor.suppression = state.suppression();
    monitor.fault = state.fault();
    System.arraycopy(state.offsets(), 0, monitor.offsets, 0, monitor.offsets.length);
    return monitor;
  }

  private static SourceMonitor carryOver(
      Thresholds thresholds, SourceMonitorState state, @Nullable SourceMonitor spare) {
    SourceMonitor monitor = start(thresholds, state.incidents(), spare);
    monitor.followedOffset = state.followedOffset();
    return monitor;
  }
}
