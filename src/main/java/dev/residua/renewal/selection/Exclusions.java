package dev.residua.renewal.selection;

import dev.residua.frame.FramePosition;
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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Frames that must not be learnt, by source and capture time, or by where they are stored. For one
 * thread.
 *
 * <p>An incident takes out its source's frames from a margin before its first frame to its
 * resolution, to the end of time while it is open, and in the {@link #LOOK_BACK} before that every
 * frame from the one on that the incident names as the first that was changed. One that the trigger
 * or an operator accepted takes out nothing: its frames are the new normal. Single unusual frames
 * that made no incident stay in: calibration frames without the unusual ones would make every later
 * one look worse than it is.
 */
public final class Exclusions {
  /** How long before the first alarm a change may have begun. */
  public static final Duration LOOK_BACK = Duration.ofHours(1);

  /** Default of the time before an incident that counts as part of it. */
  public static final Duration MARGIN = Duration.ofSeconds(10);

  /**
   * A stretch of one source.
   *
   * @param from first moment
   * @param until moment after the last
   * @param changedFrom sequence from which on frames in {@link #LOOK_BACK} before are meant too
   * @param why the reason
   */
  private record Span(Instant from, Instant until, long changedFrom, RejectionReason why) {
    boolean holds(FrameCandidate frame) {
      Instant at = frame.capturedAt();
      if (!at.isBefore(until)) {
        return false;
      }
      return !at.isBefore(from)
          || (frame.sequence() >= changedFrom && !at.isBefore(from.minus(LOOK_BACK)));
    }
  }

  /** A period of all sources that match. */
  private record Order(Pattern sources, Span span) {}

  private final Map<String, List<Span>> ofSource;
  private final List<Order> orders;
  private final Set<FramePosition> deadLetters;
  private final Map<String, List<Span>> spans = new HashMap<>();

  private Exclusions(Builder from) {
    ofSource = from.spans();
    orders = from.orders();
    deadLetters = Set.copyOf(from.deadLetters);
  }

  /** Nothing is known. */
  public static Builder builder() {
    return new Builder();
  }

  /** Why a frame must not be learnt; null if it may be. Of several reasons the first to begin. */
  public @Nullable RejectionReason reason(FrameCandidate frame) {
    if (deadLetters.contains(frame.position())) {
      return RejectionReason.DEAD_LETTER;
    }
    for (Span span : spans.computeIfAbsent(frame.source(), this::spans)) {
      if (span.from().minus(LOOK_BACK).isAfter(frame.capturedAt())) {
        return null;
      }
      if (span.holds(frame)) {
        return span.why();
      }
    }
    return null;
  }

  /** Whether a frame was refused when it came. */
  public boolean refused(FramePosition position) {
    return deadLetters.contains(position);
  }

  private List<Span> spans(String source) {
    List<Span> all = new ArrayList<>(ofSource.getOrDefault(source, List.of()));
    for (Order order : orders) {
      if (order.sources().matcher(source).matches()) {
        all.add(order.span());
      }
    }
    all.sort(Comparator.comparing(Span::from));
    return all;
  }

  /** What is known of incidents, orders and refused frames. */
  public static final class Builder {
    private final Map<String, Incident> incidents = new TreeMap<>();
    private final Map<String, ControlCommand> commands = new TreeMap<>();
    private final Map<String, List<Span>> others = new HashMap<>();
    private final Set<String> accepted = new HashSet<>();
    private final Set<FramePosition> deadLetters = new HashSet<>();
    private Duration margin = MARGIN;

    private Builder() {}

    /** How long before an incident frames are left out with it; at least zero. */
    public Builder margin(Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException("margin must be at least zero but was " + value);
      }
      margin = value;
      return this;
    }

    /** An incident as it stands; it replaces what was known of it. */
    public Builder incident(Incident incident) {
      incidents.put(incident.id(), incident);
      return this;
    }

    /** A command; it replaces the one with its id. */
    public Builder command(ControlCommand command) {
      commands.put(command.order().id(), command);
      return this;
    }

    /** A command that is taken back. */
    public Builder withdraw(String commandId) {
      commands.remove(commandId);
      return this;
    }

    /** Incidents whose frames are the new normal, such as {@link RetrainTrigger#incidents}. */
    public Builder accept(Iterable<String> incidentIds) {
      incidentIds.forEach(accepted::add);
      return this;
    }

    /** A frame that was refused. */
    public Builder deadLetter(FramePosition position) {
      deadLetters.add(position);
      return this;
    }

    /** Any other stretch of a source, from a moment until just before another. */
    public Builder span(String source, Period period, RejectionReason why) {
      others
          .computeIfAbsent(source, s -> new ArrayList<>())
          .add(new Span(period.from(), period.until(), Long.MAX_VALUE, why));
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
          Instant resolved = incident.resolvedAt();
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
        if (command instanceof AcceptNormal order
            && TriggerEvaluation.means(order, Pattern.compile(order.order().sources()), incident)) {
          return true;
        }
      }
      return false;
    }

    private List<Order> orders() {
      List<Order> orders = new ArrayList<>();
      for (ControlCommand command : commands.values()) {
        if (command instanceof Maintenance maintenance) {
          orders.add(order(command, maintenance.period(), RejectionReason.MAINTENANCE));
        } else if (command instanceof Announcement announcement) {
          orders.add(order(command, announcement.period(), RejectionReason.ANNOUNCED_CHANGE));
        }
      }
      return orders;
    }

    private static Order order(ControlCommand command, Period period, RejectionReason why) {
      return new Order(
          Pattern.compile(command.order().sources()),
          new Span(period.from(), period.until(), Long.MAX_VALUE, why));
    }
  }
}
