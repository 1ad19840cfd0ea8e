package dev.residua.dynamics;

/** Kind of memory of a variable. */
public enum Memory {
  /** The variable follows its causes at once: {@code y = f(causes) + noise}. */
  NONE,
  /**
   * The variable follows its causes at once, with an error that decays: a reading that depends on
   * the rest of a picture, which changes slowly.
   */
  SLOW_ERROR,
  /** The rate of change depends on the causes and on the own state: a tank with an outlet. */
  FIRST_ORDER,
  /** The rate of change depends on the causes alone: a counter, or a tank with a pump. */
  INTEGRATOR;

  /** Returns true if causes change the rate of change of the variable, not the variable itself. */
  public boolean actsOnRate() {
    return this == FIRST_ORDER || this == INTEGRATOR;
  }
}
