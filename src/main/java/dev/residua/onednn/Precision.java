package dev.residua.onednn;

import org.bytedeco.dnnl.memory;

/** What weights and activations are kept in; sums are in single precision either way. */
public enum Precision {
  /** bfloat16: 8 significant bits. Needs AVX512_BF16 or AMX to be fast. */
  BF16(memory.data_type.bf16, Short.BYTES),
  /** Single precision. */
  FP32(memory.data_type.f32, Float.BYTES);

  private final memory.data_type type;
  private final int bytes;

  Precision(memory.data_type type, int bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  memory.data_type type() {
    return type;
  }

  int bytes() {
    return bytes;
  }

  /** A value as it is kept: to the nearest bfloat16, ties to even, or as it is. */
  float kept(float value) {
    if (this == FP32) {
      return value;
    }
    int bits = Float.floatToRawIntBits(value);
    int rounded = bits + 0x7FFF + ((bits >>> 16) & 1);
    return Float.intBitsToFloat(rounded & 0xFFFF0000);
  }
}
