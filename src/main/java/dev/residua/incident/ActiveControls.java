package dev.residua.incident;

import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Suppression;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All commands that stand. Immutable: a command gives a new board. Queries cost one pattern match a
 * command.
 */
public final class ActiveControls {
  /** Nobody has said anything. */
  public static final ActiveControls EMPTY = new ActiveControls(Map.of());

  private final Map<String, ControlCommand> standing;

  private ActiveControls(Map<String, ControlCommand> standing) {
    this.standing = standing;
  }

  /** The board with one more command, in place of the one with its id. */
  public ActiveControls with(ControlCommand command) {
    Map<String, ControlCommand> next = new LinkedHashMap<>(standing);
    next.put(command.order().id(), command);
    return new ActiveControls(next);
  }

  /** The board without a command. */
  public ActiveControls without(String id) {
    Map<String, ControlCommand> next = new LinkedHashMap<>(standing);
    next.remove(id);
    return new ActiveControls(next);
  }

  /** Whether no incident may open for a source at a capture time. */
  public boolean maintained(String source, Instant at) {
    for (ControlCommand one : standing.values()) {
      if (one instanceof Maintenance m && m.period().contains(at) && one.order().covers(source)) {
        return true;
      }
    }
    return false;
  }

  /** Whether some change of the source is announced for a capture time. */
  public boolean expectsChange(String source, Instant at) {
    for (ControlCommand one : standing.values()) {
      if (one instanceof Announcement a && a.period().contains(at) && one.order().covers(source)) {
        return true;
      }
    }
    return false;
  }

  /** The announcement of a change of this latent, if there is one. */
  public Optional<Announcement> announced(String source, String latent, Instant at) {
    for (ControlCommand one : standing.values()) {
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
    for (ControlCommand one : standing.values()) {
      if (one instanceof Suppression s
          && s.latent().equals(latent)
          && Math.abs(shift) <= s.margin()
          && one.order().covers(source)) {
        return true;
      }
    }
    return false;
  }

  /** The last order to take a source's present as normal. */
  public Optional<AcceptNormal> accepted(String source) {
    AcceptNormal last = null;
    for (ControlCommand one : standing.values()) {
      if (one instanceof AcceptNormal a
          && one.order().covers(source)
          && (last == null || !a.order().at().isBefore(last.order().at()))) {
        last = a;
      }
    }
    return Optional.ofNullable(last);
  }

  /** How many incidents got this verdict. */
  public long count(FeedbackVerdict verdict) {
    return standing.values().stream()
        .filter(one -> one instanceof Feedback f && f.verdict() == verdict)
        .count();
  }
}
