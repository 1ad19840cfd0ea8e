package dev.residua.incident;

import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Arm;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Resolve;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.ControlCommand.Suppression;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All commands that stand, in the order of their offsets on the control topic: the clock of a
 * sender decides nothing. Immutable: a command gives a new board. Queries cost one pattern match a
 * command.
 */
public final class ActiveControls {
  /** Most commands of one class, frames or feedback, that stand; of more, the newest do. */
  public static final int MOST = 1_000;

  /** No command was given. */
  public static final ActiveControls EMPTY = new ActiveControls(Map.of(), Map.of(), -1);

  private final Map<String, Given> standing; // those that decide about frames
  private final Map<String, Given> feedback;
  private final long lastOffset;

  /**
   * A command and its place.
   *
   * @param offset of its record on the control topic
   */
  public record Given(ControlCommand command, long offset) {}

  private ActiveControls(
      Map<String, Given> standing, Map<String, Given> feedback, long lastOffset) {
    this.standing = standing;
    this.feedback = feedback;
    this.lastOffset = lastOffset;
  }

  /** The board with one more command after all others, in place of the one with its id. */
  public ActiveControls with(ControlCommand command) {
    return with(command, lastOffset + 1);
  }

  /**
   * The board with one more command, in place of the one with its id.
   *
   * @param offset of its record on the control topic
   */
  public ActiveControls with(ControlCommand command, long offset) {
    ActiveControls before = without(command.order().id());
    long last = Math.max(lastOffset, offset);
    if (command instanceof Feedback) {
      return new ActiveControls(
          before.standing,
          newest(before.feedback, command.order().id(), new Given(command, offset)),
          last);
    }
    if (command instanceof Maintenance
        || command instanceof Announcement
        || command instanceof Suppression
        || command instanceof AcceptNormal
        || command instanceof Resolve
        || command instanceof Arm
        || command instanceof Learn
        || command instanceof Retire) {
      return new ActiveControls(
          newest(before.standing, command.order().id(), new Given(command, offset)),
          before.feedback,
          last);
    }
    return before; // about trainings, or what a person does
  }

  private static <V> Map<String, V> newest(Map<String, V> before, String id, V value) {
    Map<String, V> next = new LinkedHashMap<>(before);
    if (next.size() >= MOST) {
      next.remove(next.keySet().iterator().next());
    }
    next.put(id, value);
    return next;
  }

  /** How many commands decide about frames. */
  public int size() {
    return standing.size();
  }

  /** Whether a command is in force. */
  public boolean contains(String id) {
    return standing.containsKey(id) || feedback.containsKey(id);
  }

  /** The board without a command; the others stand as before. */
  public ActiveControls without(String id) {
    if (!contains(id)) {
      return this;
    }
    Map<String, Given> orders = new LinkedHashMap<>(standing);
    orders.remove(id);
    Map<String, Given> verdicts = new LinkedHashMap<>(feedback);
    verdicts.remove(id);
    return new ActiveControls(orders, verdicts, lastOffset);
  }

  /** Whether no incident may open for a source at a capture time. */
  public boolean maintained(String source, Instant at) {
    for (Given placed : standing.values()) {
      ControlCommand one = placed.command();
      if (one instanceof Maintenance m && m.period().contains(at) && one.order().covers(source)) {
        return true;
      }
    }
    return false;
  }

  /** The commands that keep incidents of some sources from opening at a capture time. */
  public List<Maintenance> maintenance(Instant at) {
    return standing.values().stream()
        .filter(given -> given.command() instanceof Maintenance m && m.period().contains(at))
        .map(given -> (Maintenance) given.command())
        .toList();
  }

  /** Whether some change of the source is announced for a capture time. */
  public boolean expectsChange(String source, Instant at) {
    for (Given placed : standing.values()) {
      ControlCommand one = placed.command();
      if (one instanceof Announcement a && a.period().contains(at) && one.order().covers(source)) {
        return true;
      }
    }
    return false;
  }

  /** The announcement of a change of this latent, if there is one. */
  public Optional<Announcement> announced(String source, String latent, Instant at) {
    for (Given placed : standing.values()) {
      ControlCommand one = placed.command();
      if (one instanceof Announcement a
          && a.latent().equals(latent)
          && a.period().contains(at)
          && one.order().covers(source)) {
        return Optional.of(a);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a change of a latent's mean is within a margin that was granted.
   *
   * @param shift mean shift in standard deviations, either sign
   */
  public boolean suppressed(String source, String latent, double shift) {
    for (Given placed : standing.values()) {
      ControlCommand one = placed.command();
      if (one instanceof Suppression s
          && s.latent().equals(latent)
          && Math.abs(shift) <= s.margin()
          && one.order().covers(source)) {
        return true;
      }
    }
    return false;
  }

  /** The acceptances of a new normal that nobody took back. */
  public List<AcceptNormal> acceptances() {
    return standing.values().stream()
        .filter(given -> given.command() instanceof AcceptNormal)
        .map(given -> (AcceptNormal) given.command())
        .toList();
  }

  /** Offset of the last command about frames or incidents; -1 if there was none. */
  public long lastOffset() {
    return lastOffset;
  }

  /** Commands after an offset that are followed once, in the order of their offsets. */
  public List<Given> since(long offset) {
    return Stream.concat(standing.values().stream(), feedback.values().stream())
        .filter(given -> given.offset() > offset)
        .filter(
            given ->
                given.command() instanceof AcceptNormal
                    || given.command() instanceof Resolve
                    || given.command() instanceof Arm
                    || given.command() instanceof Learn
                    || given.command() instanceof Retire
                    || given.command() instanceof Feedback)
        .sorted(Comparator.comparingLong(Given::offset))
        .toList();
  }

  /** How many incidents got this verdict. */
  public long count(FeedbackVerdict verdict) {
    return feedback.values().stream()
        .filter(given -> given.command() instanceof Feedback f && f.verdict() == verdict)
        .count();
  }
}
