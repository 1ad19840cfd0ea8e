/**
 * Calibration of one source under one model from the source's own first frames: location, scale and
 * autoregressive filter of every residual, and bounds beyond which a person reviews them. Pure: no
 * clock, no I/O, seeds are arguments. It does not decide what happens to incidents while a source
 * learns.
 */
@NullMarked
package dev.residua.commissioning;

import org.jspecify.annotations.NullMarked;
