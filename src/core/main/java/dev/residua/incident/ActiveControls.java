package dev.residua.incident;

import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.FollowedOnce;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Standing;
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
    Given given = new Given(command, offset);
    String id = command.order().id();
    if (command instanceof Feedback) {
      return new ActiveControls(before.standing, newest(before.feedback, id, given), last);
    }
    return command instanceof Standing || command instanceof FollowedOnce
        ? new ActiveControls(newest(before.standing, id, given), before.feedback, last)
        : before; // about trainings or actions of a person
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

  /** Returns true if a command is in force. */
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

  /** Returns true if no incident may open for a source at a capture time. */
  public boolean maintained(String source, Instant at) {
    return all(Maintenance.class)
        .anyMatch(one -> one.period().contains(at) && one.order().covers(source));
  }

  /** Returns the commands that keep incidents of some sources from opening at a capture time. */
  public List<Maintenance> maintenance(Instant at) {
    return all(Maintenance.class).filter(one -> one.period().contains(at)).toList();
  }

  /** Returns true if some change of the source is announced for a capture time. */
  public boolean expectsChange(String source, Instant at) {
    return announcements(source, at).findAny().isPresent();
  }

  /** Returns the announcement of a change of this latent. */
  public Optional<Announcement> announced(String source, String latent, Instant at) {
    return announcements(source, at).filter(one -> one.latent().equals(latent)).findFirst();
  }

  private Stream<Announcement> announcements(String source, Instant at) {
    return all(Announcement.class)
        .filter(one -> one.period().contains(at) && one.order().covers(source));
  }

  /**
   * Returns true if a change of a latent's mean is within a margin that was granted.
   *
   * @param shift mean shift in standard deviations, either sign
   */
  public boolean suppressed(String source, String latent, double shift) {
    return all(Suppression.class)
        .anyMatch(
            one ->
                one.latent().equals(latent)
                    && Math.abs(shift) <= one.margin()
                    && one.order().covers(source));
  }

  /** Returns the acceptances of a new normal that nobody took back. */
  public List<AcceptNormal> acceptances() {
    return all(AcceptNormal.class).toList();
  }

  private <C extends ControlCommand> Stream<C> all(Class<C> type) {
    return standing.values().stream().map(Given::command).filter(type::isInstance).map(type::cast);
  }

  /** Offset of the last command about frames or incidents; -1 if there was none. */
  public long lastOffset() {
    return lastOffset;
  }

  /** Commands after an offset that are followed once, in the order of their offsets. */
  public List<Given> since(long offset) {
    return Stream.concat(standing.values().stream(), feedback.values().stream())
        .filter(given -> given.offset() > offset)
        .filter(given -> given.command() instanceof FollowedOnce)
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
