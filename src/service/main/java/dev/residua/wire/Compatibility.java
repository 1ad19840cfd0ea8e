package dev.residua.wire;

/** Changes of a schema that a registry allows under a subject. */
public enum Compatibility {
  /** The new schema reads records of the last one. */
  BACKWARD,
  /** The new schema reads records of all earlier ones. */
  BACKWARD_TRANSITIVE,
  /** The new schema reads records of the last one, and the reverse. */
  FULL,
  /** The new schema reads records of all earlier ones, and the reverse. */
  FULL_TRANSITIVE
}
