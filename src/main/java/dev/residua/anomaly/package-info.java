/**
 * From structural residuals to conformal p-values and a verdict on one frame. Pure: no clock, no
 * randomness, no I/O. Does not look at more than one frame at a time.
 */
@NullMarked
package dev.residua.anomaly;

import org.jspecify.annotations.NullMarked;
