/**
 * The LANCA network on ND4J: the autoencoder as recorded native operations, the causal loss in
 * SameDiff, order and gates in plain Java; training loop, ONNX export. INDArray never leaves this
 * package.
 */
@NullMarked
package dev.residua.dl4j;

import org.jspecify.annotations.NullMarked;
