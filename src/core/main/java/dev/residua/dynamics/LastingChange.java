package dev.residua.dynamics;

/**
 * Effect of a lasting change of 1 of a variable on its innovations, near one operating point:
 * {@code end + (start - end) kept^k} in the frame {@code k} of the change, counted from 0. The
 * change is a push of 1 unit per second of a variable whose causes act on its rate, and an offset
 * of 1 unit of any other. Innovations are in units of the variable, scaled to their usual
 * deviation.
 */
public record LastingChange(double start, double end, double kept) {
  /** So that a state that no reading corrects is one that is hardly corrected. */
  private static final double MOST_KEPT = 1 - 1e-9;

  /**
   * @param usual standard deviation of an innovation at the step of the training
   */
  static LastingChange of(DynamicEquation equation, double stepSeconds, double usual) {
    if (equation.memory() == Memory.NONE) {
      return new LastingChange(1, 1, 0);
    }
    SteadyState steady = SteadyState.of(equation, stepSeconds, 0);
    double scale = usual / steady.deviation();
    double kept = Math.min(MOST_KEPT, steady.kept());
    return equation.memory().actsOnRate()
        ? new LastingChange(scale * stepSeconds, scale * stepSeconds / (1 - kept), kept)
        : new LastingChange(scale, scale * (1 - steady.slope()) / (1 - kept), kept);
  }
}
