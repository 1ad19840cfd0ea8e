package dev.residua.model;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.CausalModel;
import dev.residua.causal.LatentCorrection;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.Readability;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.dynamics.DynamicModel;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The network of a model, layer by layer, with its equations: every engine is built from it. Layers
 * fit each other, and memory and multiply-adds per frame are bounded. Nothing is copied.
 *
 * <p>A frame is cut into blocks of {@code block x block} pixels, whose values become channels:
 * channel {@code (row in block * block + column in block) * colours + colour}. The mean image is
 * subtracted, in grey levels; scaling is inside the first layer. The encoder gives standardised
 * latents (the code); these are corrected, and the equations hold between corrected ones. The
 * decoder goes from the code to blocks above the mean image, again in grey levels.
 *
 * @param image shape of the frames
 * @param latents number of columns {@code d} that are encoded: one for each latent that is a real
 *     number, and one for each value of a categorical one
 * @param block pixels on a side of a block
 * @param meanImage grey levels, shape {@code [block * block * colours][rows of blocks][columns]}
 * @param encoder first layer a convolution, last one a dense layer with {@code d} outputs
 * @param correction from code to latents; null if they are the same
 * @param equations between columns and, behind them, the variables of a model that has any; a
 *     categorical latent is 1 in the column of its value and 0 in its others, and the expectations
 *     of these columns means nothing
 * @param decoder first layer dense with {@code d} inputs, last one a convolution
 * @param distributions of the categorical latents, ascending; none in most models
 * @param errorScale factor of the sum of squared differences in grey levels
 * @param dynamics equations of the nodes, of which those apply that use earlier frames; null if
 *     none does
 * @param readability of the latents; null if unknown
 * @param given nodes that are given, see {@link CausalModel}; not stored with the network, as the
 *     names of the variables say it
 */
public record NetworkPlan(
    ImageShape image,
    int latents,
    int block,
    float[] meanImage,
    List<NetworkLayer> encoder,
    @Nullable LatentCorrection correction,
    StructuralEquations equations,
    List<NetworkLayer> decoder,
    List<CategoricalDistribution> distributions,
    float errorScale,
    @Nullable DynamicModel dynamics,
    @Nullable Readability readability,
    List<Integer> given) {
  /** Most columns. */
  public static final int MAX_COLUMNS = 512;

  /** Most layers of the encoder, and of the decoder. */
  public static final int MAX_LAYERS = 16;

  private static final int MAX_BLOCK = 16;

  /** Values of one layer per value of a frame, in addition to {@link #SMALL_VALUES}. */
  private static final int VALUES_PER_VALUE = 4;

  private static final int SMALL_VALUES = 1 << 17;

  /**
   * Multiply-adds per value of a frame, in addition to {@link #SMALL_MULTIPLY_ADDS}. The trainer's
   * networks need 1,100 (three colours) to 2,300 (one).
   */
  private static final long MULTIPLY_ADDS_PER_VALUE = 1 << 13;

  private static final long SMALL_MULTIPLY_ADDS = 1 << 26;

  /**
   * @throws IllegalArgumentException if layers do not fit each other, the image or the number of
   *     latents, or if they cost too much
   */
  public NetworkPlan {
    encoder = List.copyOf(encoder);
    decoder = List.copyOf(decoder);
    distributions = List.copyOf(distributions);
    given = List.copyOf(given);
    if (block < 1
        || block > MAX_BLOCK
        || image.width() % block != 0
        || image.height() % block != 0
        || meanImage.length != image.size()) {
      throw new IllegalArgumentException(
          "network of %s frames has blocks of %d pixels and a mean image of %d values, expected blocks of 1 to %d pixels that divide the sides and %d values"
              .formatted(image, block, meanImage.length, MAX_BLOCK, image.size()));
    }
    if (equations.latents() < latents
        || (correction != null && correction.latents() != latents)
        || !(errorScale > 0 && errorScale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "network of %d latents has equations of %d%s and an error scale of %s"
              .formatted(
                  latents,
                  equations.latents(),
                  correction == null ? "" : ", a correction of " + correction.latents(),
                  errorScale));
    }
    checkDistributions(latents, equations.latents() - latents, correction, distributions);
    if (dynamics != null && (!distributions.isEmpty() || dynamics.size() != equations.latents())) {
      throw new IllegalArgumentException(
          "%d dynamic equations for %d nodes%s"
              .formatted(
                  dynamics.size(),
                  equations.latents(),
                  distributions.isEmpty() ? "" : ", of which some are categories"));
    }
    if (readability != null && readability.latents() != latents) {
      throw new IllegalArgumentException(
          "readability of %d latents, the network has %d"
              .formatted(readability.latents(), latents));
    }
    int channels = block * block * image.channels();
    if (encoder.size() < 2
        || encoder.size() > MAX_LAYERS
        || !(encoder.get(0) instanceof NetworkLayer.Convolution)
        || !denseFollows(encoder)
        || !(encoder.get(encoder.size() - 1) instanceof NetworkLayer.Dense code)
        || code.out() != latents) {
      throw new IllegalArgumentException(
          "an encoder has 2 to %d layers: convolutions from %d channels, then dense layers to %d latents"
              .formatted(MAX_LAYERS, channels, latents));
    }
    if (decoder.size() < 2
        || decoder.size() > MAX_LAYERS
        || !(decoder.get(0) instanceof NetworkLayer.Dense)
        || !denseLeads(decoder)
        || !(decoder.get(decoder.size() - 1) instanceof NetworkLayer.Convolution last)
        || last.out() != channels
        || last.relu()) {
      throw new IllegalArgumentException(
          "a decoder has 2 to %d layers: dense layers from %d latents, then convolutions, the last one linear with %d channels"
              .formatted(MAX_LAYERS, latents, channels));
    }
    NetworkLayer.Size blocks =
        new NetworkLayer.Size(channels, image.height() / block, image.width() / block);
    Walk walk = new Walk(image);
    walk.through(encoder, blocks);
    int dense = denseLayers(decoder);
    walk.through(decoder.subList(0, dense), new NetworkLayer.Size(latents, 1, 1));
    NetworkLayer.Size end =
        walk.through(decoder.subList(dense, decoder.size()), spread(decoder, dense, blocks));
    if (!end.equals(blocks)) {
      throw new IllegalArgumentException(
          "a decoder gives %dx%d blocks, expected %dx%d"
              .formatted(end.columns(), end.rows(), blocks.columns(), blocks.rows()));
    }
    walk.cost(equations.features() * 2L * equations.latents());
    walk.cost(correction == null ? 0 : correction.centres() * 2L * latents);
  }

  /** A network without categorical latents and without equations that use earlier frames. */
  public NetworkPlan(
      ImageShape image,
      int latents,
      int block,
      float[] meanImage,
      List<NetworkLayer> encoder,
      @Nullable LatentCorrection correction,
      StructuralEquations equations,
      List<NetworkLayer> decoder,
      float errorScale) {
    this(
        image,
        latents,
        block,
        meanImage,
        encoder,
        correction,
        equations,
        decoder,
        List.of(),
        errorScale,
        null,
        null,
        List.of());
  }

  /** The same network with other distributions of its categorical latents. */
  public NetworkPlan withDistributions(List<CategoricalDistribution> other) {
    return distributions.isEmpty() && other.isEmpty() ? this : with(equations, other, dynamics);
  }

  /** The same network with dynamic equations, or without. */
  public NetworkPlan withDynamics(@Nullable DynamicModel other) {
    return dynamics == null && other == null ? this : with(equations, distributions, other);
  }

  /** The same network, whose engines give the errors of the pixels of each latent. */
  public NetworkPlan withReadability(@Nullable Readability other) {
    return with(equations, distributions, dynamics, other, given);
  }

  /** The same network, of which other nodes are given. */
  public NetworkPlan withGiven(List<Integer> other) {
    return with(equations, distributions, dynamics, readability, other);
  }

  /** The same network with other equations. */
  public NetworkPlan with(
      StructuralEquations ofNodes,
      List<CategoricalDistribution> ofCategories,
      @Nullable DynamicModel overTime) {
    return with(ofNodes, ofCategories, overTime, readability, given);
  }

  private NetworkPlan with(
      StructuralEquations ofNodes,
      List<CategoricalDistribution> ofCategories,
      @Nullable DynamicModel overTime,
      @Nullable Readability ofLatents,
      List<Integer> ofVariables) {
    return new NetworkPlan(
        image,
        latents,
        block,
        meanImage,
        encoder,
        correction,
        ofNodes,
        decoder,
        ofCategories,
        errorScale,
        overTime,
        ofLatents,
        ofVariables);
  }

  private static void checkDistributions(
      int columns,
      int variables,
      @Nullable LatentCorrection correction,
      List<CategoricalDistribution> distributions) {
    if (distributions.isEmpty()) {
      return;
    }
    int nodes = columns;
    int last = -1;
    for (CategoricalDistribution distribution : distributions) {
      nodes -= distribution.values() - 1;
      if (distribution.node() <= last) {
        throw new IllegalArgumentException(
            "the distribution of node %d follows that of node %d"
                .formatted(distribution.node(), last));
      }
      last = distribution.node();
    }
    if (correction != null || columns > MAX_COLUMNS || last >= nodes) {
      throw new IllegalArgumentException(
          "network of %d columns, at most %d, has %d latents, a distribution of node %d%s"
              .formatted(
                  columns,
                  MAX_COLUMNS,
                  nodes,
                  last,
                  correction == null ? "" : ", and a correction"));
    }
    NodeColumns all = columns(columns, distributions).withReal(variables);
    for (CategoricalDistribution distribution : distributions) {
      int before = -1;
      for (int j = 0; j < distribution.parents().length; j++) {
        int parent = distribution.parents()[j];
        if (parent <= before
            || parent >= all.latents()
            || parent == distribution.node()
            || all.count(parent) != distribution.parentValues()[j]) {
          throw new IllegalArgumentException(
              "the distribution of node %d has cause %d with %d values"
                  .formatted(distribution.node(), parent, distribution.parentValues()[j]));
        }
        before = parent;
      }
    }
  }

  private static NodeColumns columns(int columns, List<CategoricalDistribution> distributions) {
    int nodes = columns;
    for (CategoricalDistribution distribution : distributions) {
      nodes -= distribution.values() - 1;
    }
    int[] counts = new int[nodes];
    Arrays.fill(counts, 1);
    distributions.forEach(distribution -> counts[distribution.node()] = distribution.values());
    return NodeColumns.of(counts);
  }

  /** Which columns make a latent. */
  public NodeColumns columns() {
    return columns(latents, distributions);
  }

  /** The causal part: what follows from the codes of this network. */
  public CausalModel causalModel() {
    long seed =
        distributions.isEmpty() && given.isEmpty()
            ? 0
            : Long.parseUnsignedLong(
                ModelBundle.sha256(NetworkPlanCodec.toBytes(this)).substring(0, 16), 16);
    return new CausalModel(
        columns(), correction, equations, distributions, seed, given, historic());
  }

  private int[] historic() {
    return dynamics == null
        ? new int[0]
        : IntStream.range(0, dynamics.size()).filter(dynamics::usesHistory).toArray();
  }

  /**
   * Opens an engine on this network, and joins it with the causal part.
   *
   * @return owns native memory
   */
  public ResidualScorer scorer(EngineFactory engines) {
    CausalModel model = causalModel();
    return new ResidualScorer(engines.open(this), model, PixelMask.NONE, readability);
  }

  /**
   * Joins this network, run by an engine, and its causal part.
   *
   * @param engine runs this network; closed with the scorer
   */
  public ResidualScorer scorer(NetworkEngine engine) {
    return new ResidualScorer(engine, causalModel(), PixelMask.NONE, readability);
  }

  /** Returns true if convolutions come first, and then dense layers only. */
  private static boolean denseFollows(List<NetworkLayer> encoder) {
    boolean dense = false;
    for (NetworkLayer layer : encoder) {
      if (layer instanceof NetworkLayer.Deconvolution
          || (dense && !(layer instanceof NetworkLayer.Dense))) {
        return false;
      }
      dense |= layer instanceof NetworkLayer.Dense;
    }
    return true;
  }

  /** Returns true if dense layers come first only. */
  private static boolean denseLeads(List<NetworkLayer> decoder) {
    return decoder.subList(denseLayers(decoder), decoder.size()).stream()
        .noneMatch(NetworkLayer.Dense.class::isInstance);
  }

  private static int denseLayers(List<NetworkLayer> decoder) {
    int dense = 0;
    while (decoder.get(dense) instanceof NetworkLayer.Dense) {
      dense++;
    }
    return dense;
  }

  /** Size of the picture that the values of the decoder's dense layers become. */
  private static NetworkLayer.Size spread(
      List<NetworkLayer> decoder, int dense, NetworkLayer.Size blocks) {
    int rows = blocks.rows();
    int columns = blocks.columns();
    for (int i = decoder.size() - 1; i >= dense; i--) {
      if (decoder.get(i) instanceof NetworkLayer.Deconvolution layer) {
        rows = layer.inputSide(rows);
        columns = layer.inputSide(columns);
      }
    }
    int values = decoder.get(dense - 1).out();
    long area = (long) rows * columns;
    if (rows < 1 || columns < 1 || values % area != 0) {
      throw new IllegalArgumentException(
          "a decoder's dense layers give %d values, which do not make pictures of %dx%d"
              .formatted(values, columns, rows));
    }
    return new NetworkLayer.Size((int) (values / area), rows, columns);
  }

  /** Checks that each layer takes the output of the previous one, and adds up their costs. */
  private static final class Walk {
    private final long maxValues;
    private final long maxMultiplyAdds;
    private long multiplyAdds;

    Walk(ImageShape image) {
      maxValues = (long) VALUES_PER_VALUE * image.size() + SMALL_VALUES;
      maxMultiplyAdds = MULTIPLY_ADDS_PER_VALUE * image.size() + SMALL_MULTIPLY_ADDS;
    }

    NetworkLayer.Size through(List<NetworkLayer> layers, NetworkLayer.Size start) {
      NetworkLayer.Size at = start;
      for (NetworkLayer layer : layers) {
        NetworkLayer.Size next = layer.output(at);
        long in = layer instanceof NetworkLayer.Dense ? at.values() : at.channels();
        if (layer.in() != in || next.rows() < 1 || next.columns() < 1) {
          throw new IllegalArgumentException(
              "a layer takes %d and gives %d of %dx%d, the previous one gives %d of %dx%d"
                  .formatted(
                      layer.in(),
                      next.channels(),
                      next.columns(),
                      next.rows(),
                      at.channels(),
                      at.columns(),
                      at.rows()));
        }
        if (next.values() > maxValues) {
          throw new IllegalArgumentException(
              "a layer gives %d values per frame, expected at most %d"
                  .formatted(next.values(), maxValues));
        }
        cost(layer.multiplyAdds(at));
        at = next;
      }
      return at;
    }

    void cost(long count) {
      multiplyAdds += count;
      if (multiplyAdds > maxMultiplyAdds) {
        throw new IllegalArgumentException(
            "the network needs more than %d multiply-adds per frame".formatted(maxMultiplyAdds));
      }
    }
  }

  /** Number of variables {@code k}, which the equations read but the network does not encode. */
  public int variables() {
    return equations.latents() - latents;
  }

  /** Number of weights and biases of all layers. */
  public long parameters() {
    return Stream.concat(encoder.stream(), decoder.stream())
        .mapToLong(layer -> (long) layer.weights().length + layer.bias().length)
        .sum();
  }

  /** Multiply-adds per frame of all layers. */
  public long multiplyAdds() {
    int dense = denseLayers(decoder);
    return multiplyAdds(encoder, blocks())
        + multiplyAdds(decoder.subList(0, dense), new NetworkLayer.Size(latents, 1, 1))
        + multiplyAdds(decoder.subList(dense, decoder.size()), decoderPicture());
  }

  private static long multiplyAdds(List<NetworkLayer> layers, NetworkLayer.Size start) {
    long count = 0;
    NetworkLayer.Size at = start;
    for (NetworkLayer layer : layers) {
      count += layer.multiplyAdds(at);
      at = layer.output(at);
    }
    return count;
  }

  /** The mean image as a picture, in grey levels, {@code [height][width][channels]}. */
  public float[] meanPicture() {
    float[] picture = new float[image.size()];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = meanImage[blockIndex(i)];
    }
    return picture;
  }

  /** Index in {@code [channels][rows][columns]} of blocks of a value of a picture. */
  int blockIndex(int value) {
    int colours = image.channels();
    int colour = value % colours;
    int x = value / colours % image.width();
    int y = value / colours / image.width();
    int channel = (y % block * block + x % block) * colours + colour;
    return (channel * (image.height() / block) + y / block) * (image.width() / block) + x / block;
  }

  /**
   * Index in {@code [rows][columns][channels]} of blocks of the first value of a pixel; the values
   * of its other colours follow.
   *
   * @param block pixels on a side of a block
   */
  public static int blockValue(ImageShape image, int block, int pixel) {
    int x = pixel % image.width();
    int y = pixel / image.width();
    int column = (y / block) * (image.width() / block) + x / block;
    return (column * block * block + y % block * block + x % block) * image.channels();
  }

  /** Size of a frame in blocks: what the encoder takes and the decoder gives. */
  public NetworkLayer.Size blocks() {
    return new NetworkLayer.Size(
        block * block * image.channels(), image.height() / block, image.width() / block);
  }

  /** Size of the picture that the values of the decoder's dense layers become. */
  public NetworkLayer.Size decoderPicture() {
    return spread(decoder, denseLayers(decoder), blocks());
  }
}
