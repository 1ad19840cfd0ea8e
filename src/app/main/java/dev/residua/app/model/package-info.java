/**
 * Opens bundles: chooses engines, wires calibrations to the packages that use them, finds the first
 * model of a process.
 */
@NullMarked
package dev.residua.app.model;

import org.jspecify.annotations.NullMarked;
