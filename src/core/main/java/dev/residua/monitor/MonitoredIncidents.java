package dev.residua.monitor;

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

/** The incidents of a source, which frames, orders and silence change. Mutable, for one thread. */
final class MonitoredIncidents {
  private final MonitorModel model;
  private SourceIncidents incidents;
  private SourceIncidents before; // the last frame
  private @Nullable Moment last;
  private SourceSettings source = SourceSettings.NONE;
  private IncidentSettings settings; // of that source

  /**
   * @param last the last frame; null before the first
   */
  MonitoredIncidents(MonitorModel model, SourceIncidents incidents, @Nullable Moment last) {
    this.model = model;
    this.incidents = incidents;
    this.before = incidents;
    this.last = last;
    this.settings = model.incidents();
  }

  SourceIncidents state() {
    return incidents;
  }

  /** Returns true if an incident with such a subject is open. */
  boolean anyOpen(Predicate<Subject> subject) {
    return incidents.open().stream().map(Incident::subject).anyMatch(subject);
  }

  @Nullable Moment last() {
    return last;
  }

  /** A frame arrives. */
  void arrived(Moment frame) {
    last = frame;
  }

  /** One mechanism or root per latent, picture, sensor, silence, and one undetermined. */
  private int capacity() {
    return model.graph().size() + 4;
  }

  /** Applies the evidence of a frame; returns what changed. */
  List<Incident> next(Evidence evidence, SourceSettings source) {
    before = incidents;
    return apply(incidents.next(evidence, settings(source), capacity()));
  }

  /** The incident that the findings of a channel belong to, also where it has just ended. */
  Optional<String> idFor(Channel channel) {
    return incidents
        .idFor(channel)
        .or(() -> before.idFor(channel))
        .or(() -> incidents.open().stream().map(Incident::id).findFirst());
  }

  /** The source has sent nothing for some time. */
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

  /** Closes all incidents, because a rule excludes the source from monitoring. */
  List<Incident> disabled(Duration idle, String rule) {
    return last == null
        ? List.of()
        : close(
            later(last, idle),
            incident -> true,
            Incident.Reason.SOURCE_RETIRED,
            "source rule %s disables monitoring".formatted(rule));
  }

  /** Closes all incidents, because the source has stayed away. */
  List<Incident> gone(Duration idle) {
    return last == null
        ? List.of()
        : close(
            later(last, idle),
            incident -> true,
            Incident.Reason.SOURCE_GONE,
            "no frame for " + Findings.spoken(idle));
  }

  /** Some time after a frame. */
  static Moment later(Moment frame, Duration idle) {
    return new Moment(
        frame.source(), frame.sequence(), frame.at().plus(idle), frame.place(), frame.modelId());
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
