/**
 * All measuring apparatus: benchmarks of the pipeline, the monitor and model swaps, run lengths of
 * the drift detector, and the comparison with a Python program. Not a part of the product.
 */
@NullMarked
package dev.residua.bench;

import org.jspecify.annotations.NullMarked;
