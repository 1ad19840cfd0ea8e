package dev.residua.causal;

/**
 * Degree to which the details of one frame are unusual, in a picture larger than the network's.
 *
 * @param score of the most unusual tile, in robust standard deviations above its median; at least 0
 * @param pValue conformal p-value of the score, in (0, 1]
 * @param across place from the left, as a share of the width of the part that is read, in [0, 1]
 * @param down place from the top, as a share of the height, in [0, 1]
 */
public record DetailStatistics(float score, float pValue, float across, float down) {}
