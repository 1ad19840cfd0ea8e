package dev.residua.scoring;

/** What is promised of results when something fails. */
public enum Guarantee {
  /** Every frame has one score or one dead letter, whatever fails. */
  EXACTLY_ONCE,
  /** Every frame has at least one; after a failure some come twice. Cheaper and faster. */
  AT_LEAST_ONCE
}
