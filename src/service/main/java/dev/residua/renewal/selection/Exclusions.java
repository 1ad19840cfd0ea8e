package dev.residua.renewal.selection;

import dev.residua.frame.FramePosition;
import dev.residua.frame.NamePattern;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.Incident;
import dev.residua.renewal.trigger.RetrainTrigger;
import dev.residua.renewal.trigger.TriggerEvaluation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Frames that must not be learnt, by source and capture time, or by position. For one thread.
 *
 * <p>An incident excludes its source's frames from a margin before its first frame to its
 * resolution, if any. In the {@link #LOOK_BACK} before, it excludes the frames from the first
 * changed one that the incident names. An incident that the trigger or an operator accepted
 * excludes nothing: its frames are the new normal. Single unusual frames without an incident stay
 * in, as a calibration without them would make later ones look worse than they are.
 */
public final class Exclusions {
  /** Longest time from the begin of a change to its first alarm. */
  public static final Duration LOOK_BACK = Duration.ofHours(1);

  /** Default time before an incident that counts as part of it. */
  public static final Duration MARGIN = Duration.ofSeconds(10);

  /**
   * A period of one source.
   *
   * @param from first moment
   * @param until moment after the last
   * @param changedFrom first sequence that is excluded in the {@link #LOOK_BACK} before
   */
  private record Span(Instant from, Instant until, long changedFrom, RejectionReason reason) {
    boolean contains(FrameCandidate frame) {
      Instant at = frame.capturedAt();
      if (!at.isBefore(until)) {
        return false;
      }
      return !at.isBefore(from)
          || (frame.sequence() >= changedFrom && !at.isBefore(from.minus(LOOK_BACK)));
    }
  }

  /** An excluded period of all sources that match. */
  private record Rule(NamePattern sources, Span span) {}

  private final Map<String, List<Span>> ofSource;
  private final List<Rule> rules;
  private final Set<FramePosition> deadLetters;
  private final Map<String, List<Span>> spans = new HashMap<>();

  private Exclusions(Builder from) {
    ofSource = from.spans();
    rules = from.rules();
    deadLetters = Set.copyOf(from.deadLetters);
  }

  /** A builder that excludes nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** Why a frame must not be learnt; null if it may. Of several reasons, that of the first span. */
  public @Nullable RejectionReason reason(FrameCandidate frame) {
    if (deadLetters.contains(frame.position())) {
      return RejectionReason.DEAD_LETTER;
    }
    for (Span span : spans.computeIfAbsent(frame.source(), this::spans)) {
      if (span.from().minus(LOOK_BACK).isAfter(frame.capturedAt())) {
        return null;
      }
      if (span.contains(frame)) {
        return span.reason();
      }
    }
    return null;
  }

  /** Returns true if a frame was rejected on arrival. */
  public boolean deadLettered(FramePosition position) {
    return deadLetters.contains(position);
  }

  private List<Span> spans(String source) {
    List<Span> all = new ArrayList<>(ofSource.getOrDefault(source, List.of()));
    for (Rule rule : rules) {
      if (rule.sources().matches(source)) {
        all.add(rule.span());
      }
    }
    all.sort(Comparator.comparing(Span::from));
    return all;
  }

  /** Collects incidents, commands and rejected frames. */
  public static final class Builder {
    private final Map<String, Incident> incidents = new TreeMap<>();
    private final Map<String, ControlCommand> commands = new TreeMap<>();
    private final Map<String, List<Span>> others = new HashMap<>();
    private final Set<String> accepted = new HashSet<>();
    private final Set<FramePosition> deadLetters = new HashSet<>();
    private Duration margin = MARGIN;

    private Builder() {}

    /** Sets the time before an incident that is excluded with it; at least zero. */
    public Builder margin(Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException("margin must be at least zero but was " + value);
      }
      margin = value;
      return this;
    }

    /** Adds an incident, or replaces its earlier state. */
    public Builder incident(Incident incident) {
      incidents.put(incident.id(), incident);
      return this;
    }

    /** Adds a command, or replaces the one with its id. */
    public Builder command(ControlCommand command) {
      commands.put(command.order().id(), command);
      return this;
    }

    /** Removes a command that was withdrawn. */
    public Builder withdraw(String commandId) {
      commands.remove(commandId);
      return this;
    }

    /** Accepts incidents whose frames are the new normal, see {@link RetrainTrigger#incidents}. */
    public Builder accept(Iterable<String> incidentIds) {
      incidentIds.forEach(accepted::add);
      return this;
    }

    /** Adds a frame that was rejected on arrival. */
    public Builder deadLetter(FramePosition position) {
      deadLetters.add(position);
      return this;
    }

    /** Adds another period of a source. */
    public Builder span(String source, Period period, RejectionReason reason) {
      others
          .computeIfAbsent(source, s -> new ArrayList<>())
          .add(new Span(period.from(), period.until(), Long.MAX_VALUE, reason));
      return this;
    }

    public Exclusions build() {
      return new Exclusions(this);
    }

    private Map<String, List<Span>> spans() {
      Map<String, List<Span>> spans = new HashMap<>();
      others.forEach((source, more) -> spans.put(source, new ArrayList<>(more)));
      for (Incident incident : incidents.values()) {
        if (!accepted(incident)) {
          Instant resolved = incident.endedAt();
          spans
              .computeIfAbsent(incident.source(), s -> new ArrayList<>())
              .add(
                  new Span(
                      incident.openedAt().minus(margin),
                      resolved == null ? Instant.MAX : resolved,
                      incident.openedSequence(),
                      incident.kind().startsWith("SENSOR.")
                          ? RejectionReason.SENSOR_FAULT
                          : RejectionReason.INCIDENT));
        }
      }
      return spans;
    }

    private boolean accepted(Incident incident) {
      if (accepted.contains(incident.id())) {
        return true;
      }
      for (ControlCommand command : commands.values()) {
        if (command instanceof AcceptNormal accepted
            && TriggerEvaluation.matches(accepted, incident)) {
          return true;
        }
      }
      return false;
    }

    private List<Rule> rules() {
      List<Rule> rules = new ArrayList<>();
      for (ControlCommand command : commands.values()) {
        if (command instanceof Maintenance maintenance) {
          rules.add(rule(command, maintenance.period(), RejectionReason.MAINTENANCE));
        } else if (command instanceof Announcement announcement) {
          rules.add(rule(command, announcement.period(), RejectionReason.ANNOUNCED_CHANGE));
        }
      }
      return rules;
    }

    private static Rule rule(ControlCommand command, Period period, RejectionReason reason) {
      return new Rule(
          command.order().sources(),
          new Span(period.from(), period.until(), Long.MAX_VALUE, reason));
    }
  }
}
