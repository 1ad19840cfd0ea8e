package dev.residua.dynamics;

/** Kind of memory of a variable. */
public enum Memory {
  /** The variable follows its causes at once: {@code y = f(causes) + noise}. */
  NONE,
  /** The rate of change depends on the causes and on the own state: a tank with an outlet. */
  FIRST_ORDER,
  /** The rate of change depends on the causes alone: a counter, or a tank with a pump. */
  INTEGRATOR
}
