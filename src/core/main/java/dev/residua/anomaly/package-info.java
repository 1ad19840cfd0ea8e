/**
 * From structural residuals to p-values and a verdict on one frame, from readings of the picture to
 * faults of the sensor, and false discovery rates over many decisions. Pure: no clock, no
 * randomness, no I/O. A verdict looks at one frame; drift over many is another package.
 */
@NullMarked
package dev.residua.anomaly;

import org.jspecify.annotations.NullMarked;
