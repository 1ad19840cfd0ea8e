package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.anomaly.SensorRule;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.ConformalMartingale;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.drift.ImageStatistics;
import dev.residua.drift.QuietRunLength;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Evidence;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident;
import dev.residua.incident.Moment;
import dev.residua.incident.SourceIncidents;
import dev.residua.incident.Subject;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import dev.residua.intervention.MechanismWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
 * <p>A frame that lacks a variable of the model is evaluated alone, as far as its residuals are
 * known. Nothing that looks at several frames takes it; frames that lack one for long are a fault
 * of the sensor.
 *
 * <p>Bounded state, about 16 kB for 4 latents.
 */
public final class SourceMonitor {
  private final Thresholds thresholds;
  private final MonitorModel model;
  private final Findings findings;
  private ChangeMonitor residuals;
  private ChangeMonitor picture;
  private FrameHistory history;
  private @Nullable SourceCommissioning commissioning; // null: the model's own calibration
  private @Nullable CommissioningStatus status; // null: not published yet
  private @Nullable Instant watchedSince; // null while the source learns or needs a review
  private OtherModels others = new OtherModels(null, null);
  private Baseline baseline;
  private MechanismWindow window;
  private QuietRunLength quiet = QuietRunLength.start();
  private ConformalMartingale evidence;
  private SensorMonitor sensor = SensorMonitor.START;
  private CameraPosition position = CameraPosition.START;
  private MissingVariables missing = MissingVariables.NONE;
  private @Nullable AnomalyKind fault;
  private AnomalyEpisode episode = AnomalyEpisode.QUIET;
  private Suppression suppression = Suppression.NONE;
  private Diagnosed diagnosed = Diagnosed.NOTHING;
  private long faultSince; // frames seen before the fault of the sensor; meaningless without one
  private int geometry; // of the last frame
  private long followedOffset; // of the control topic
  private final MonitoredIncidents incidents;
  private Limits limits;
  private FrameRate rate = FrameRate.UNKNOWN;
  private double usedRate; // frames per second that the limits are for; 0 while not measured

  /** Change of the frame rate from which the thresholds follow it. */
  private static final double RATE_TOLERANCE = 1.25;

  /**
   * Diagnoses of the alarm.
   *
   * @param published the one that was published last, or empty
   * @param candidate a later one that has not held twice, or empty
   */
  public record Diagnosed(String published, String candidate) {
    static final Diagnosed NOTHING = new Diagnosed("", "");

    /** Whether all of that was published: edges that are no longer shown are no news. */
    boolean covers(String news) {
      return published.equals(news) || published.startsWith(news + DiagnosisSubjects.EDGE);
    }
  }

  /** A model with its thresholds, worked out once for all sources. */
  public static final class Thresholds {
    private final MonitorModel model;
    private final Limits limits;
    private final int scores; // calibration scores behind the joint p-value

    /** Whether quiet frames look independent, which evidence frame by frame needs. */
    private final boolean independent;

    public Thresholds(MonitorModel model) {
      this.model = model;
      this.limits = Limits.of(model, model.targetRunLength());
      this.independent = model.residuals().order() == 0 && model.residuals().blockLength() == 1;
      double resolution = model.rule().calibration().resolution(AnomalyKind.RESIDUAL);
      this.scores = (int) Math.round(1 / resolution) - 1;
    }

    public MonitorModel model() {
      return model;
    }

    private Limits at(double runLength, @Nullable SourceCommissioning own) {
      if (own != null) {
        return new Limits(
            runLength, own.residualThresholds(runLength), own.pictureThresholds(runLength));
      }
      return runLength == limits.runLength() ? limits : Limits.of(model, runLength);
    }
  }

  /** Levels of all detectors for one mean run length to a false alarm, in frames. */
  private record Limits(
      double runLength, ChangeMonitor.Thresholds residuals, ChangeMonitor.Thresholds picture) {
    static Limits of(MonitorModel model, double runLength) {
      return new Limits(
          runLength, model.residualThresholds(runLength), model.pictureThresholds(runLength));
    }
  }

  private SourceMonitor(
      Thresholds thresholds,
      Limits limits,
      ChangeMonitor residuals,
      ChangeMonitor picture,
      Baseline.State baseline,
      MonitoredIncidents incidents,
      long followedOffset) {
    this.model = thresholds.model;
    this.findings = new Findings(model);
    this.residuals = residuals;
    this.picture = picture;
    this.history = new FrameHistory(residuals, picture);
    this.baseline = new Baseline(model, baseline);
    this.window = new MechanismWindow(model.graph().size());
    this.thresholds = thresholds;
    this.evidence = noEvidence();
    this.limits = limits;
    this.incidents = incidents;
    this.followedOffset = followedOffset;
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
    return start(
        thresholds,
        Baseline.State.NONE,
        new MonitoredIncidents(thresholds.model, SourceIncidents.NONE, null),
        -1,
        spare);
  }

  private static SourceMonitor start(
      Thresholds thresholds,
      Baseline.State baseline,
      MonitoredIncidents incidents,
      long followedOffset,
      @Nullable SourceMonitor spare) {
    return new SourceMonitor(
        thresholds,
        thresholds.limits,
        ChangeMonitor.start(thresholds.limits.residuals(), spare == null ? null : spare.residuals),
        ChangeMonitor.start(thresholds.limits.picture(), spare == null ? null : spare.picture),
        baseline,
        incidents,
        followedOffset);
  }

  /** The thresholds of this monitor. */
  public Thresholds thresholds() {
    return thresholds;
  }

  /** Whether an incident of this source is open. */
  public boolean incidentOpen() {
    return incidents.state().anyOpen();
  }

  /** Evaluates the next frame of the source with the settings of the model. */
  public MonitorResult next(ScoredFrame frame, ActiveControls controls) {
    return next(frame, controls, SourceSettings.NONE);
  }

  /**
   * Evaluates the next frame of the source.
   *
   * @param controls commands in force
   * @param settings in force for this frame
   */
  public MonitorResult next(ScoredFrame frame, ActiveControls controls, SourceSettings settings) {
    FrameEvents events = new FrameEvents();
    follow(settings);
    measureRate(frame, settings);
    others.look(frame.capturedAt());
    Moment at = moment(frame);
    incidents.arrived(at);
    events.incidents.addAll(new Orders(this, at).follow(controls).incidents());
    float[] own = baseline.sample(frame);
    float[] numbers = commissioning == null ? null : learnt(frame);
    Normalized normal = normalized(frame, own, numbers);
    FrameStatistics statistics = normal.statistics();
    boolean appearanceChanged = normal.pictureKnown() && model.rule().appearanceChanged(statistics);

    boolean partial = frame.statistics().isPartial();
    watchSensor(frame, controls, events);
    watchVariables(frame, partial, events);
    if (fault == null && normal.scores() != null) {
      evaluateFrame(frame, statistics, events);
    }
    if (!partial) {
      watchChanges(frame, own, normal, appearanceChanged, controls, events);
    }
    Evidence evidenceNow = evidence(at, frame, controls, events);
    events.incidents.addAll(incidents.next(evidenceNow, settings));
    DriftScore score = score(frame, normal.pValues());
    if (!partial) {
      learn(frame, own, numbers, score.calibration().phase(), controls);
    } else if (commissioning != null) {
      commissioning.skip();
    }
    learnAgainIfDue(frame, controls, settings);
    watch(frame.capturedAt());
    return events.result(score, report(at), incidents::idFor);
  }

  /** Gives the frame to all detectors that look at several frames. */
  private void watchChanges(
      ScoredFrame frame,
      float[] own,
      Normalized normal,
      boolean appearanceChanged,
      ActiveControls controls,
      FrameEvents events) {
    history.addFrame(frame.sequence());
    window.push(
        frame.latents(),
        frame.expected(),
        normal.residuals(),
        appearanceChanged || (fault != null && fault != AnomalyKind.FROZEN),
        fault == AnomalyKind.FROZEN);
    if (baseline.settling()) {
      settle(own, normal.picture());
    } else if (normal.scores() != null) {
      watchResiduals(frame, normal.scores(), appearanceChanged, controls, events);
      watchPicture(frame, normal.picture(), events);
      watchEvidence(frame, normal, events);
      diagnose(frame, controls, events);
    }
  }

  private Normalized normalized(ScoredFrame frame, float[] own, float @Nullable [] learnt) {
    if (commissioning != null) {
      return commissioning.next(frame, own, learnt);
    }
    FrameStatistics statistics = baseline.statistics(frame, own);
    return new Normalized(own, own, statistics.pValues(), statistics, numbers(statistics), true);
  }

  /** Learns from the frame, unless it shows something that is not normal. */
  private void learn(
      ScoredFrame frame,
      float[] own,
      float @Nullable [] learnt,
      CalibrationPhase phase,
      ActiveControls controls) {
    if (commissioning == null) {
      return;
    }
    commissioning.watchUniformity(
        frame.capturedAt(),
        phase == CalibrationPhase.ARMED && countsForUniformity(frame, controls));
    boolean leaveOut =
        unusable(frame, controls) || residuals.alarm().drifting() || picture.alarm().drifting();
    if (commissioning.learn(frame, own, learnt, leaveOut)) {
      recalibrated();
    }
  }

  /**
   * Whether a frame counts for the uniformity of p-values: nothing is wrong, or may be. An alarm
   * whose incident an operator resolved does not count as wrong.
   */
  private boolean countsForUniformity(ScoredFrame frame, ActiveControls controls) {
    return !unusable(frame, controls)
        && !incidents.state().anyOpen()
        && suppression == Suppression.NONE
        && !controls.expectsChange(frame.source(), frame.capturedAt());
  }

  /** Whether nothing is to be learnt from a frame with any residuals. */
  private boolean unusable(ScoredFrame frame, ActiveControls controls) {
    return fault != null || controls.maintained(frame.source(), frame.capturedAt());
  }

  /**
   * Learns what is normal under a challenger from its score of a frame, so that the source is
   * watched from the first frame if that becomes active. Faults of the sensor and maintenance are
   * left out. An alarm of the active model is not: a challenger is often trained because the active
   * model no longer fits.
   *
   * @param frame scored by the challenger
   * @param model the challenger
   * @param modelId the id under which it would become active
   * @param settings in force for this frame
   */
  public Optional<CommissioningReport> shadow(
      ScoredFrame frame,
      MonitorModel model,
      String modelId,
      ActiveControls controls,
      SourceSettings settings) {
    Moment last = incidents.last();
    if (commissioning == null
        || last == null
        || model.commissioning().isEmpty()
        || settings.geometry() != geometry) {
      return Optional.empty();
    }
    boolean leaveOut = unusable(frame, controls) || frame.statistics().isPartial();
    others.learn(frame, model, model.commissioning().get(), modelId, leaveOut);
    return report(last);
  }

  /** Learns again once the calibration is old, but not while something is wrong. */
  private void learnAgainIfDue(
      ScoredFrame frame, ActiveControls controls, SourceSettings settings) {
    Instant since = watchedSince;
    if (commissioning != null
        && since != null
        && settings.learnAgain().isPresent()
        && !frame.capturedAt().isBefore(since.plus(settings.learnAgain().get()))
        && !incidents.state().anyOpen()
        && !unusable(frame, controls)) {
      learnAgain();
    }
  }

  private void watch(Instant at) {
    CalibrationPhase phase =
        commissioning == null ? CalibrationPhase.MODEL : commissioning.status().phase();
    if (phase == CalibrationPhase.LEARNING || phase == CalibrationPhase.NEEDS_REVIEW) {
      watchedSince = null;
    } else if (watchedSince == null) {
      watchedSince = at;
    }
  }

  /** What a person is to know of the commissioning, if it is news. */
  private Optional<CommissioningReport> report(Moment frame) {
    CommissioningStatus now =
        commissioning == null ? CommissioningStatus.MODEL : commissioning.status();
    if (!now.isNewsAfter(status) && !others.isNews()) {
      return Optional.empty();
    }
    status = now;
    return Optional.of(
        new CommissioningReport(
            frame.source(),
            frame.sequence(),
            frame.at(),
            model.id(),
            model.graph().names(),
            now,
            watchedSince,
            commissioning == null ? null : commissioning.calibration().orElse(null),
            others.publish()));
  }

  /** Takes what needs a review as normal. */
  void arm() {
    others.accept();
    if (commissioning != null && commissioning.accept()) {
      recalibrated();
    }
  }

  /**
   * Learns again what is normal, as an operator orders. What was accepted last is in force
   * meanwhile, except for what an alarm is on for, which the present does not fit.
   */
  void learnAsOrdered() {
    boolean ofResiduals = residuals.alarm().drifting();
    boolean ofPicture = picture.alarm().drifting();
    if (commissioning != null && (ofResiduals || ofPicture)) {
      commissioning.againUnwatched(ofResiduals, ofPicture);
      recalibrated();
    } else {
      learnAgain();
    }
  }

  /** Learns again what is normal; what was accepted last is in force meanwhile. */
  private void learnAgain() {
    if (commissioning != null && commissioning.again()) {
      recalibrated();
    }
  }

  /** Learns again where the camera stands. */
  void learnPosition() {
    position = CameraPosition.START;
  }

  /** The levels for a run length under the calibration in force. */
  private Limits limits(double runLength) {
    return thresholds.at(runLength, commissioning);
  }

  /**
   * Begins or ends to use a calibration of the source. All that it has learnt is of its pictures as
   * they were read: where they are read otherwise, it begins again.
   */
  private void follow(SourceSettings settings) {
    boolean own = settings.commissioned() && model.commissioning().isPresent();
    boolean readOtherwise = settings.geometry() != geometry;
    if (own == (commissioning != null) && !readOtherwise) {
      return;
    }
    if (readOtherwise) {
      geometry = settings.geometry();
      baseline = new Baseline(model, Baseline.State.NONE);
      others = new OtherModels(null, null);
      sensor = SensorMonitor.START;
      position = CameraPosition.START;
      fault = null;
    }
    commissioning =
        own ? SourceCommissioning.start(model, model.commissioning().orElseThrow()) : null;
    recalibrated();
  }

  /** Detectors begin again with the calibration in force. */
  private void recalibrated() {
    limits = limits(limits.runLength());
    residuals = ChangeMonitor.start(limits.residuals(), null);
    picture = ChangeMonitor.start(limits.picture(), null);
    history = new FrameHistory(residuals, picture);
    window = new MechanismWindow(model.graph().size());
    quiet = QuietRunLength.start();
    evidence = noEvidence();
    episode = AnomalyEpisode.QUIET;
    suppression = Suppression.NONE;
    diagnosed = Diagnosed.NOTHING;
    faultSince = 0;
  }

  /** Counts the frame, and sets the thresholds for the budget at its rate, and for its context. */
  private void measureRate(ScoredFrame frame, SourceSettings settings) {
    rate = rate.next(frame.capturedAt());
    double measured = rate.perSecond();
    boolean differs = measured > usedRate * RATE_TOLERANCE || measured * RATE_TOLERANCE < usedRate;
    usedRate = differs ? measured : usedRate; // NaN differs from nothing
    double runLength =
        settings
            .budget()
            .map(budget -> budget.runLength(usedRate == 0 ? budget.framesPerSecond() : usedRate))
            .orElse(model.targetRunLength());
    boolean other = runLength != limits.runLength();
    if (other) {
      quiet = QuietRunLength.start(); // its levels depend on the run length
    }
    if ((commissioning != null && commissioning.enter(frame.context())) || other) {
      limits = limits(runLength);
      residuals.retarget(limits.residuals());
      picture.retarget(limits.picture());
    }
  }

  private static Moment moment(ScoredFrame frame) {
    return new Moment(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        frame.position().toString(),
        frame.modelId());
  }

  private Evidence evidence(
      Moment at, ScoredFrame frame, ActiveControls controls, FrameEvents events) {
    Alarm residual =
        !residuals.alarm().drifting()
            ? Alarm.NONE
            : suppression == Suppression.NONE ? Alarm.ON : Alarm.SUPPRESSED;
    return new Evidence(
        at,
        controls.maintained(frame.source(), frame.capturedAt()),
        residual,
        picture.alarm().drifting() ? Alarm.ON : Alarm.NONE,
        fault != null
            ? Subject.sensor(fault)
            : missing.reported() ? Subject.VARIABLE_MISSING : null,
        model.mechanisms().isPresent(),
        events.named,
        events.reports);
  }

  /**
   * Follows orders while no frame arrives.
   *
   * @param idle time since the last frame
   */
  public IdleResult follow(ActiveControls controls, Duration idle) {
    Moment last = incidents.last();
    if (last == null) {
      return IdleResult.NOTHING;
    }
    IdleResult followed = new Orders(this, MonitoredIncidents.later(last, idle)).follow(controls);
    return new IdleResult(followed.incidents(), followed.retired(), report(last));
  }

  /**
   * Reports that the source sends nothing, unless that is known.
   *
   * @param idle time since the last frame
   */
  public List<Incident> silent(Duration idle, SourceSettings settings) {
    return incidents.silent(idle, settings);
  }

  /** Closes all incidents, because a rule excludes the source from monitoring. */
  public List<Incident> disabled(Duration idle, String rule) {
    return incidents.disabled(idle, rule);
  }

  /** Closes all incidents, because the source has stayed away. */
  public List<Incident> gone(Duration idle) {
    return incidents.gone(idle);
  }

  MonitoredIncidents incidents() {
    return incidents;
  }

  /**
   * Takes the present as normal if a shift of means is all that differs. Shifts only what makes an
   * incident normal: one that is refused leaves the normal as it was, and so does a command without
   * an alarm, since the mean of some frames is less certain than the normal.
   */
  List<Incident> accept(Moment at, Order order) {
    String why =
        fault != null
            ? "the camera has a fault; repeat the order once that has ended"
            : baseline.settling()
                ? "the model is new for this source; repeat the order after %d frames"
                    .formatted(Baseline.SETTLING)
                : commissioning != null && !commissioning.hasNormal()
                    ? "the source still learns what is normal, or needs a review: see source status"
                    : null;
    if (why != null) {
      return incidents.accept(at, order, incident -> Orders.refusal(incident.subject(), why, why));
    }
    Optional<ChangeMonitor.Recentring> residual = residuals.recentring();
    Optional<ChangeMonitor.Recentring> image = picture.recentring();
    String residualRefusal = residual.map(ChangeMonitor.Recentring::refusal).orElse(null);
    String imageRefusal = image.map(ChangeMonitor.Recentring::refusal).orElse(null);
    boolean all = residualRefusal == null && imageRefusal == null;
    boolean ofResiduals =
        residual.isPresent()
            && residualRefusal == null
            && (all || incidents.anyOpen(Orders::needsResidualsOnly));
    if (ofResiduals) {
      float[] means = residual.get().means();
      baseline.shiftLatents(commissioning == null ? means : commissioning.shift(means));
      residuals.restart();
      window = new MechanismWindow(model.graph().size());
      suppression = Suppression.NONE;
      episode = AnomalyEpisode.QUIET;
    }
    boolean ofPicture = image.isPresent() && all;
    if (ofPicture) {
      float[] means = image.get().means();
      baseline.shiftPicture(commissioning == null ? means : commissioning.pictureShift(means));
      picture.restart();
    }
    if (commissioning != null && (ofResiduals || ofPicture)) {
      commissioning.shifted();
    }
    return incidents.accept(
        at, order, incident -> Orders.refusal(incident.subject(), residualRefusal, imageRefusal));
  }

  long followedOffset() {
    return followedOffset;
  }

  void followed(long offset) {
    followedOffset = Math.max(followedOffset, offset);
  }

  /** Collects the first frames of a new model, which decide what remains accepted. */
  private void settle(float[] sample, float @Nullable [] numbers) {
    residuals.detector.update(sample, residuals.reading);
    if (numbers != null) {
      history.addPictureSample();
      picture.detector.update(numbers, picture.reading);
    }
    if (baseline.settled()) {
      int frames = (int) Math.min(Baseline.SETTLING, residuals.detector.count());
      int pictures = (int) Math.min(Baseline.SETTLING, picture.detector.count());
      baseline.decide(
          residuals.detector.meanDeviations(frames),
          pictures == 0
              ? new float[model.picture().latents()]
              : picture.detector.meanDeviations(pictures));
      residuals.restart();
      picture.restart();
      window = new MechanismWindow(model.graph().size());
    }
  }

  private void watchSensor(ScoredFrame frame, ActiveControls controls, FrameEvents events) {
    SensorReadings readings = frame.sensor();
    SensorRule rule = model.sensor();
    SensorMonitor.Step step = sensor.next(readings, rule);
    sensor = step.next();
    AnomalyKind now = step.fault() == null ? null : step.fault().kind();
    boolean torn = now == AnomalyKind.TORN && position.usual() != null;
    CameraMotion motion = readings.motion();
    if ((now == null || torn)
        && motion != null
        && !controls.maintained(frame.source(), frame.capturedAt())) {
      position = position.next(motion, model.image());
    }
    // Edges that a turned camera shows aslant look like tears.
    boolean sure = fault == AnomalyKind.MOVED || position.isAgreed(model.image());
    if (position.moved() && (now == null || (torn && sure))) {
      now = AnomalyKind.MOVED;
    }
    if (now != null && now != fault) {
      AnomalyEvent event =
          now == AnomalyKind.MOVED
              ? findings.moved(frame, position.motion(model.image()))
              : findings.sensor(
                  frame, Objects.requireNonNull(step.fault()), readings, rule.reference());
      events.anomalies.add(event);
      events.report(Channel.SENSOR, Weight.DIAGNOSIS, "SENSOR." + now, event.finding());
    }
    if (fault == null && now != null) {
      faultSince = residuals.detector.count();
    } else if (fault != null && now == null) {
      afterFault();
    }
    fault = now;
  }

  /** Reports that frames lack variables of the model, at the first of them. */
  private void watchVariables(ScoredFrame frame, boolean partial, FrameEvents events) {
    boolean before = missing.reported();
    missing = missing.next(partial);
    if (missing.reported() && !before) {
      AnomalyEvent event = findings.variablesMissing(frame, missing);
      events.anomalies.add(event);
      events.report(Channel.SENSOR, Weight.DIAGNOSIS, "SENSOR." + event.kind(), event.finding());
    }
  }

  /** Detectors that took frames of the fault restart; an alarm from before it goes on. */
  private void afterFault() {
    baseline.settleAgain();
    if (!residuals.alarm().drifting()
        || residuals.alarm().startedAt() > faultSince - SourceIncidents.JOIN_FRAMES) {
      residuals.restart();
      suppression = Suppression.NONE;
    }
    if (!picture.alarm().drifting()
        || history.framesBefore(picture, picture.alarm().startedAt())
            > faultSince - SourceIncidents.JOIN_FRAMES) {
      picture.restart();
    }
  }

  private void evaluateFrame(ScoredFrame frame, FrameStatistics statistics, FrameEvents events) {
    Verdict verdict = model.rule().decide(statistics);
    AnomalyEpisode.Step step = episode.next(verdict, model.rule().settings());
    episode = step.next();
    if (step.report() && verdict instanceof Verdict.Anomalous anomaly) {
      AnomalyEvent event = findings.anomaly(frame, anomaly);
      events.anomalies.add(event);
      events.report(
          event.kind() == AnomalyKind.RESIDUAL ? Channel.RESIDUALS : Channel.PICTURE,
          Weight.FRAME,
          "ANOMALY." + event.kind(),
          event.finding());
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
        diagnosed = Diagnosed.NOTHING;
        report(onset, Channel.RESIDUALS, events);
      }
      case ENDED -> {
        suppression = Suppression.NONE;
        events.drifts.add(findings.ended(frame, residuals, DriftEvent.Channel.RESIDUAL, startedAt));
      }
    }
  }

  /** What the detector takes of a picture; null if not all of it is known. */
  private float @Nullable [] numbers(FrameStatistics statistics) {
    return statistics.reconstruction() == Reconstruction.SAMPLED
        ? complete(ImageStatistics.of(statistics, model.rule().settings().minGreyLevels()))
        : null;
  }

  /** Numbers of the picture that a source learns from; null if not all of them are known. */
  private float @Nullable [] learnt(ScoredFrame frame) {
    FrameStatistics scored = frame.statistics();
    float[] numbers =
        scored.reconstruction() == Reconstruction.SAMPLED
            ? complete(ImageStatistics.dithered(scored, frame.sequence()))
            : null;
    return numbers == null ? null : baseline.numbers(numbers);
  }

  /** The numbers, unless the frame lacks details at which the model looks. */
  private float @Nullable [] complete(float[] numbers) {
    int expected = model.picture().latents();
    return numbers.length < expected ? null : Arrays.copyOf(numbers, expected);
  }

  private void watchPicture(ScoredFrame frame, float @Nullable [] numbers, FrameEvents events) {
    if (numbers == null) {
      return;
    }
    history.addPictureSample();
    long startedAt = picture.alarm().startedAt();
    switch (picture.next(numbers)) {
      case NONE -> {}
      case STARTED -> {
        if (!residuals.alarm().drifting()) {
          diagnosed = Diagnosed.NOTHING;
        }
        report(
            findings.pictureChanged(frame, picture, history::pictureSequenceAt),
            Channel.PICTURE,
            events);
      }
      case ENDED ->
          events.drifts.add(findings.ended(frame, picture, DriftEvent.Channel.PICTURE, startedAt));
    }
  }

  /**
   * Bets on the joint p-value, independently of the detectors; opens no incident. Begins again
   * after a crossing, once no alarm of the residuals is on.
   */
  private void watchEvidence(ScoredFrame frame, Normalized normal, FrameEvents events) {
    boolean drifting = residuals.alarm().drifting();
    quiet = quiet.next(residuals.reading, drifting, limits.residuals().quiet());
    int scores = evidenceScores();
    boolean reported = evidence.detectorCrosses(limits.runLength());
    if (fault != null
        || scores < ConformalMartingale.MIN_SCORES // no run length can be promised
        || evidence.calibrationScores() > scores // as in another context
        || (reported && !drifting)) {
      evidence = noEvidence();
      reported = false;
    }
    if (reported || fault != null || scores < ConformalMartingale.MIN_SCORES) {
      return;
    }
    evidence =
        evidence.next(
            commissioning == null
                ? normal.statistics().jointPValue()
                : SourcePValues.joint(normal.pValues()));
    if (evidence.detectorCrosses(limits.runLength())) {
      events.drifts.add(
          findings.evidence(
              frame,
              evidence.logDetector(),
              limits.runLength(),
              evidence.frames(),
              commissioning == null ? null : limits.residuals().condition()));
    }
  }

  /**
   * Scores behind the p-values that the evidence is made of; 0 if no run length can be promised.
   * Under a calibration of the source these are the innovations learned from, and new innovations
   * hardly depend on the frames before. Under the model's, residuals must look independent.
   */
  private int evidenceScores() {
    SourceCalibration own = commissioning == null ? null : commissioning.calibration().orElse(null);
    if (own != null) {
      return SourcePValues.samples(own);
    }
    return commissioning == null && thresholds.independent ? thresholds.scores : 0;
  }

  private ConformalMartingale noEvidence() {
    return ConformalMartingale.start(Math.max(ConformalMartingale.MIN_SCORES, evidenceScores()));
  }

  private static void report(DriftEvent onset, Channel channel, FrameEvents events) {
    events.drifts.add(onset);
    events.report(channel, Weight.CHANGE, "DRIFT." + onset.channel(), onset.finding());
  }

  /** Diagnoses the change, some frames after an alarm. */
  private void diagnose(ScoredFrame frame, ActiveControls controls, FrameEvents events) {
    ChangeMonitor watch = residuals.alarm().drifting() ? residuals : picture;
    if (!watch.alarm().drifting()
        || model.mechanisms().isEmpty()
        || fault == AnomalyKind.MOVED) { // which explains the change
      return;
    }
    long seen = residuals.detector.count();
    long sinceAlarm = seen - history.framesBefore(watch, watch.alarm().startedAt());
    long sinceChange = seen - history.framesBefore(watch, watch.alarm().changePoint());
    int frames = DiagnosisSchedule.dueFrames(sinceAlarm, sinceChange, window.size());
    if (frames > 0) {
      Diagnosis diagnosis =
          Diagnosis.of(model.mechanisms().get(), model.graph(), model.factors(), window, frames);
      boolean later = DiagnosisSchedule.isLater(sinceAlarm, sinceChange);
      publishDiagnosis(frame, diagnosis, watch, frames, later, controls, events);
    }
  }

  private void publishDiagnosis(
      ScoredFrame frame,
      Diagnosis diagnosis,
      ChangeMonitor watch,
      int frames,
      boolean later,
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
    events.named.addAll(DiagnosisSubjects.of(diagnosis, model.graph(), picture.alarm().drifting()));
    String news = DiagnosisSubjects.news(diagnosis);
    if (diagnosis.kind() == InterventionKind.UNKNOWN || diagnosed.covers(news)) {
      diagnosed = new Diagnosed(diagnosed.published(), "");
      return; // the drift event shows all that is known
    }
    if (later && !diagnosed.published().isEmpty() && !news.equals(diagnosed.candidate())) {
      diagnosed = new Diagnosed(diagnosed.published(), news);
      return; // another diagnosis must hold twice
    }
    diagnosed = new Diagnosed(news, "");
    events.interventions.add(event);
    events.report(
        watch == residuals ? Channel.RESIDUALS : Channel.PICTURE,
        Weight.DIAGNOSIS,
        "INTERVENTION." + diagnosis.kind(),
        event.finding());
  }

  private DriftScore.Calibration calibration(float[] pValues) {
    if (commissioning == null) {
      return new DriftScore.Calibration(CalibrationPhase.MODEL, 0, false, pValues);
    }
    CommissioningStatus now = commissioning.status();
    return new DriftScore.Calibration(
        now.phase(), now.revision(), now.provisional(), !now.proposals().isEmpty(), pValues);
  }

  private DriftScore score(ScoredFrame frame, float[] pValues) {
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
        calibration(pValues),
        others());
  }

  private DriftScore.Others others() {
    QuietRunLength.Estimate estimate = quiet.estimate(limits.residuals().quiet());
    return new DriftScore.Others(
        picture.reading.statistic(),
        picture.thresholds.threshold().value(),
        estimate.tooEarly() ? Double.NaN : estimate.runLength(),
        estimate.tooEarly() ? Double.NaN : estimate.low(),
        estimate.tooEarly() ? Double.NaN : estimate.high(),
        evidence.frames() == 0 ? Double.NaN : evidence.logDetector(),
        rate.perSecond());
  }

  /** The present state, to be used before the next frame. */
  public SourceMonitorState state() {
    return new SourceMonitorState(
        incidents.state(),
        followedOffset,
        incidents.last(),
        model.id(),
        residuals.state(),
        picture.state(),
        window.state(),
        quiet,
        evidence,
        sensor,
        position,
        missing,
        episode,
        diagnosed,
        suppression,
        fault,
        faultSince,
        history.sequences(),
        history.pictureFrames(),
        baseline.state(),
        new SourceMonitorState.Pace(rate, usedRate, limits.runLength()),
        commissioning == null ? null : commissioning.state(),
        watchedSince,
        others.before(),
        others.challenger(),
        geometry);
  }

  /**
   * A monitor that continues from a state. If the state belongs to another model, all detectors
   * start with the reference of this model, and with what the source has learnt under it in shadow
   * or before; open incidents are carried over under their ids and end like any other, and what was
   * accepted as normal settles again. Orders that were followed are not followed again.
   *
   * @param spare unused monitor of the same thresholds, which spares 0.6 MB of garbage
   * @throws IllegalArgumentException if the state does not fit the model
   */
  public static SourceMonitor restore(
      Thresholds thresholds, SourceMonitorState state, @Nullable SourceMonitor spare) {
    if (!state.modelId().equals(thresholds.model.id())) {
      return carryOver(thresholds, state, spare);
    }
    SourceCommissioning commissioning =
        state.commissioning() == null || thresholds.model.commissioning().isEmpty()
            ? null
            : SourceCommissioning.restore(
                thresholds.model, thresholds.model.commissioning().get(), state.commissioning());
    Limits limits = thresholds.at(state.pace().runLength(), commissioning);
    ChangeMonitor residuals;
    ChangeMonitor picture;
    try {
      residuals =
          ChangeMonitor.restore(
              limits.residuals(), state.residuals(), spare == null ? null : spare.residuals);
      picture =
          ChangeMonitor.restore(
              limits.picture(), state.picture(), spare == null ? null : spare.picture);
    } catch (IllegalArgumentException e) {
      return carryOver(thresholds, state, null); // detectors of another reference
    }
    SourceMonitor monitor =
        new SourceMonitor(
            thresholds,
            limits,
            residuals,
            picture,
            state.baseline(),
            new MonitoredIncidents(thresholds.model, state.incidents(), state.last()),
            state.followedOffset());
    monitor.commissioning = commissioning;
    monitor.status = commissioning == null ? CommissioningStatus.MODEL : commissioning.status();
    monitor.watchedSince = state.watchedSince();
    monitor.others = new OtherModels(state.before(), state.challenger());
    monitor.geometry = state.geometry();
    monitor.history.restore(state.sequences(), state.pictureFrames());
    monitor.window = MechanismWindow.restore(state.window());
    monitor.quiet = state.quiet();
    monitor.evidence = state.evidence();
    monitor.sensor = state.sensor();
    monitor.position = state.position();
    monitor.missing = state.missing();
    monitor.episode = state.episode();
    monitor.diagnosed = state.diagnosed();
    monitor.suppression = state.suppression();
    monitor.fault = state.fault();
    monitor.faultSince = state.faultSince();
    return monitor.atPace(state.pace());
  }

  private static SourceMonitor carryOver(
      Thresholds thresholds, SourceMonitorState state, @Nullable SourceMonitor spare) {
    MonitorModel model = thresholds.model;
    SourceMonitor monitor =
        start(
                thresholds,
                state.commissioning() == null
                    ? Baseline.carried(state.baseline())
                    : Baseline.State.NONE, // shifts are part of what a source learns
                new MonitoredIncidents(model, state.incidents(), state.last()),
                state.followedOffset(),
                spare)
            .atPace(state.pace());
    monitor.geometry = state.geometry();
    OtherModels others = new OtherModels(state.before(), state.challenger());
    OtherModel learnt = others.of(model.id());
    monitor.watchedSince = state.watchedSince();
    monitor.others = others.after(model.id(), parked(state, model.id()));
    if (learnt != null && state.commissioning() != null && model.commissioning().isPresent()) {
      monitor.commissioning =
          SourceCommissioning.resume(model, model.commissioning().get(), learnt.commissioning());
      monitor.recalibrated();
    }
    return monitor;
  }

  /** What a source keeps of its model when another one, of that id, scores it. */
  private static @Nullable OtherModel parked(SourceMonitorState state, String modelId) {
    Moment last = state.last();
    CommissioningState learnt = state.commissioning();
    if (last == null || learnt == null || state.modelId().equals(modelId)) {
      return null;
    }
    return learnt
        .parked()
        .map(
            kept ->
                new OtherModel(
                    state.modelId(), last.sequence(), last.at(), CommissioningStatus.MODEL, kept))
        .orElse(null);
  }

  private SourceMonitor atPace(SourceMonitorState.Pace pace) {
    rate = pace.measured();
    usedRate = pace.usedPerSecond();
    return this;
  }
}
