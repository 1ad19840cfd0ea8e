package dev.residua.alerting;

import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.alerting.ReceiverType.Habits;
import dev.residua.alerting.ReceiverType.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver has to be told next.
 *
 * <pre>
 *              OPEN                            RESOLVE
 *   NOTHING ---------> FIRING (UPDATE, REPEAT) --------> RESOLVED (REPEAT for a while)
 *      |                  ^                                  |  ^
 *      |                  +---------- OPEN, it is back ------+  |
 *      +------- RESOLVE, where it need not be opened first -----+
 * </pre>
 */
final class NotificationPolicy {
  private NotificationPolicy() {}

  /**
   * What to tell now.
   *
   * @param wanted whether the incident, as it stands, is routed to the receiver
   * @param acknowledged whether someone has said that he looks at it
   * @param lastSent when the receiver last took a notice of it from this process, null for never
   */
  static Optional<Action> next(
      AlertEntry entry,
      NotifiedState told,
      Habits habits,
      Duration repeatInterval,
      boolean wanted,
      boolean acknowledged,
      @Nullable Instant lastSent,
      Instant now) {
    boolean silent = lastSent == null || !now.isBefore(lastSent.plus(repeatInterval));
    if (entry.incident().open()) {
      return switch (told.stage()) {
        case NOTHING, RESOLVED -> wanted ? Optional.of(Action.OPEN) : Optional.empty();
        case FIRING -> {
          // It was over meanwhile, and the receiver may have heard of that.
          if (told.flaps() != entry.incident().flaps()) {
            yield Optional.of(Action.OPEN);
          }
          if (told.revision() < entry.revision() && worthAnUpdate(entry, told, habits)) {
            yield Optional.of(Action.UPDATE);
          }
          if (acknowledged && habits.acknowledges() && !told.acknowledged()) {
            yield Optional.of(Action.ACKNOWLEDGE);
          }
          yield habits.forgets() && silent ? Optional.of(Action.REPEAT) : Optional.empty();
        }
      };
    }
    if (unheard(entry, told)) {
      return wanted
          ? Optional.of(habits.opensFirst() ? Action.OPEN : Action.RESOLVE)
          : Optional.empty();
    }
    return switch (told.stage()) {
      case NOTHING -> Optional.empty();
      case FIRING -> Optional.of(Action.RESOLVE);
      case RESOLVED ->
          habits.forgets() && silent && now.isBefore(told.at().plus(habits.repeatResolved()))
              ? Optional.of(Action.REPEAT)
              : Optional.empty();
    };
  }

  /** Whether the receiver has not taken a notice since the incident opened, or opened again. */
  private static boolean unheard(AlertEntry entry, NotifiedState told) {
    return told.stage() == Stage.NOTHING
        || (told.stage() == Stage.RESOLVED && told.flaps() != entry.incident().flaps());
  }

  private static boolean worthAnUpdate(AlertEntry entry, NotifiedState told, Habits habits) {
    return habits.updates() == Updates.EVERY_CHANGE
        || entry.incident().severity().compareTo(told.severity()) > 0;
  }

  /** Whether the receiver need never be told of the incident again, as it stands. */
  static boolean done(
      AlertEntry entry, NotifiedState told, Habits habits, boolean wanted, Instant now) {
    return !entry.incident().open()
        && (unheard(entry, told)
            ? !wanted
            : told.stage() == Stage.RESOLVED
                && !now.isBefore(told.at().plus(habits.repeatResolved())));
  }
}
