/**
 * The LANCA network on ND4J: the autoencoder as recorded native operations, the causal loss in
 * SameDiff, order and gates in plain Java; the training loop, and the network plan of what it
 * learnt. The variational layer of Deeplearning4j, with which experiments compare the network.
 * INDArray never leaves this package.
 */
@NullMarked
package dev.residua.dl4j;

import org.jspecify.annotations.NullMarked;
