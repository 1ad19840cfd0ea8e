/**
 * All measuring apparatus: benchmarks of the pipeline, the monitor and model swaps, run lengths of
 * the drift detector, and the comparison with a Python program. Only the root command refers to it.
 */
@NullMarked
package dev.residua.bench;

import org.jspecify.annotations.NullMarked;
