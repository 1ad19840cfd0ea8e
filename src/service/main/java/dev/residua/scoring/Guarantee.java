package dev.residua.scoring;

/** Delivery guarantee for results after a failure. */
public enum Guarantee {
  /** Every frame has one score or one dead letter after any failure. */
  EXACTLY_ONCE,
  /** Every frame has at least one; after a failure some come twice. Cheaper and faster. */
  AT_LEAST_ONCE
}
