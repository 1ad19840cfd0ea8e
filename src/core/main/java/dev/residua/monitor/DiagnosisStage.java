package dev.residua.monitor;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.ChangePoint;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftEvent;
import dev.residua.dynamics.DynamicChange;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Channel;
import dev.residua.intervention.AlarmedMeans;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.EffectMinimums;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import dev.residua.intervention.MechanismWindow;
import dev.residua.source.MinimumEffect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stage that diagnoses an alarm some frames after it, and decides whether the alarm of the
 * residuals may open an incident. Mutable, for one thread.
 */
public final class DiagnosisStage {
  private final MonitorModel model;
  private final Findings findings;
  private MechanismWindow window;
  private Suppression suppression;
  private String published;
  private String candidate;

  /**
   * State between two frames.
   *
   * @param window the last frames
   * @param suppression whether the alarm of the residuals may open an incident
   * @param published last published diagnosis of the alarm, or empty
   * @param candidate a later diagnosis that was made once, or empty
   */
  public record State(
      MechanismWindow.State window, Suppression suppression, String published, String candidate) {}

  DiagnosisStage(MonitorModel model) {
    this.model = model;
    this.findings = new Findings(model);
    this.window = new MechanismWindow(model.graph().size());
    this.suppression = Suppression.NONE;
    this.published = "";
    this.candidate = "";
  }

  DiagnosisStage(MonitorModel model, State state) {
    this.model = model;
    this.findings = new Findings(model);
    this.window = MechanismWindow.restore(state.window());
    this.suppression = state.suppression();
    this.published = state.published();
    this.candidate = state.candidate();
  }

  State state() {
    return new State(window.state(), suppression, published, candidate);
  }

  Suppression suppression() {
    return suppression;
  }

  void restart() {
    forgetFrames();
    allow();
    forgetDiagnoses();
  }

  void forgetFrames() {
    window = new MechanismWindow(model.graph().size());
  }

  /** Ends the suppression of the alarm. */
  void allow() {
    suppression = Suppression.NONE;
  }

  private void forgetDiagnoses() {
    published = "";
    candidate = "";
  }

  void arrived(
      MonitoredFrame frame,
      Normalized normal,
      boolean appearanceChanged,
      @Nullable AnomalyKind fault) {
    window.push(
        frame.scored().latents(),
        frame.scored().expected(),
        normal.residuals(),
        appearanceChanged || (fault != null && fault != AnomalyKind.FROZEN),
        fault == AnomalyKind.FROZEN);
  }

  /**
   * Follows the alarms after a frame, and diagnoses them if that is due.
   *
   * @param history last frames under equations that use earlier frames; null if none does
   */
  void next(
      MonitoredFrame frame,
      CommissioningStage commissioning,
      ChangeStage change,
      ChangeStage.Alarms alarms,
      @Nullable AnomalyKind fault,
      @Nullable DynamicHistory history) {
    follow(frame, change, alarms);
    ChangeMonitor watch =
        change.residuals().alarm().drifting() ? change.residuals() : change.picture();
    if (!watch.alarm().drifting()
        || model.mechanisms().isEmpty()
        || fault == AnomalyKind.MOVED) { // which explains the change
      return;
    }
    long sinceAlarm = change.framesSince(watch, watch.alarm().startedAt());
    long sinceChange = change.framesSince(watch, watch.alarm().changePoint());
    int frames = DiagnosisSchedule.dueFrames(sinceAlarm, sinceChange, window.size());
    if (frames > 0) {
      boolean later = DiagnosisSchedule.isLater(sinceAlarm, sinceChange);
      ChangePoint begin = change.changePoint(frame.scored(), watch);
      Diagnosis diagnosis =
          Diagnosis.of(
              model.mechanisms().get(),
              model.graph(),
              model.factors(),
              window,
              frames,
              later && history != null ? afterPublished(history) : history,
              watch == change.residuals() ? means(watch, commissioning) : AlarmedMeans.NONE,
              watch == change.residuals() ? minimums(frame, begin) : EffectMinimums.NONE);
      InterventionEvent event =
          findings.intervention(frame.scored(), diagnosis, change.sequenceBefore(frames), begin);
      boolean below = event.finding().isBelowMinimum();
      if (suppression == Suppression.BELOW_MINIMUM && !below) {
        forgetDiagnoses(); // an incident opens with this one
      }
      suppression = suppression.after(event.finding(), frame.controls());
      if (!below) {
        frame
            .events()
            .named
            .addAll(
                DiagnosisSubjects.of(
                    diagnosis, model.graph(), change.picture().alarm().drifting()));
      }
      if (isNews(diagnosis, later)) {
        frame
            .events()
            .add(event, watch == change.residuals() ? Channel.RESIDUALS : Channel.PICTURE);
      }
    }
  }

  private static AlarmedMeans means(ChangeMonitor residuals, CommissioningStage commissioning) {
    DriftDetector.Shifts shifts = residuals.shifts();
    List<AlarmedMeans.Mean> means = new ArrayList<>();
    for (int k = 0; k < shifts.means().length; k++) {
      double deviations = shifts.means()[k] / Math.sqrt(Math.max(1, shifts.samples()));
      double samples = deviations * residuals.thresholds.reference().deviation(k);
      means.add(
          new AlarmedMeans.Mean(shifts.means()[k], samples * commissioning.residualPerSample(k)));
    }
    boolean above = residuals.reading.statistic() >= residuals.thresholds.levels().enter();
    return new AlarmedMeans(means, shifts.frames(), above);
  }

  private EffectMinimums minimums(MonitoredFrame frame, ChangePoint change) {
    MinimumEffect minimum = frame.settings().minimumEffect();
    if (minimum.isNone()) {
      return EffectMinimums.NONE;
    }
    Duration since = Duration.between(change.at(), frame.capturedAt());
    return new EffectMinimums(
        model.graph().names().stream().map(minimum::of).toList(),
        Math.max(0, since.toMillis() / 1e3));
  }

  private DynamicHistory afterPublished(DynamicHistory history) {
    for (DynamicChange.Kind kind : DynamicChange.Kind.values()) {
      for (int latent = 0; latent < model.graph().size(); latent++) {
        if (DiagnosisSubjects.news(Diagnosis.kind(kind), model.graph().name(latent))
            .equals(published)) {
          return history.after(new DynamicHistory.Before(latent, kind));
        }
      }
    }
    return history;
  }

  private void follow(MonitoredFrame frame, ChangeStage change, ChangeStage.Alarms alarms) {
    DriftEvent onset = alarms.onset();
    if (onset != null) {
      suppression =
          Suppression.at(
              onset.finding(),
              change.residuals().shifts().samples(),
              frame.controls(),
              model.mechanisms().isPresent(),
              !frame.settings().minimumEffect().isNone());
      forgetDiagnoses();
    } else if (alarms.residuals() == DriftAlarm.Change.ENDED) {
      allow();
    }
    if (alarms.picture() == DriftAlarm.Change.STARTED && !change.residuals().alarm().drifting()) {
      forgetDiagnoses();
    }
  }

  /**
   * Returns true if a diagnosis is to be published.
   *
   * @param later whether it is one of the later ones, which must be made twice
   */
  private boolean isNews(Diagnosis diagnosis, boolean later) {
    String news = DiagnosisSubjects.news(diagnosis);
    boolean known = // from the drift event
        diagnosis.kind() == InterventionKind.UNKNOWN
            && (diagnosis.effect() == null || !published.isEmpty());
    if (known || DiagnosisSubjects.covers(published, news)) {
      candidate = "";
      return false;
    }
    if (later && !published.isEmpty() && !news.equals(candidate)) {
      candidate = news;
      return false;
    }
    published = news;
    candidate = "";
    return true;
  }

  /** Returns the alarm of the residuals as evidence for an incident. */
  Alarm alarm(ChangeMonitor residuals) {
    return !residuals.alarm().drifting()
        ? Alarm.NONE
        : suppression == Suppression.NONE ? Alarm.ON : Alarm.SUPPRESSED;
  }
}
