package dev.residua.incident;

import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.State;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The incidents of one source: at most one is open. Immutable: every frame's evidence gives the
 * next state.
 *
 * <pre>
 *          k of n frames with an alarm: OPENED            more is known, or too long: ESCALATED
 *   QUIET ------------------------------------> OPEN -----------------------------------------+
 *     ^                                        ^   |  ^                                       |
 *     |   alarm within the cooldown: OPENED    |   |  +---------------------------------------+
 *     |      (same id, one more flap)          |   |
 *     +--------------- RESOLVED &lt;--------------+---+ resolveFrames without an alarm: RESOLVED
 *        cooldown over
 * </pre>
 *
 * @param latest the open incident, or the last one while its cooldown runs; null otherwise
 * @param weight weight of the finding that {@code latest} shows
 * @param pending strongest finding since the last quiet stretch, for an incident that opens later;
 *     null where there is none
 * @param alarms bit {@code i}: whether there was an alarm {@code i} frames ago
 * @param count frames in a row without an alarm while open, frames since the resolution after it
 * @param openFrames frames since the incident opened, 0 while none is open
 */
public record IncidentLifecycle(
    @Nullable Incident latest,
    Weight weight,
    @Nullable Report pending,
    long alarms,
    int count,
    int openFrames) {
  /** Nothing has happened. */
  public static final IncidentLifecycle QUIET =
      new IncidentLifecycle(null, Weight.FRAME, null, 0, 0, 0);

  /**
   * What follows from one frame.
   *
   * @param next the new state
   * @param changed the incident to publish; null if nothing changed
   */
  public record Step(IncidentLifecycle next, @Nullable Incident changed) {}

  /** Whether an incident is open. */
  public boolean open() {
    return latest != null && latest.open();
  }

  /** Id of the open incident; null where none is open. */
  public @Nullable String openId() {
    return latest != null && latest.open() ? latest.id() : null;
  }

  /** The state after one more frame. */
  public Step next(Evidence frame, IncidentSettings settings) {
    boolean on = frame.alarm() == Alarm.ON;
    long bits = alarms << 1 | (on ? 1 : 0);
    Report strongest = strongest(frame);
    Incident incident = latest;
    if (incident != null && incident.open()) {
      return whileOpen(incident, frame, strongest, bits, settings);
    }
    int sinceResolved = count + 1;
    if (incident != null && sinceResolved > settings.cooldownFrames()) {
      incident = null;
    }
    long window = settings.ofFrames() == 64 ? bits : bits & ((1L << settings.ofFrames()) - 1);
    if (on && Long.bitCount(window) >= settings.alarmFrames() && strongest != null) {
      Incident opened = opened(incident, frame, strongest);
      return new Step(new IncidentLifecycle(opened, strongest.weight(), null, bits, 0, 1), opened);
    }
    // A finding outlives the frames of the k-of-n window, and an alarm that is suppressed.
    Report kept =
        frame.alarm() != Alarm.NONE || window != 0 || !frame.reports().isEmpty() ? strongest : null;
    return new Step(
        new IncidentLifecycle(
            incident, weight, kept, bits, incident == null ? 0 : sinceResolved, 0),
        null);
  }

  private @Nullable Report strongest(Evidence frame) {
    Report best = pending;
    for (Report report : frame.reports()) {
      if (best == null || report.weight().compareTo(best.weight()) >= 0) {
        best = report;
      }
    }
    return best;
  }

  private static Incident opened(@Nullable Incident before, Evidence frame, Report report) {
    Finding finding = report.finding();
    return new Incident(
        before != null ? before.id() : id(frame),
        frame.source(),
        State.OPENED,
        finding.severity(),
        report.kind(),
        finding.sentence(),
        finding.causes(),
        before != null ? before.openedAt() : earlier(finding.firstAt(), frame.at()),
        frame.at(),
        null,
        before != null
            ? before.openedSequence()
            : Math.min(finding.firstSequence(), frame.sequence()),
        frame.sequence(),
        (before != null ? before.events() : 0) + Math.max(1, frame.reports().size()),
        before != null ? before.flaps() + 1 : 0,
        frame.modelId(),
        finding.links());
  }

  private static String id(Evidence frame) {
    return UUID.nameUUIDFromBytes(
            String.join("|", "incident", frame.source(), frame.place())
                .getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private Step whileOpen(
      Incident incident,
      Evidence frame,
      @Nullable Report strongest,
      long bits,
      IncidentSettings settings) {
    int quiet = frame.alarm() == Alarm.ON ? 0 : count + 1;
    long events = incident.events() + frame.reports().size();
    if (quiet >= settings.resolveFrames()) {
      Incident resolved = with(incident, State.RESOLVED, incident.severity(), null, frame, events);
      return new Step(new IncidentLifecycle(resolved, weight, null, bits, 0, 0), resolved);
    }
    boolean tooLong = openFrames == settings.criticalFrames();
    Severity severity = tooLong ? Severity.CRITICAL : incident.severity();
    Report more = strongest != null && isStronger(strongest, incident) ? strongest : null;
    if (more != null && more.finding().severity().compareTo(severity) > 0) {
      severity = more.finding().severity();
    }
    boolean news = more != null || severity != incident.severity();
    Incident updated =
        with(
            incident,
            news ? State.ESCALATED : incident.state(),
            severity,
            more,
            news ? frame : null,
            events);
    IncidentLifecycle next =
        new IncidentLifecycle(
            updated, more == null ? weight : more.weight(), null, bits, quiet, openFrames + 1);
    return new Step(next, news ? updated : null);
  }

  /** Stronger than what the incident shows, or a diagnosis that differs from the one it shows. */
  private boolean isStronger(Report report, Incident incident) {
    return report.weight().compareTo(weight) > 0
        || (report.weight() == Weight.DIAGNOSIS
            && !(report.kind().equals(incident.kind())
                && report.finding().causes().equals(incident.causes())));
  }

  private static Incident with(
      Incident incident,
      State state,
      Severity severity,
      @Nullable Report report,
      @Nullable Evidence frame,
      long events) {
    return new Incident(
        incident.id(),
        incident.source(),
        state,
        severity,
        report == null ? incident.kind() : report.kind(),
        report == null ? incident.sentence() : report.finding().sentence(),
        report == null ? incident.causes() : report.finding().causes(),
        incident.openedAt(),
        frame == null ? incident.updatedAt() : frame.at(),
        state == State.RESOLVED && frame != null ? frame.at() : null,
        incident.openedSequence(),
        frame == null ? incident.updatedSequence() : frame.sequence(),
        events,
        incident.flaps(),
        frame == null ? incident.modelId() : frame.modelId(),
        report == null ? incident.links() : report.finding().links());
  }

  /**
   * The state without its open incident, and that incident as resolved; the state itself if none is
   * open. For an operator who says that this is normal now.
   */
  public Step accepted(Evidence frame) {
    if (latest == null || !latest.open()) {
      return new Step(this, null);
    }
    Incident resolved =
        with(latest, State.RESOLVED, latest.severity(), null, frame, latest.events());
    // The cooldown does not hold: what comes next is another problem.
    return new Step(QUIET, resolved);
  }
}
