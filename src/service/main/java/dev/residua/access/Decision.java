package dev.residua.access;

/** Outcome of an access check of a change. */
public sealed interface Decision {
  /** The change is allowed. */
  Decision ALLOWED = new Allowed();

  /** Its object does not exist, or the person may not see it: both get the same answer. */
  Decision HIDDEN = new Hidden();

  /** The change may be made. */
  record Allowed() implements Decision {}

  /** The object of the change is not visible to the person. */
  record Hidden() implements Decision {}

  /**
   * The change may not be made.
   *
   * @param sentence names the grant that is missing
   */
  record Denied(String sentence) implements Decision {}
}
