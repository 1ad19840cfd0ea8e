/**
 * Runs a network plan with ONNX Runtime behind the NetworkEngine port. OnnxTensor never leaves this
 * package. Does not use ND4J or its ONNX classes.
 */
@NullMarked
package dev.residua.onnx;

import org.jspecify.annotations.NullMarked;
