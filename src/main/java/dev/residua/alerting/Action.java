package dev.residua.alerting;

/** What a receiver is notified of. */
public enum Action {
  /** There is an incident. */
  OPEN,
  /** More is known about it, or it is worse. */
  UPDATE,
  /** It is still as it was. */
  REPEAT,
  /** Someone looks at it. */
  ACKNOWLEDGE,
  /** It is over. */
  RESOLVE
}
