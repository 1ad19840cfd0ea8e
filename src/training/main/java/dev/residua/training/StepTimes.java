package dev.residua.training;

import java.util.Arrays;

/**
 * Wall-clock times of training steps, without the first fifth, in which engine and virtual machine
 * warm up.
 *
 * @param medianMillis of a step, including its wait for data
 * @param p90Millis 90th percentile of the same
 * @param threadMillis median processor time of the training thread, which of all threads computes
 *     longest; other work on the machine hardly changes it
 * @param waitShare share of the time in which the network waited for data, in [0, 1]
 */
public record StepTimes(
    double medianMillis, double p90Millis, double threadMillis, double waitShare) {
  /**
   * @param steps nanoseconds of each step, in order, at least one
   * @param waits of these, those spent waiting for data, same length
   * @param processor nanoseconds that the training thread computed, same length
   */
  public static StepTimes of(long[] steps, long[] waits, long[] processor) {
    int skipped = steps.length / 5;
    long[] sorted = Arrays.copyOfRange(steps, skipped, steps.length);
    long total = Arrays.stream(sorted).sum();
    long waiting = Arrays.stream(waits, skipped, waits.length).sum();
    Arrays.sort(sorted);
    long[] computed = Arrays.copyOfRange(processor, skipped, processor.length);
    Arrays.sort(computed);
    int n = sorted.length;
    return new StepTimes(
        sorted[n / 2] / 1e6,
        sorted[Math.min(n - 1, (int) (0.9 * n))] / 1e6,
        computed[n / 2] / 1e6,
        total > 0 ? (double) waiting / total : 0);
  }
}
