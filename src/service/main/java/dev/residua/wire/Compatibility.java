package dev.residua.wire;

/** Which changes of a schema a registry allows under a subject. */
public enum Compatibility {
  /** The new schema reads what the last one wrote. */
  BACKWARD,
  /** The new schema reads what any before wrote. */
  BACKWARD_TRANSITIVE,
  /** The new and the last schema read one another's records. */
  FULL,
  /** The new schema and all before read one another's records. */
  FULL_TRANSITIVE
}
