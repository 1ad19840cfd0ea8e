package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Properties that determine the arrays of a network.
 *
 * <p>Convolutions halve the picture of blocks until dense layers read it. Larger frames are halved
 * more often, so that the dense layers do not grow with them.
 *
 * @param image shape of the frames
 * @param latents number of latents
 * @param variational whether the encoder also gives a log variance for each latent
 * @param relaxation of the order, which decides the shape of its scores
 * @param halvings number of convolutions with stride 2, at least 2
 * @param normalized whether the encoder's convolutions are normalised over a batch while they learn
 */
record NetworkLayout(
    ImageShape image,
    int latents,
    boolean variational,
    OrderRelaxation relaxation,
    int halvings,
    boolean normalized) {
  /** Halvings of the smallest frames, and of all networks before they grew with the frames. */
  static final int MIN_HALVINGS = 2;

  /** Width of the first convolution, of the two that follow, and of the dense layers. */
  static final int FIRST = 32;

  static final int DEEP = 64;
  static final int DENSE = 128;

  /** Suffix of a convolution's name in the names of its statistics. */
  static final String MEAN = ".mean";

  static final String VARIANCE = ".variance";

  /** Pixels on a side of the blocks that become channels. */
  static final int BLOCK = 4;

  /** Hidden units of each structural equation, in two layers. */
  static final int MECHANISM_UNITS = 32;

  /** Most values that dense layers read, if the sides can be halved further. */
  private static final int MAX_FLAT = 2_304;

  NetworkLayout {
    int multiple = BLOCK << halvings;
    if (halvings < MIN_HALVINGS
        || image.width() % multiple != 0
        || image.height() % multiple != 0) {
      throw new IllegalArgumentException(
          "frames of %s cannot be halved %d times in blocks of %d pixels"
              .formatted(image, halvings, BLOCK));
    }
  }

  /** The usual number of halvings for the image. */
  NetworkLayout(ImageShape image, int latents, boolean variational, OrderRelaxation relaxation) {
    this(image, latents, variational, relaxation, halvings(image), false);
  }

  private static int halvings(ImageShape image) {
    int halvings = MIN_HALVINGS;
    while (flat(image, halvings) > MAX_FLAT
        && image.width() % (BLOCK << (halvings + 1)) == 0
        && image.height() % (BLOCK << (halvings + 1)) == 0) {
      halvings++;
    }
    return halvings;
  }

  NetworkLayout withHalvings(int other) {
    return new NetworkLayout(image, latents, variational, relaxation, other, normalized);
  }

  NetworkLayout withNormalized(boolean wanted) {
    return new NetworkLayout(image, latents, variational, relaxation, halvings, wanted);
  }

  /** A deterministic encoder and SoftSort. */
  static NetworkLayout of(ImageShape image, int latents) {
    return new NetworkLayout(image, latents, false, OrderRelaxation.SOFT_SORT);
  }

  List<Parameter> parameters() {
    int blocks = BLOCK * BLOCK * image.channels();
    int flat = flat();
    int d = latents;
    int h = MECHANISM_UNITS;
    List<Parameter> all = new ArrayList<>();
    layer(all, "enc1", 9 * blocks, 3, 3, blocks, FIRST);
    layer(all, "enc2", 16 * FIRST, 4, 4, FIRST, DEEP);
    layer(all, "enc3", 16 * DEEP, 4, 4, DEEP, DEEP);
    for (String name : furtherConvolutions()) {
      layer(all, name, 16 * DEEP, 4, 4, DEEP, DEEP);
    }
    layer(all, "enc4", flat, flat, DENSE);
    layer(all, "enc5", DENSE, DENSE, DENSE);
    layer(all, "enc6", DENSE, DENSE, d);
    layer(all, "dec1", d, d, DENSE);
    layer(all, "dec2", DENSE, DENSE, DENSE);
    layer(all, "dec3", DENSE, DENSE, flat);
    for (String name : furtherDeconvolutions()) {
      deconvolution(all, name, DEEP, DEEP);
    }
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
    if (normalized) {
      for (String name : convolutions()) {
        long channels = name.equals("enc1") ? FIRST : DEEP;
        all.add(Parameter.zero(name + MEAN, Parameter.Group.STATISTICS, channels));
        all.add(Parameter.zero(name + VARIANCE, Parameter.Group.STATISTICS, channels));
      }
    }
    return all;
  }

  List<String> convolutions() {
    List<String> all = new ArrayList<>(List.of("enc1", "enc2", "enc3"));
    all.addAll(furtherConvolutions());
    return all;
  }

  /** Names of the convolutions that follow {@code enc3}, in their order. */
  List<String> furtherConvolutions() {
    return further("encDeep");
  }

  /** Names of the transposed convolutions in front of {@code dec4}, in their order. */
  List<String> furtherDeconvolutions() {
    return further("decDeep");
  }

  private List<String> further(String prefix) {
    return IntStream.rangeClosed(1, halvings - MIN_HALVINGS).mapToObj(i -> prefix + i).toList();
  }

  /** Rows of the picture between the convolutions and the dense layers. */
  int deepRows() {
    return image.height() / (BLOCK << halvings);
  }

  int deepColumns() {
    return image.width() / (BLOCK << halvings);
  }

  /** Values between the convolutions and the dense layers. */
  int flat() {
    return flat(image, halvings);
  }

  private static int flat(ImageShape image, int halvings) {
    int side = BLOCK << halvings;
    return image.height() / side * (image.width() / side) * DEEP;
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
