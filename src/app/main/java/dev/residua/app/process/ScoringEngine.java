package dev.residua.app.process;

import java.util.Locale;

/** Engines that run the network of the scoring role. */
public enum ScoringEngine {
  /** The fastest one of this machine that passes its self-test. */
  AUTO,
  /** ONNX Runtime in single precision: portable, and the engine of all calibrations. */
  ONNXRUNTIME,
  /** oneDNN in bfloat16. */
  ONEDNN,
  /** oneDNN in single precision. */
  ONEDNN_FP32,
  /** ONNX Runtime on an NVIDIA GPU in single precision, in a build with the profile {@code gpu}. */
  CUDA;

  /** Its name in the configuration, such as {@code onednn-fp32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
