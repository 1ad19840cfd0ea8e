/**
 * The LANCA network in SameDiff: losses, training loop, ONNX export. INDArray never leaves this
 * package.
 */
@NullMarked
package dev.residua.dl4j;

import org.jspecify.annotations.NullMarked;
