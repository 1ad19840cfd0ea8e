package dev.residua.drift;

/**
 * A level of the drift statistic and the time that a quiet stream stays below it. Run lengths are
 * first-passage times from the first sample of a stream, in samples.
 *
 * @param targetRunLength as requested
 * @param value alarm when {@link DriftReading#statistic} is at least this
 * @param estimatedRunLength estimated mean run length at {@code value}
 * @param low lower end of its 95 % interval for streams watched with this reference: the error of
 *     the simulation (and of the extrapolation) and the spread between references of this size,
 *     combined
 * @param high upper end
 * @param extrapolated true if the target exceeds the simulation, so that the run length rests on a
 *     log-linear extension of the tail
 */
public record Threshold(
    double targetRunLength,
    float value,
    double estimatedRunLength,
    double low,
    double high,
    boolean extrapolated) {}
