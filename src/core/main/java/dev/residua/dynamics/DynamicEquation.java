package dev.residua.dynamics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Structural equation of one variable with memory. With memory {@code x(t+h) = x(t) + h (c + own(x)
 * + sum of effects) + w} and the reading is {@code y = x + r}; without memory {@code y = c + sum of
 * effects + r}. A slow error is a state that is added to the latter: {@code x(t+h) = x(t) + h
 * own(x) + w}. Effects add up: products of causes are not representable. Immutable.
 *
 * @param memory kind
 * @param constant {@code c}, per second if causes act on a rate of change
 * @param own effect of the own state on its rate of change, per second; for {@link
 *     Memory#FIRST_ORDER} and {@link Memory#SLOW_ERROR}
 * @param causes at most one per variable
 * @param processVariance variance of {@code w} per second; 0 without memory
 * @param readingVariance variance of {@code r}
 */
public record DynamicEquation(
    Memory memory,
    double constant,
    @Nullable SmoothFunction own,
    List<DelayedCause> causes,
    double processVariance,
    double readingVariance) {
  /**
   * @throws IllegalArgumentException if a component contradicts the memory, a cause is named twice,
   *     a number is not finite, or both variances are 0
   */
  public DynamicEquation {
    causes = List.copyOf(causes);
    if ((own != null) != (memory == Memory.FIRST_ORDER || memory == Memory.SLOW_ERROR)) {
      throw new IllegalArgumentException(
          "an effect of the own state belongs to FIRST_ORDER and SLOW_ERROR, memory is " + memory);
    }
    if (!Double.isFinite(constant)) {
      throw new IllegalArgumentException("constant must be finite but was " + constant);
    }
    Set<Integer> seen = new HashSet<>();
    for (DelayedCause cause : causes) {
      if (!seen.add(cause.variable())) {
        throw new IllegalArgumentException(
            "variable %d is named twice".formatted(cause.variable()));
      }
    }
    double sum = processVariance + readingVariance;
    if (!(processVariance >= 0 && readingVariance >= 0 && sum > 0 && Double.isFinite(sum))) {
      throw new IllegalArgumentException(
          "variances must be finite, at least 0 and one above 0, got process %s and reading %s"
              .formatted(processVariance, readingVariance));
    }
    if (memory == Memory.SLOW_ERROR && !(own != null && own.value(0) == 0 && own.slope(0) < 0)) {
      throw new IllegalArgumentException("a slow error must decay to 0");
    }
    if (memory == Memory.NONE && processVariance > 0) {
      throw new IllegalArgumentException(
          "a variable without memory has no process noise but got " + processVariance);
    }
  }

  /** Longest delay of a cause, in seconds; 0 without causes. */
  public double longestDelay() {
    double longest = 0;
    for (DelayedCause cause : causes) {
      longest = Math.max(longest, cause.delaySeconds());
    }
    return longest;
  }

  /** The equation with other causes and another constant. */
  private DynamicEquation with(
      double other, @Nullable SmoothFunction ofState, List<DelayedCause> by) {
    return new DynamicEquation(memory, other, ofState, by, processVariance, readingVariance);
  }

  /** The equation with a constant push, in the units of {@link #constant}. */
  DynamicEquation pushed(double push) {
    return with(constant + push, own, causes);
  }

  /** The equation with all rates of change multiplied. */
  DynamicEquation faster(double factor) {
    return with(
        factor * constant,
        own == null ? null : own.times(factor),
        causes.stream()
            .map(c -> new DelayedCause(c.variable(), c.delaySeconds(), c.effect().times(factor)))
            .toList());
  }

  /** The equation with another cause in the place of one. */
  DynamicEquation withCause(int index, DelayedCause cause) {
    List<DelayedCause> others = new ArrayList<>(causes);
    others.set(index, cause);
    return with(constant, own, others);
  }

  /** Variance of the state long after the last reading, near state 0. */
  double stationaryVariance(double stepSeconds) {
    double slope = 1 + stepSeconds * ownSlope(0);
    return stepSeconds * processVariance / (1 - slope * slope);
  }

  double own(double state) {
    return own == null ? 0 : own.value(state);
  }

  double ownSlope(double state) {
    return own == null ? 0 : own.slope(state);
  }
}
