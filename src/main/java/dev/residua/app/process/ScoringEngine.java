package dev.residua.app.process;

import java.util.Locale;

/** What runs the network of the scoring role. */
public enum ScoringEngine {
  /** The fastest that this machine has and that passes its self-test. */
  AUTO,
  /** ONNX Runtime in single precision: portable, and what models are calibrated with. */
  ONNXRUNTIME,
  /** oneDNN in bfloat16. */
  ONEDNN,
  /** oneDNN in single precision. */
  ONEDNN_FP32;

  /** As it is written in the configuration, for instance {@code onednn-fp32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
