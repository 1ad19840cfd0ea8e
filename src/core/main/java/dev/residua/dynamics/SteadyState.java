package dev.residua.dynamics;

/**
 * Filter of one variable with memory after many regular frames near one operating point.
 *
 * <p>Source: Durbin and Koopman, Time Series Analysis by State Space Methods (2012), section 4.3.4.
 *
 * @param stepSeconds time between frames
 * @param slope derivative of the state with respect to the state one step earlier
 * @param gain part of an innovation by which the state is corrected, 0 to 1
 * @param deviation standard deviation of an innovation, in units of the variable
 */
public record SteadyState(double stepSeconds, double slope, double gain, double deviation) {
  private static final int MAX_ITERATIONS = 100_000;

  /**
   * Solves the Riccati equation by iteration.
   *
   * @param state operating point
   * @throws IllegalArgumentException if the variable has no memory
   */
  public static SteadyState of(DynamicEquation equation, double stepSeconds, double state) {
    if (equation.memory() == Memory.NONE) {
      throw new IllegalArgumentException("a variable without memory has no steady state");
    }
    double slope = 1 + stepSeconds * equation.ownSlope(state);
    double noise = stepSeconds * equation.processVariance();
    double reading = equation.readingVariance();
    double predicted = noise + reading;
    for (int k = 0; k < MAX_ITERATIONS; k++) {
      double sum = predicted + reading;
      double next = sum > 0 ? slope * slope * predicted * reading / sum + noise : 0;
      boolean done = Math.abs(next - predicted) <= 1e-14 * predicted;
      predicted = next;
      if (done) {
        break;
      }
    }
    double sum = predicted + reading;
    return new SteadyState(stepSeconds, slope, sum > 0 ? predicted / sum : 0, Math.sqrt(sum));
  }

  /**
   * Returns the part of an earlier push that the innovations keep from one frame to the next. A
   * push of 1 unit per second moves them by {@code stepSeconds} in its first frame, and towards
   * {@code stepSeconds / (1 - kept)}.
   */
  public double kept() {
    return slope * (1 - gain);
  }
}
