package dev.residua.incident;

import dev.residua.causal.Summary;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.Reason;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The incidents of one source: at most one open per {@link Subject}. Immutable: every frame's
 * evidence gives the next state.
 *
 * <pre>
 *                                       +-- diagnosis: takes the subject, UPDATED
 *            alarm: OPENED              |   worse or long: ESCALATED
 *   NONE ------------------------> OPEN +-- maintenance or silence: SUSPENDED
 *     ^                            |  ^
 *     |   resolveFrames of quiet:  |  |  same subject within the cooldown: OPENED again with the
 *     |                  RESOLVED  v  |  same id, FLAPPING beyond the limit
 *     +------ cooldown over ------ ENDED
 *                                  ^
 *      order, merger, other diagnosis, source gone, too old: CLOSED
 * </pre>
 *
 * <p>An alarm belongs to the incidents that its track supports. It opens {@link
 * Subject#UNDETERMINED}, and the diagnosis some frames later names the subject. Alarms of two
 * detectors that start within {@link #JOIN_FRAMES} are one problem, and alarms that start during a
 * fault of the sensor are part of that fault. A diagnosis of another subject must hold twice.
 *
 * @param entries open incidents, and ended ones while their cooldown runs, oldest first; at most
 *     one per subject
 * @param tracks one per {@link Channel}, in their order
 */
public record SourceIncidents(List<Entry> entries, List<Track> tracks) {
  /** Frames within which a second alarm belongs to the problem of the first. */
  public static final int JOIN_FRAMES = 128;

  /**
   * Frames that an alarm within the cooldown of a diagnosed incident waits for its diagnosis, which
   * shows whether it is the same problem, before it opens an incident without one.
   */
  public static final int WAIT_FRAMES = 64;

  /** Nothing has happened. */
  public static final SourceIncidents NONE =
      new SourceIncidents(List.of(), List.of(Track.QUIET, Track.QUIET, Track.QUIET));

  public SourceIncidents {
    entries = List.copyOf(entries);
    tracks = List.copyOf(tracks);
    if (tracks.size() != Channel.values().length) {
      throw new IllegalArgumentException(
          "a source has %d tracks, expected %d".formatted(tracks.size(), Channel.values().length));
    }
    if (entries.stream().map(e -> e.incident().subject()).distinct().count() != entries.size()) {
      throw new IllegalArgumentException("two incidents have one subject: " + entries);
    }
  }

  /**
   * An incident with its counters.
   *
   * @param weight weight of the finding that it shows
   * @param quiet frames in a row without an alarm while open, frames since the end after it
   * @param openFrames frames that it was open, all flaps together
   */
  public record Entry(Incident incident, Weight weight, int quiet, int openFrames) {
    Subject subject() {
      return incident.subject();
    }

    boolean open() {
      return incident.open();
    }

    Entry with(Incident next) {
      return new Entry(next, weight, quiet, openFrames);
    }
  }

  /**
   * The alarm of one channel.
   *
   * @param alarms bit {@code i}: whether it was on {@code i} frames ago
   * @param supports subjects of the incidents that it belongs to; of a dismissed alarm, the subject
   *     that an operator has dealt with
   * @param strongest strongest finding since the last quiet interval; null if there is none
   * @param waited frames that it has waited for its diagnosis
   * @param dismissed whether an operator has dealt with it, until it ends or a diagnosis twice
   *     names another subject
   * @param candidate subject that the last diagnosis named and the one before did not; null if
   *     there is none
   */
  public record Track(
      long alarms,
      List<Subject> supports,
      @Nullable Report strongest,
      int waited,
      boolean dismissed,
      @Nullable Subject candidate) {
    static final Track QUIET = new Track(0, List.of(), null, 0, false, null);

    public Track {
      supports = List.copyOf(supports);
    }
  }

  /**
   * Effects of one frame or command.
   *
   * @param next the new state
   * @param changed the incidents to publish, in this order
   */
  public record Step(SourceIncidents next, List<Incident> changed) {
    public Step {
      changed = List.copyOf(changed);
    }
  }

  /** The open incidents, oldest first. */
  public List<Incident> open() {
    return entries.stream().filter(Entry::open).map(Entry::incident).toList();
  }

  /** Returns true if an incident is open. */
  public boolean anyOpen() {
    return entries.stream().anyMatch(Entry::open);
  }

  /** Id of the open incident that a channel's alarm belongs to; empty if there is none. */
  public Optional<String> idFor(Channel channel) {
    return tracks.get(channel.ordinal()).supports().stream()
        .flatMap(subject -> entries.stream().filter(e -> e.open() && e.subject().equals(subject)))
        .map(e -> e.incident().id())
        .findFirst();
  }

  /**
   * The state after one more frame.
   *
   * @param capacity most open incidents, at least 1
   */
  public Step next(Evidence frame, IncidentSettings settings, int capacity) {
    return new IncidentUpdate(this, frame.at(), settings, capacity).frame(frame);
  }

  /**
   * The source is silent: an incident about that opens, and the others are suspended.
   *
   * @param summary its summary
   */
  public Step silent(Moment at, IncidentSettings settings, int capacity, Summary summary) {
    return new IncidentUpdate(this, at, settings, capacity).silent(summary);
  }

  /** Closes incidents for good; those that are not open are left out of the state as well. */
  public Step closed(
      Moment at, IncidentSettings settings, Predicate<Incident> which, Reason reason, String note) {
    return new IncidentUpdate(this, at, settings, Integer.MAX_VALUE).closed(which, reason, note);
  }

  /**
   * An operator accepts the present as normal: closes the incidents that the detectors can follow,
   * and notes with the others why not.
   *
   * @param refusal why the detectors cannot follow an incident; null if they can
   */
  public Step accepted(
      Moment at,
      IncidentSettings settings,
      Order order,
      Function<Incident, @Nullable String> refusal) {
    return new IncidentUpdate(this, at, settings, Integer.MAX_VALUE).accepted(order, refusal);
  }
}
