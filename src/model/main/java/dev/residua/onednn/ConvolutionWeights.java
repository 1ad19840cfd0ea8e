package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import org.jspecify.annotations.Nullable;

/**
 * Weights and biases of a convolution.
 *
 * @param values shape {@code [out][in][kernel][kernel]}; whole numbers from -127 to 127 if there
 *     are scales
 * @param scales that sums of products are multiplied by, one per output channel; null for none
 */
record ConvolutionWeights(float[] values, float @Nullable [] scales) {
  private static final int LARGEST = 127;

  static ConvolutionWeights of(NetworkLayer layer) {
    return new ConvolutionWeights(layer.weights(), null);
  }

  /**
   * Weights as whole numbers of eight bits with a scale for each output channel: each is off by at
   * most 1/254 of the largest of its channel.
   */
  static ConvolutionWeights inEightBits(NetworkLayer.Convolution layer) {
    int inputs = layer.in() * layer.kernel() * layer.kernel();
    float[] values = new float[layer.weights().length];
    float[] scales = new float[layer.out()];
    for (int out = 0; out < scales.length; out++) {
      float largest = 0;
      for (int at = out * inputs; at < (out + 1) * inputs; at++) {
        largest = Math.max(largest, Math.abs(layer.weights()[at]));
      }
      scales[out] = largest > 0 ? largest / LARGEST : 1;
      for (int at = out * inputs; at < (out + 1) * inputs; at++) {
        values[at] = Math.round(layer.weights()[at] / scales[out]);
      }
    }
    return new ConvolutionWeights(values, scales);
  }

  /** Value of weight {@code at} of output channel {@code out}. */
  float effective(int out, int at, Precision kept) {
    return scales == null ? kept.kept(values[at]) : values[at] * scales[out];
  }
}
