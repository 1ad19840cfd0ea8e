package dev.residua.alerting;

import java.time.Instant;
import java.util.Optional;

/**
 * One notification for one receiver.
 *
 * @param action kind of the notification
 * @param entry of the incident, as it is delivered
 * @param before state of the receiver so far
 * @param acknowledgedBy person who acknowledged it, if anyone did
 */
public record Notification(
    Action action, AlertEntry entry, NotifiedState before, Optional<String> acknowledgedBy) {
  /** A notification of an alert that nobody has acknowledged. */
  public Notification(Action action, AlertEntry entry, NotifiedState before) {
    this(action, entry, before, Optional.empty());
  }

  /** An opening, which says that the incident is open even if it has ended since. */
  Notification opening() {
    return new Notification(action, entry.opened(), before, acknowledgedBy);
  }

  /** State of the receiver once it has accepted this. */
  NotifiedState after(Instant now) {
    NotifiedState.Stage stage =
        switch (action) {
          case OPEN, UPDATE -> NotifiedState.Stage.FIRING;
          case RESOLVE -> NotifiedState.Stage.RESOLVED;
          case REPEAT, ACKNOWLEDGE -> before.stage();
        };
    boolean delivered = action != Action.ACKNOWLEDGE;
    return new NotifiedState(
        stage,
        delivered ? entry.revision() : before.revision(),
        delivered ? entry.incident().severity() : before.severity(),
        delivered ? entry.incident().kind() : before.kind(),
        delivered ? entry.incident().subject().toString() : before.subject(),
        delivered ? entry.incident().flaps() : before.flaps(),
        stage == before.stage() ? before.at() : now,
        action == Action.ACKNOWLEDGE || (action != Action.OPEN && before.acknowledged()),
        delivered ? entry.members() : before.members());
  }

  /** Returns true if the incident is open for the receiver after this. */
  boolean firing() {
    return action == Action.REPEAT
        ? before.stage() == NotifiedState.Stage.FIRING
        : action != Action.RESOLVE;
  }
}
