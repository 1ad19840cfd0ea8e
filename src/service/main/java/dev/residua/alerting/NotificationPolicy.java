package dev.residua.alerting;

import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.alerting.ReceiverType.Capabilities;
import dev.residua.alerting.ReceiverType.Updates;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which notification a receiver gets next.
 *
 * <pre>
 *              OPEN                            RESOLVE
 *   NOTHING ---------> FIRING (UPDATE, REPEAT) --------> RESOLVED (REPEAT for a while)
 *                         ^                                  |
 *                         +---------- OPEN, it is back ------+
 * </pre>
 *
 * <p>An incident that ended before its opening was delivered is opened and then resolved. One whose
 * opening was never read is only resolved.
 */
final class NotificationPolicy {
  private NotificationPolicy() {}

  /**
   * The notification that is due now.
   *
   * @param wanted whether the incident is routed to the receiver now
   * @param muted whether the receiver gets nothing but the end and repeats now
   * @param acknowledged whether a person has acknowledged it
   * @param lastSent when the receiver last accepted a notification of it from this process, null
   *     for never
   */
  static Optional<Action> next(
      AlertEntry entry,
      NotifiedState notified,
      Capabilities capabilities,
      Duration repeatInterval,
      boolean wanted,
      boolean muted,
      boolean acknowledged,
      @Nullable Instant lastSent,
      Instant now) {
    boolean silent = lastSent == null || !now.isBefore(lastSent.plus(repeatInterval));
    boolean suspended = entry.incident().state() == State.SUSPENDED;
    if (entry.incident().open()) {
      return switch (notified.stage()) {
        case NOTHING, RESOLVED ->
            wanted && !muted && !suspended ? Optional.of(Action.OPEN) : Optional.empty();
        case FIRING -> {
          // It was resolved and reopened meanwhile, of which the receiver may be aware.
          if (!muted && !follows(entry, notified) && notified.flaps() != entry.incident().flaps()) {
            yield Optional.of(Action.OPEN);
          }
          if (!muted
              && !suspended
              && notified.revision() < entry.revision()
              && worthAnUpdate(entry, notified, capabilities)) {
            yield Optional.of(Action.UPDATE);
          }
          if (!muted && acknowledged && capabilities.acknowledges() && !notified.acknowledged()) {
            yield Optional.of(Action.ACKNOWLEDGE);
          }
          yield capabilities.forgets() && silent ? Optional.of(Action.REPEAT) : Optional.empty();
        }
      };
    }
    if (isUnnotified(entry, notified)) {
      return wanted && !muted
          ? Optional.of(openingIsKnown(entry) ? Action.OPEN : Action.RESOLVE)
          : Optional.empty();
    }
    return switch (notified.stage()) {
      case NOTHING -> Optional.empty();
      case FIRING ->
          now.isBefore(notified.at().plus(capabilities.minFiring()))
              ? Optional.empty()
              : Optional.of(Action.RESOLVE);
      case RESOLVED ->
          capabilities.forgets()
                  && silent
                  && now.isBefore(notified.at().plus(capabilities.repeatResolved()))
              ? Optional.of(Action.REPEAT)
              : Optional.empty();
    };
  }

  /** Returns true if the receiver has accepted nothing since the incident opened or reopened. */
  private static boolean isUnnotified(AlertEntry entry, NotifiedState notified) {
    return notified.stage() == Stage.NOTHING
        || (notified.stage() == Stage.RESOLVED && notified.flaps() != entry.incident().flaps());
  }

  /** Returns true if the record with which the incident opened was read. */
  private static boolean openingIsKnown(AlertEntry entry) {
    return entry.opening() != null || entry.grouping() instanceof Grouping.Group;
  }

  private static boolean worthAnUpdate(
      AlertEntry entry, NotifiedState notified, Capabilities capabilities) {
    Incident incident = entry.incident();
    return incident.severity().compareTo(notified.severity()) > 0
        || entry.members() > notified.members()
        || follows(entry, notified)
        || (capabilities.updates() == Updates.EVERY_CHANGE
            && !(incident.severity() == notified.severity()
                && incident.kind().equals(notified.kind())
                && incident.subject().toString().equals(notified.subject())));
  }

  /** Returns true if an incident of another subject follows the delivered one. */
  private static boolean follows(AlertEntry entry, NotifiedState notified) {
    return entry.incident().follows() != null
        && !entry.incident().subject().toString().equals(notified.subject());
  }

  /** Returns true if nothing is left to deliver in the current state. */
  static boolean done(
      AlertEntry entry,
      NotifiedState notified,
      Capabilities capabilities,
      boolean wanted,
      Instant now) {
    return !entry.incident().open()
        && (isUnnotified(entry, notified)
            ? !wanted
            : notified.stage() == Stage.RESOLVED
                && !now.isBefore(notified.at().plus(capabilities.repeatResolved())));
  }
}
