package dev.residua.dl4j;

import java.util.Random;

/**
 * One array of a network.
 *
 * @param name unique within a network
 * @param group decides the learning rate
 * @param shape convolution {@code [kH, kW, in, out]}, transposed convolution {@code [kH, kW, out,
 *     in]}, dense {@code [in, out]}
 * @param start distribution of the initial values
 * @param scale bound of a uniform start, standard deviation of a normal one
 */
record Parameter(String name, Group group, long[] shape, Start start, double scale) {
  enum Group {
    AUTOENCODER,
    MECHANISM,
    ORDER,
    EDGES,
    /** Is measured in place of learnt. */
    STATISTICS
  }

  enum Start {
    ZERO,
    NORMAL,
    UNIFORM
  }

  /** Part of the autoencoder, uniform within {@code 1 / sqrt(fanIn)} as PyTorch starts layers. */
  static Parameter uniform(String name, int fanIn, long... shape) {
    return new Parameter(
        name, Group.AUTOENCODER, shape, Start.UNIFORM, 1 / Math.sqrt((double) fanIn));
  }

  static Parameter normal(String name, Group group, double scale, long... shape) {
    return new Parameter(name, group, shape, Start.NORMAL, scale);
  }

  static Parameter zero(String name, Group group, long... shape) {
    return new Parameter(name, group, shape, Start.ZERO, 0);
  }

  int length() {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    return Math.toIntExact(product);
  }

  float[] initial(Random random) {
    float[] values = new float[length()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (start) {
            case ZERO -> 0;
            case NORMAL -> (float) (scale * random.nextGaussian());
            case UNIFORM -> (float) (scale * (2 * random.nextDouble() - 1));
          };
    }
    return values;
  }
}
