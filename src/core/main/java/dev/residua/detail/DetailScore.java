package dev.residua.detail;

/**
 * Deviation of a detail picture from normal.
 *
 * @param score of the highest tile, in robust standard deviations above its median; at least 0
 * @param across position from the left, as a share of the width, in (0, 1)
 * @param down position from the top, as a share of the height, in (0, 1)
 */
public record DetailScore(float score, float across, float down) {}
