package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One array that is learnt.
 *
 * @param name unique within a network
 * @param group decides the learning rate
 * @param shape convolution {@code [kH, kW, in, out]}, transposed convolution {@code [kH, kW, out,
 *     in]}, dense {@code [in, out]}
 * @param scale standard deviation of the initial values; 0 starts at zero
 */
record Parameter(String name, Group group, long[] shape, double scale) {
  enum Group {
    AUTOENCODER,
    MECHANISM,
    ORDER,
    EDGES
  }

  /** Width of the first convolution, of the two that follow, and of the dense layers. */
  static final int FIRST = 32;

  static final int DEEP = 64;
  static final int DENSE = 128;

  /** Pixels on a side of the blocks that become channels. */
  static final int BLOCK = 4;

  /** Hidden units of each structural equation, in two layers. */
  static final int MECHANISM_UNITS = 32;

  /** All parameters of the network for images of a shape, in a fixed order. */
  static List<Parameter> of(ImageShape image, int latents) {
    int blocks = BLOCK * BLOCK * image.channels();
    int flat = flat(image);
    List<Parameter> all = new ArrayList<>();
    layer(all, "enc1", 9 * blocks, 3, 3, blocks, FIRST);
    layer(all, "enc2", 16 * FIRST, 4, 4, FIRST, DEEP);
    layer(all, "enc3", 16 * DEEP, 4, 4, DEEP, DEEP);
    layer(all, "enc4", flat, flat, DENSE);
    layer(all, "enc5", DENSE, DENSE, DENSE);
    layer(all, "enc6", 2 * DENSE, DENSE, latents);
    layer(all, "dec1", latents, latents, DENSE);
    layer(all, "dec2", DENSE, DENSE, DENSE);
    layer(all, "dec3", DENSE, DENSE, flat);
    deconvolution(all, "dec4", 4 * DEEP, 4, DEEP, DEEP);
    deconvolution(all, "dec5", 4 * DEEP, 4, FIRST, DEEP);
    layer(all, "dec6", 9 * FIRST * 2, 3, 3, FIRST, blocks);
    int d = latents;
    int h = MECHANISM_UNITS;
    all.add(new Parameter("mech1.w", Group.MECHANISM, new long[] {d, d, h}, Math.sqrt(1.0 / d)));
    all.add(new Parameter("mech1.b", Group.MECHANISM, new long[] {d, 1, h}, 0));
    all.add(new Parameter("mech2.w", Group.MECHANISM, new long[] {d, h, h}, Math.sqrt(1.0 / h)));
    all.add(new Parameter("mech2.b", Group.MECHANISM, new long[] {d, 1, h}, 0));
    all.add(new Parameter("mech3.w", Group.MECHANISM, new long[] {d, h, 1}, 0));
    all.add(new Parameter("mech3.b", Group.MECHANISM, new long[] {d, 1, 1}, 0));
    all.add(new Parameter("order", Group.ORDER, new long[] {1, d}, 0.01));
    all.add(new Parameter("edges", Group.EDGES, new long[] {d, d}, 0.01));
    return all;
  }

  /** Values between the convolutions and the dense layers. */
  static int flat(ImageShape image) {
    return image.height() / 16 * (image.width() / 16) * DEEP;
  }

  private static void layer(List<Parameter> all, String name, int fanIn, long... shape) {
    all.add(new Parameter(name + ".w", Group.AUTOENCODER, shape, Math.sqrt(2.0 / fanIn)));
    all.add(new Parameter(name + ".b", Group.AUTOENCODER, new long[] {shape[shape.length - 1]}, 0));
  }

  private static void deconvolution(
      List<Parameter> all, String name, int fanIn, int kernel, int out, int in) {
    all.add(
        new Parameter(
            name + ".w",
            Group.AUTOENCODER,
            new long[] {kernel, kernel, out, in},
            Math.sqrt(2.0 / fanIn)));
    all.add(new Parameter(name + ".b", Group.AUTOENCODER, new long[] {out}, 0));
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
    if (scale > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (scale * random.nextGaussian());
      }
    }
    return values;
  }
}
