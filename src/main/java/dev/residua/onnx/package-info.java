/**
 * Runs scorer.onnx with ONNX Runtime behind the FrameScorer port. OnnxTensor never leaves this
 * package.
 */
@NullMarked
package dev.residua.onnx;

import org.jspecify.annotations.NullMarked;
