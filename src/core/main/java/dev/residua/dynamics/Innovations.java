package dev.residua.dynamics;

/**
 * Result of one frame.
 *
 * @param state after the frame
 * @param expected one-step predictions of the readings; NaN if unknown
 * @param values reading minus prediction, one per variable; NaN if unknown
 * @param deviations standard deviations of the innovations if the model holds; NaN if unknown
 */
public record Innovations(
    DynamicState state, double[] expected, double[] values, double[] deviations) {}
