/**
 * The LANCA network on ND4J: the autoencoder as recorded native operations, the causal loss in
 * SameDiff, order and gates in plain Java; the training loop, and the network plan as its result.
 * INDArray never leaves this package.
 */
@NullMarked
package dev.residua.dl4j;

import org.jspecify.annotations.NullMarked;
