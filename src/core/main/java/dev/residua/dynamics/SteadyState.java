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
   * Returns the smallest constant push, in units per second, that a windowed mean of innovations
   * finds on average within a time. A push moves the innovations step by step towards {@code push
   * per step / (1 - slope (1 - gain))}, which is push over gain for an integrator.
   *
   * @param seconds from the beginning of the push, at least one step
   * @param threshold of the absolute sum of innovations over the window, divided by its standard
   *     deviation; from quiet data of the same source
   * @throws IllegalArgumentException if the time is too short or the threshold not above 0
   */
  public double smallestPush(double seconds, double threshold) {
    long frames = (long) Math.floor(seconds / stepSeconds + 1e-9);
    if (frames < 1 || !(threshold > 0)) {
      throw new IllegalArgumentException(
          "smallest push needs one step of %s s or more and a threshold above 0, got %s s and %s"
              .formatted(stepSeconds, seconds, threshold));
    }
    double kept = slope * (1 - gain);
    // The mean of innovation k is (1 + kept + ... + kept^(k-1)) times the push per step.
    double sum =
        Math.abs(1 - kept) < 1e-12
            ? frames * (frames + 1.0) / 2
            : (frames - kept * (1 - Math.pow(kept, frames)) / (1 - kept)) / (1 - kept);
    return threshold * deviation * Math.sqrt(frames) / (sum * stepSeconds);
  }
}
