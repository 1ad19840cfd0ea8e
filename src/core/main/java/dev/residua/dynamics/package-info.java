/**
 * Equations with memory and delays between variables of a sequence, and the filter that gives their
 * one-step innovations; knows no images, no fitting and no clock.
 */
@NullMarked
package dev.residua.dynamics;

import org.jspecify.annotations.NullMarked;
