package dev.residua.monitor;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftScore;
import dev.residua.frame.HumanDuration;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Evidence;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.incident.Moment;
import dev.residua.incident.SourceIncidents;
import dev.residua.incident.Subject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stage that groups the evidence of frames, commands and silence into incidents. Mutable, for one
 * thread.
 */
public final class IncidentStage {
  private final MonitorModel model;
  private SourceIncidents incidents;
  private SourceIncidents before; // the last frame
  private @Nullable Moment last;
  private long followedOffset;
  private SourceSettings source = SourceSettings.NONE;
  private IncidentSettings settings; // of that source

  /**
   * State between two frames. It outlives the model.
   *
   * @param last last frame; null before the first
   * @param followedOffset offset on the control topic up to which commands were followed; -1 if
   *     none was
   */
  public record State(SourceIncidents incidents, @Nullable Moment last, long followedOffset) {
    static final State START = new State(SourceIncidents.NONE, null, -1);
  }

  IncidentStage(MonitorModel model, State state) {
    this.model = model;
    this.incidents = state.incidents();
    this.before = state.incidents();
    this.last = state.last();
    this.followedOffset = state.followedOffset();
    this.settings = model.incidents();
  }

  State state() {
    return new State(incidents, last, followedOffset);
  }

  boolean anyOpen() {
    return incidents.anyOpen();
  }

  /** Returns the open incidents, oldest first. */
  List<Incident> open() {
    return incidents.open();
  }

  long followedOffset() {
    return followedOffset;
  }

  void followed(long offset) {
    followedOffset = Math.max(followedOffset, offset);
  }

  /** Returns true if an incident with such a subject is open. */
  boolean anyOpen(Predicate<Subject> subject) {
    return incidents.open().stream().map(Incident::subject).anyMatch(subject);
  }

  @Nullable Moment last() {
    return last;
  }

  void arrived(MonitoredFrame frame) {
    last = frame.moment();
  }

  /** One mechanism or root per latent, picture, sensor, silence, and one undetermined. */
  private int capacity() {
    return model.graph().size() + 4;
  }

  /** Applies the evidence of a frame, and adds the incidents that changed to its events. */
  void next(MonitoredFrame frame, MonitorStages stages) {
    Evidence evidence =
        new Evidence(
            frame.moment(),
            frame.isMaintained(),
            stages.diagnosis.alarm(stages.change.residuals()),
            stages.change.pictureAlarm(),
            stages.sensor.subject(),
            model.mechanisms().isPresent(),
            frame.events().named,
            frame.events().reports);
    before = incidents;
    frame
        .events()
        .incidents
        .addAll(apply(incidents.next(evidence, settings(frame.settings()), capacity())));
  }

  /** Returns the events of a frame as parts of incidents. */
  MonitorResult result(
      MonitoredFrame frame, DriftScore score, Optional<CommissioningReport> commissioning) {
    return frame.events().result(score, commissioning, this::idFor);
  }

  /** Returns the incident of the findings of a channel, which may have just ended. */
  private Optional<String> idFor(Channel channel) {
    return incidents
        .idFor(channel)
        .or(() -> before.idFor(channel))
        .or(() -> incidents.open().stream().map(Incident::id).findFirst());
  }

  List<Incident> silent(Duration idle, SourceSettings source) {
    return last == null
        ? List.of()
        : apply(
            incidents.silent(
                later(last, idle), settings(source), capacity(), Findings.silence(last)));
  }

  private IncidentSettings settings(SourceSettings next) {
    if (!next.equals(source)) {
      source = next;
      settings =
          next.equals(SourceSettings.NONE)
              ? model.incidents()
              : model
                  .incidents()
                  .withLowestSeverity(next.lowestSeverity())
                  .withLabels(next.labels());
    }
    return settings;
  }

  List<Incident> disabled(Duration idle, String rule) {
    return last == null
        ? List.of()
        : close(
            later(last, idle),
            incident -> true,
            Incident.Reason.SOURCE_RETIRED,
            "source rule %s disables monitoring".formatted(rule));
  }

  List<Incident> gone(Duration idle) {
    return last == null
        ? List.of()
        : close(
            later(last, idle),
            incident -> true,
            Incident.Reason.SOURCE_GONE,
            "no frame for " + HumanDuration.spoken(idle));
  }

  static Moment later(Moment frame, Duration idle) {
    return new Moment(
        frame.source(),
        frame.sequence(),
        frame.at().plus(idle),
        frame.place(),
        frame.modelId(),
        frame.modelDigest());
  }

  List<Incident> close(Moment at, Predicate<Incident> which, Incident.Reason reason, String note) {
    return apply(incidents.closed(at, model.incidents(), which, reason, note));
  }

  List<Incident> accept(Moment at, Order order, Function<Incident, @Nullable String> refusal) {
    return apply(incidents.accepted(at, model.incidents(), order, refusal));
  }

  private List<Incident> apply(SourceIncidents.Step step) {
    incidents = step.next();
    return step.changed();
  }
}
