package dev.residua.onednn;

import org.bytedeco.dnnl.memory;

/** Format of weights and activations; sums are in single precision or in 32 bits. */
public enum Precision {
  /** bfloat16: 8 significant bits. Needs AVX512_BF16 or AMX to be fast. */
  BF16(memory.data_type.bf16, memory.data_type.bf16),
  /** Single precision. */
  FP32(memory.data_type.f32, memory.data_type.f32),
  /** Whole numbers of eight bits: pixels, with weights that have a scale. Needs VNNI to be fast. */
  INT8(memory.data_type.u8, memory.data_type.s8);

  private final memory.data_type type;
  private final memory.data_type weights;

  Precision(memory.data_type type, memory.data_type weights) {
    this.type = type;
    this.weights = weights;
  }

  /** Of activations. */
  memory.data_type type() {
    return type;
  }

  memory.data_type weights() {
    return weights;
  }

  /** A value as it is kept without a scale: to the nearest bfloat16, ties to even, or as it is. */
  float kept(float value) {
    if (this != BF16) {
      return value;
    }
    int bits = Float.floatToRawIntBits(value);
    int rounded = bits + 0x7FFF + ((bits >>> 16) & 1);
    return Float.intBitsToFloat(rounded & 0xFFFF0000);
  }
}
