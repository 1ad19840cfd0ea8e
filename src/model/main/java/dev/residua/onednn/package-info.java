/**
 * Runs a network plan with oneDNN behind the NetworkEngine port: convolutions and dense layers in
 * bfloat16 (or single precision) with single-precision sums, all else in single precision. Native
 * memory never leaves this package. Does not read model files, and does not decide when it is used.
 */
@NullMarked
package dev.residua.onednn;

import org.jspecify.annotations.NullMarked;
