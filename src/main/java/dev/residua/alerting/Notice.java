package dev.residua.alerting;

import java.time.Instant;

/**
 * One notification for one receiver.
 *
 * @param action what
 * @param entry of the incident, as it is delivered
 * @param before what the receiver knows so far
 */
public record Notice(Action action, AlertEntry entry, NotifiedState before) {
  /** What the receiver knows once it has taken this. */
  NotifiedState after(Instant now) {
    NotifiedState.Stage stage =
        switch (action) {
          case OPEN, UPDATE -> NotifiedState.Stage.FIRING;
          case RESOLVE -> NotifiedState.Stage.RESOLVED;
          case REPEAT, ACKNOWLEDGE -> before.stage();
        };
    boolean said = action != Action.ACKNOWLEDGE;
    return new NotifiedState(
        stage,
        said ? entry.revision() : before.revision(),
        said ? entry.incident().severity() : before.severity(),
        said ? entry.incident().kind() : before.kind(),
        said ? entry.incident().flaps() : before.flaps(),
        stage == before.stage() ? before.at() : now,
        action == Action.ACKNOWLEDGE || (action != Action.OPEN && before.acknowledged()));
  }

  /** Whether the receiver is to take the incident for open. */
  boolean firing() {
    return action == Action.REPEAT
        ? before.stage() == NotifiedState.Stage.FIRING
        : action != Action.RESOLVE;
  }
}
