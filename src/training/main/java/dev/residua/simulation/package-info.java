/** Simulated scenes with known causes, and scripted streams with known faults. */
@NullMarked
package dev.residua.simulation;

import org.jspecify.annotations.NullMarked;
