/**
 * Fits equations with memory and delays to sequences of readings, and searches their causes; knows
 * no images.
 */
@NullMarked
package dev.residua.training.dynamics;

import org.jspecify.annotations.NullMarked;
