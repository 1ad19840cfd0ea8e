package dev.residua.alerting;

/** Kind of a notification. */
public enum Action {
  /** An incident opened. */
  OPEN,
  /** It has changed, or is more severe. */
  UPDATE,
  /** It has not changed. */
  REPEAT,
  /** A person looks at it. */
  ACKNOWLEDGE,
  /** It is resolved. */
  RESOLVE
}
