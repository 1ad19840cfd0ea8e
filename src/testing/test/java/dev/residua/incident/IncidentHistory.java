package dev.residua.incident;

import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.frame.FramePosition;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Feeds evidence to the incidents of one source and keeps what they publish. */
final class IncidentHistory {
  static final IncidentSettings SETTINGS =
      IncidentSettings.DEFAULTS
          .withResolveFrames(5)
          .withCooldownFrames(10)
          .withCriticalFrames(50)
          .withFlapLimit(2);
  static final int CAPACITY = 6;
  static final Subject LENGTH = Subject.latent("length", false);
  static final Subject LIGHT = Subject.latent("light", true);

  final List<Incident> published = new ArrayList<>();
  IncidentSettings settings = SETTINGS;
  SourceIncidents incidents = SourceIncidents.NONE;
  long sequence = 100;
  Instant at = Instant.ofEpochSecond(1_000_000);

  /** One frame's evidence, quiet unless something is set. */
  static final class Frame {
    Alarm residuals = Alarm.NONE;
    Alarm picture = Alarm.NONE;
    @Nullable Subject fault;
    boolean maintained;
    boolean diagnoses = true;
    List<Subject> named = List.of();
    final List<Report> reports = new ArrayList<>();
  }

  Finding finding(Severity severity, String sentence, List<Subject> subjects) {
    return new Finding(
        "event-" + sequence,
        "event-" + sequence,
        "cam1",
        sequence - 3,
        sequence,
        at.minusSeconds(3),
        at,
        "model-1",
        "ab12",
        severity,
        Summary.of(sentence, "%s", sentence),
        subjects.stream()
            .filter(Subject::isLatent)
            .map(s -> new Finding.Cause(s.name(), List.of(), 4.5, Double.NaN, 1))
            .toList(),
        List.of(),
        new FramePosition("residua.frames", 0, sequence),
        Map.of("picture", "/p"),
        null);
  }

  Report report(Channel channel, Weight weight, String kind, Severity severity, Subject... of) {
    return new Report(
        channel, weight, kind, finding(severity, kind + " at " + sequence, List.of(of)), null);
  }

  Moment moment() {
    return new Moment("cam1", sequence, at, "residua.frames-0@" + sequence, "model-1", "ab12");
  }

  List<Incident> frame(Frame frame) {
    Evidence evidence =
        new Evidence(
            moment(),
            frame.maintained,
            frame.residuals,
            frame.picture,
            frame.fault,
            frame.diagnoses,
            frame.named,
            frame.reports);
    List<Incident> changed = apply(incidents.next(evidence, settings, CAPACITY));
    sequence++;
    at = at.plusMillis(50);
    return changed;
  }

  /** Frames with the same alarms; the first reports them. */
  void frames(int count, Alarm residuals, Alarm picture) {
    for (int i = 0; i < count; i++) {
      Frame frame = new Frame();
      frame.residuals = residuals;
      frame.picture = picture;
      if (i == 0 && residuals != Alarm.NONE) {
        frame.reports.add(
            report(Channel.RESIDUALS, Weight.CHANGE, "DRIFT.RESIDUAL", Severity.WARNING));
      }
      if (i == 0 && picture != Alarm.NONE) {
        frame.reports.add(
            report(Channel.PICTURE, Weight.CHANGE, "DRIFT.PICTURE", Severity.WARNING));
      }
      frame(frame);
    }
  }

  void alarm(int count) {
    frames(count, Alarm.ON, Alarm.NONE);
  }

  void quiet(int count) {
    frames(count, Alarm.NONE, Alarm.NONE);
  }

  /** A frame with the alarm of the residuals on, and a diagnosis. */
  void diagnosis(Severity severity, Subject... named) {
    Frame frame = new Frame();
    frame.residuals = Alarm.ON;
    frame.named = List.of(named);
    frame.reports.add(
        report(Channel.RESIDUALS, Weight.DIAGNOSIS, "INTERVENTION.OFFSET", severity, named[0]));
    frame(frame);
  }

  /** The same later, where nothing is reported before it holds twice. */
  void laterDiagnosis(boolean reported, Subject... named) {
    if (reported) {
      diagnosis(Severity.WARNING, named);
      return;
    }
    Frame frame = new Frame();
    frame.residuals = Alarm.ON;
    frame.named = List.of(named);
    frame(frame);
  }

  void fault(int count, Subject fault) {
    for (int i = 0; i < count; i++) {
      Frame frame = new Frame();
      frame.fault = fault;
      if (i == 0) {
        frame.reports.add(
            report(Channel.SENSOR, Weight.DIAGNOSIS, "SENSOR." + fault.name(), Severity.CRITICAL));
      }
      frame(frame);
    }
  }

  void silent() {
    apply(
        incidents.silent(
            moment(),
            settings,
            CAPACITY,
            new Summary("No frame arrives", "cam1 has sent no frame")));
  }

  void close(String id, Reason reason) {
    apply(incidents.closed(moment(), settings, i -> i.id().equals(id), reason, "by kim"));
  }

  void closeAll(Reason reason) {
    apply(incidents.closed(moment(), settings, i -> true, reason, "by kim"));
  }

  void accept(Function<Incident, @Nullable String> refusal) {
    apply(
        incidents.accepted(
            moment(),
            settings,
            new ControlCommand.Order("a", ".*", "kim", "new lamp", Instant.EPOCH),
            refusal));
  }

  private List<Incident> apply(SourceIncidents.Step step) {
    incidents = step.next();
    published.addAll(step.changed());
    return step.changed();
  }

  /** What was published, as {@code subject STATE}, with the reason of what was closed. */
  List<String> log() {
    return published.stream()
        .map(i -> i.subject() + " " + i.state() + (i.reason() == null ? "" : " " + i.reason()))
        .toList();
  }
}
