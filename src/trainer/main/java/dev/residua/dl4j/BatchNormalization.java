package dev.residua.dl4j;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Takes each channel of a batch to mean 0 and variance 1 over all its frames and places (Ioffe and
 * Szegedy, ICML 2015), without a factor of its own: the layer behind is linear up to a rectifier
 * and has one. Computes in plain loops, so that it gives the same on every machine; O(values).
 */
final class BatchNormalization {
  /** Added to each variance. */
  static final double MIN_VARIANCE = 1e-5;

  private final int channels;
  private final float[] normal;
  private final float[] gradients;
  private final double[] mean;
  private final double[] variance;
  private final double[] scale;
  private boolean frozen;

  /**
   * @param values of a batch, the last dimension of which is the channels
   */
  BatchNormalization(int values, int channels) {
    this.channels = channels;
    this.normal = new float[values];
    this.gradients = new float[values];
    this.mean = new double[channels];
    this.variance = new double[channels];
    this.scale = new double[channels];
  }

  /** Mean of each channel in the last batch, to be read before the next one. */
  double[] mean() {
    return mean;
  }

  /** Variance of each channel in the last batch, likewise, divided by its number of values. */
  double[] variance() {
    return variance;
  }

  /** Fixes the statistics, instead of those of each batch. */
  void freeze(double[] means, double[] variances) {
    System.arraycopy(means, 0, mean, 0, channels);
    System.arraycopy(variances, 0, variance, 0, channels);
    prepareScale();
    frozen = true;
  }

  /** Factor of a channel with a variance. */
  static double scale(double variance) {
    return 1 / Math.sqrt(variance + MIN_VARIANCE);
  }

  private void prepareScale() {
    for (int c = 0; c < channels; c++) {
      scale[c] = scale(variance[c]);
    }
  }

  void forward(FloatBuffer values) {
    values.get(0, normal);
    if (!frozen) {
      measure();
    }
    for (int at = 0; at < normal.length; at += channels) {
      for (int c = 0; c < channels; c++) {
        normal[at + c] = (float) (scale[c] * (normal[at + c] - mean[c]));
      }
    }
    values.put(0, normal);
  }

  private void measure() {
    Arrays.fill(mean, 0);
    Arrays.fill(variance, 0);
    for (int at = 0; at < normal.length; at += channels) {
      for (int c = 0; c < channels; c++) {
        mean[c] += normal[at + c];
      }
    }
    int rows = normal.length / channels;
    for (int c = 0; c < channels; c++) {
      mean[c] /= rows;
    }
    for (int at = 0; at < normal.length; at += channels) {
      for (int c = 0; c < channels; c++) {
        double off = normal[at + c] - mean[c];
        variance[c] += off * off;
      }
    }
    for (int c = 0; c < channels; c++) {
      variance[c] /= rows;
    }
    prepareScale();
  }

  /**
   * From gradients by the normalised values of the last batch to those by the values.
   *
   * @param gradient receives them in place
   * @param byBias receives the gradient by the bias of each channel
   */
  void backward(FloatBuffer gradient, FloatBuffer byBias) {
    float[] g = gradients;
    gradient.get(0, g);
    double[] sum = new double[channels];
    double[] along = new double[channels];
    for (int at = 0; at < g.length; at += channels) {
      for (int c = 0; c < channels; c++) {
        sum[c] += g[at + c];
        along[c] += g[at + c] * (double) normal[at + c];
      }
    }
    int rows = normal.length / channels;
    for (int c = 0; c < channels; c++) {
      byBias.put(c, (float) sum[c]);
      sum[c] /= rows;
      along[c] /= rows;
    }
    for (int at = 0; at < g.length; at += channels) {
      for (int c = 0; c < channels; c++) {
        g[at + c] = (float) (scale[c] * (g[at + c] - sum[c] - along[c] * normal[at + c]));
      }
    }
    gradient.put(0, g);
  }
}
