package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.ArrayList;
import java.util.List;

/**
 * What decides which arrays a network has.
 *
 * @param image shape of the frames
 * @param latents number of latents
 * @param variational whether the encoder also gives a log variance for each latent
 * @param relaxation of the order, which decides the shape of its scores
 */
record NetworkLayout(
    ImageShape image, int latents, boolean variational, OrderRelaxation relaxation) {
  /** Width of the first convolution, of the two that follow, and of the dense layers. */
  static final int FIRST = 32;

  static final int DEEP = 64;
  static final int DENSE = 128;

  /** Pixels on a side of the blocks that become channels. */
  static final int BLOCK = 4;

  /** Hidden units of each structural equation, in two layers. */
  static final int MECHANISM_UNITS = 32;

  /** A deterministic encoder and SoftSort. */
  static NetworkLayout of(ImageShape image, int latents) {
    return new NetworkLayout(image, latents, false, OrderRelaxation.SOFT_SORT);
  }

  /** All parameters, in a fixed order. */
  List<Parameter> parameters() {
    int blocks = BLOCK * BLOCK * image.channels();
    int flat = flat();
    int d = latents;
    int h = MECHANISM_UNITS;
    List<Parameter> all = new ArrayList<>();
    layer(all, "enc1", 9 * blocks, 3, 3, blocks, FIRST);
    layer(all, "enc2", 16 * FIRST, 4, 4, FIRST, DEEP);
    layer(all, "enc3", 16 * DEEP, 4, 4, DEEP, DEEP);
    layer(all, "enc4", flat, flat, DENSE);
    layer(all, "enc5", DENSE, DENSE, DENSE);
    layer(all, "enc6", DENSE, DENSE, d);
    layer(all, "dec1", d, d, DENSE);
    layer(all, "dec2", DENSE, DENSE, DENSE);
    layer(all, "dec3", DENSE, DENSE, flat);
    deconvolution(all, "dec4", DEEP, DEEP);
    deconvolution(all, "dec5", FIRST, DEEP);
    layer(all, "dec6", 9 * FIRST, 3, 3, FIRST, blocks);
    all.add(Parameter.normal("mech1.w", Parameter.Group.MECHANISM, Math.sqrt(1.0 / d), d, d, h));
    all.add(Parameter.zero("mech1.b", Parameter.Group.MECHANISM, d, 1, h));
    all.add(Parameter.normal("mech2.w", Parameter.Group.MECHANISM, Math.sqrt(1.0 / h), d, h, h));
    all.add(Parameter.zero("mech2.b", Parameter.Group.MECHANISM, d, 1, h));
    all.add(Parameter.zero("mech3.w", Parameter.Group.MECHANISM, d, h, 1));
    all.add(Parameter.zero("mech3.b", Parameter.Group.MECHANISM, d, 1, 1));
    long ranks = relaxation == OrderRelaxation.SOFT_SORT ? 1 : d;
    all.add(Parameter.normal("order", Parameter.Group.ORDER, 0.01, ranks, d));
    all.add(Parameter.normal("edges", Parameter.Group.EDGES, 0.01, d, d));
    if (variational) {
      layer(all, "enc7", DENSE, DENSE, d);
    }
    return all;
  }

  /** Values between the convolutions and the dense layers. */
  int flat() {
    return image.height() / 16 * (image.width() / 16) * DEEP;
  }

  private static void layer(List<Parameter> all, String name, int fanIn, long... shape) {
    all.add(Parameter.uniform(name + ".w", fanIn, shape));
    all.add(Parameter.uniform(name + ".b", fanIn, shape[shape.length - 1]));
  }

  /** PyTorch counts a transposed convolution's inputs along its outgoing channels. */
  private static void deconvolution(List<Parameter> all, String name, int out, int in) {
    int kernel = 4;
    int fanIn = kernel * kernel * out;
    all.add(Parameter.uniform(name + ".w", fanIn, kernel, kernel, out, in));
    all.add(Parameter.uniform(name + ".b", fanIn, out));
  }
}
