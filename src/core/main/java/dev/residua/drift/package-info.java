/**
 * Multi-scale random-feature MMD and plain charts against a fixed reference, with first-passage
 * thresholds. Pure: state and sample in, state and reading out.
 */
@NullMarked
package dev.residua.drift;

import org.jspecify.annotations.NullMarked;
