package dev.residua.model;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.LatentCorrection;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes and reads network plans, the entry {@link ModelBundle#NETWORK} of a bundle. Reading trusts
 * nothing: every number of the header is bounded, and the header must account for exactly the bytes
 * that follow it, before any array is allocated.
 *
 * <p>Layout (big-endian). Header, 32-bit integers: mark, version, width, height, channels, latents
 * {@code d}, block, layers of the encoder, layers of the decoder, centres of the correction {@code
 * c} (0 if there is none), cosines of the equations {@code m}, in version 2 also variables {@code
 * k} (1 or more; version 1 has none), in version 3 variables (0 or more), the number of
 * distributions of categorical latents (1 or more) and for each its node, values and number of
 * causes, and each cause with its number of values; for each layer its kind (0 dense, 1
 * convolution, 2 transposed convolution), inputs, outputs, kernel, stride, padding (1, 1 and 0 for
 * dense layers) and whether it has a ReLU (0 or 1); a 64-bit set of the latents that the correction
 * changes by more than a bias. Then 32-bit floats, all finite: the error scale, the mean image,
 * weights and biases of each layer, of a correction its centres {@code [d][c]}, biases {@code [d]},
 * scales {@code [d]} and, for each latent of the set, weights {@code [c]}, of the equations of
 * {@code n = d + k} nodes their intercepts {@code [n]}, slopes {@code [n][n]}, frequencies {@code
 * [n][m]}, phases {@code [m]} and weights {@code [m][n]}, and of each distribution its intercepts
 * {@code [combinations][values]} and slopes {@code [real causes][values]}.
 */
public final class NetworkPlanCodec {
  static final int MAGIC = 0x52534e50; // "RSNP"
  static final int VERSION = 1;

  /** Version of a plan with variables. */
  static final int VERSION_VARIABLES = 2;

  /** Version of a plan with categorical latents. */
  static final int VERSION_CATEGORIES = 3;

  static final int MAX_CENTRES = 1 << 12;
  static final int MAX_COSINES = 1 << 16;
  private static final int HEADER_INTS = 11;
  private static final int LAYER_INTS = 7;
  private static final int DENSE = 0;
  private static final int CONVOLUTION = 1;
  private static final int DECONVOLUTION = 2;

  private NetworkPlanCodec() {}

  /** Returns the plan as bytes; the same plan gives the same bytes. */
  public static byte[] toBytes(NetworkPlan plan) {
    List<NetworkLayer> layers = layers(plan.encoder(), plan.decoder());
    List<float[]> arrays = arrays(plan, layers);
    long floats = arrays.stream().mapToLong(array -> array.length).sum();
    boolean variables = plan.variables() > 0;
    boolean categories = !plan.distributions().isEmpty();
    int header =
        Integer.BYTES
                * (HEADER_INTS
                    + (variables || categories ? 1 : 0)
                    + distributionInts(plan.distributions())
                    + LAYER_INTS * layers.size())
            + Long.BYTES;
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(header + Float.BYTES * floats));
    LatentCorrection correction = plan.correction();
    out.putInt(MAGIC)
        .putInt(categories ? VERSION_CATEGORIES : variables ? VERSION_VARIABLES : VERSION);
    out.putInt(plan.image().width())
        .putInt(plan.image().height())
        .putInt(plan.image().channels())
        .putInt(plan.latents())
        .putInt(plan.block())
        .putInt(plan.encoder().size())
        .putInt(plan.decoder().size())
        .putInt(correction == null ? 0 : correction.centres())
        .putInt(plan.equations().features());
    if (variables || categories) {
      out.putInt(plan.variables());
    }
    if (categories) {
      out.putInt(plan.distributions().size());
      plan.distributions().forEach(distribution -> DistributionHeader.of(distribution).write(out));
    }
    layers.forEach(layer -> LayerHeader.of(layer).write(out));
    long corrected = 0;
    for (int i = 0; correction != null && i < plan.latents(); i++) {
      corrected |= correction.weights(i).length > 0 ? 1L << i : 0;
    }
    out.putLong(corrected);
    for (float[] array : arrays) {
      out.asFloatBuffer().put(array);
      out.position(out.position() + Float.BYTES * array.length);
    }
    return out.array();
  }

  private static int distributionInts(List<CategoricalDistribution> distributions) {
    return distributions.isEmpty()
        ? 0
        : 1
            + distributions.stream()
                .mapToInt(distribution -> 3 + 2 * distribution.parents().length)
                .sum();
  }

  private static List<NetworkLayer> layers(List<NetworkLayer> encoder, List<NetworkLayer> decoder) {
    List<NetworkLayer> layers = new ArrayList<>(encoder);
    layers.addAll(decoder);
    return layers;
  }

  /** All arrays in the order of the layout. */
  private static List<float[]> arrays(NetworkPlan plan, List<NetworkLayer> layers) {
    List<float[]> arrays = new ArrayList<>();
    arrays.add(new float[] {plan.errorScale()});
    arrays.add(plan.meanImage());
    for (NetworkLayer layer : layers) {
      arrays.add(layer.weights());
      arrays.add(layer.bias());
    }
    LatentCorrection correction = plan.correction();
    if (correction != null) {
      for (int i = 0; i < plan.latents(); i++) {
        arrays.add(correction.centres(i));
      }
      arrays.add(correction.biases());
      arrays.add(correction.scales());
      for (int i = 0; i < plan.latents(); i++) {
        arrays.add(correction.weights(i));
      }
    }
    StructuralEquations equations = plan.equations();
    arrays.add(equations.intercepts());
    arrays.add(equations.linear());
    arrays.add(equations.frequencies());
    arrays.add(equations.phases());
    arrays.add(equations.weights());
    for (CategoricalDistribution distribution : plan.distributions()) {
      arrays.add(distribution.intercepts());
      arrays.add(distribution.slopes());
    }
    return arrays;
  }

  /**
   * Reads a plan.
   *
   * @throws IllegalArgumentException if the bytes are anything but a plan; the message gives the
   *     value and the expected one
   */
  public static NetworkPlan fromBytes(byte[] bytes) {
    try {
      return read(ByteBuffer.wrap(bytes));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it is cut off after " + bytes.length + " bytes", e);
    }
  }

  private static NetworkPlan read(ByteBuffer in) {
    int magic = in.getInt();
    int version = in.getInt();
    if (magic != MAGIC || version < VERSION || version > VERSION_CATEGORIES) {
      throw new IllegalArgumentException(
          "its mark is %08x and its version %d, expected %08x and %d to %d"
              .formatted(magic, version, MAGIC, VERSION, VERSION_CATEGORIES));
    }
    int width = bounded("width", in.getInt(), 1, BundleManifest.MAX_SIDE);
    int height = bounded("height", in.getInt(), 1, BundleManifest.MAX_SIDE);
    bounded("number of pixels", width * height, 1, BundleManifest.MAX_PIXELS);
    ImageShape image = new ImageShape(width, height, in.getInt());
    boolean categories = version == VERSION_CATEGORIES;
    int d =
        bounded(
            "number of latents",
            in.getInt(),
            1,
            categories ? NetworkPlan.MAX_COLUMNS : BundleManifest.MAX_LATENTS);
    int block = in.getInt();
    int encoder = bounded("encoder's layers", in.getInt(), 1, NetworkPlan.MAX_LAYERS);
    int decoder = bounded("decoder's layers", in.getInt(), 1, NetworkPlan.MAX_LAYERS);
    int centres = bounded("correction's centres", in.getInt(), 0, categories ? 0 : MAX_CENTRES);
    int cosines = bounded("equations' cosines", in.getInt(), 0, MAX_COSINES);
    int n =
        version == VERSION
            ? d
            : d
                + bounded(
                    "number of variables",
                    in.getInt(),
                    categories ? 0 : 1,
                    BundleManifest.MAX_LATENTS - (categories ? 1 : d));
    List<DistributionHeader> distributions = new ArrayList<>();
    int distributionCount =
        categories
            ? bounded("number of distributions", in.getInt(), 1, BundleManifest.MAX_LATENTS)
            : 0;
    for (int i = 0; i < distributionCount; i++) {
      distributions.add(DistributionHeader.read(in));
    }
    List<LayerHeader> headers = new ArrayList<>();
    long floats = 1L + image.size();
    for (int i = 0; i < encoder + decoder; i++) {
      LayerHeader header = LayerHeader.read(in, i);
      headers.add(header);
      floats += header.weights() + header.out();
    }
    long corrected = in.getLong();
    if ((centres > 0 && (corrected & ~((1L << d) - 1)) != 0) || (centres == 0 && corrected != 0)) {
      throw new IllegalArgumentException(
          "it corrects latents %x of %d with %d centres".formatted(corrected, d, centres));
    }
    if (centres > 0) {
      floats += (long) centres * (d + Long.bitCount(corrected)) + 2L * d;
    }
    floats += n + (long) n * n + cosines * (2L * n + 1);
    floats += distributions.stream().mapToLong(DistributionHeader::numbers).sum();
    if (in.remaining() != Float.BYTES * floats) {
      throw new IllegalArgumentException(
          "its header is for %d numbers in %d bytes, but %d bytes follow"
              .formatted(floats, Float.BYTES * floats, in.remaining()));
    }
    float errorScale = floats("error scale", in, 1)[0];
    float[] meanImage = floats("mean image", in, image.size());
    List<NetworkLayer> layers = new ArrayList<>();
    for (LayerHeader header : headers) {
      layers.add(header.layer(in, layers.size()));
    }
    LatentCorrection correction = centres == 0 ? null : correction(in, d, centres, corrected);
    StructuralEquations equations =
        new StructuralEquations(
            floats("equations' intercepts", in, n),
            floats("equations' slopes", in, n * n),
            floats("equations' frequencies", in, n * cosines),
            floats("equations' phases", in, cosines),
            floats("equations' weights", in, n * cosines));
    List<CategoricalDistribution> read = new ArrayList<>();
    for (DistributionHeader distribution : distributions) {
      read.add(distribution.distribution(in));
    }
    return new NetworkPlan(
        image,
        d,
        block,
        meanImage,
        layers.subList(0, encoder),
        correction,
        equations,
        layers.subList(encoder, layers.size()),
        read,
        errorScale,
        null,
        null,
        List.of());
  }

  private static LatentCorrection correction(ByteBuffer in, int d, int count, long corrected) {
    float[][] centres = new float[d][];
    for (int i = 0; i < d; i++) {
      centres[i] = floats("correction's centres", in, count);
    }
    float[] biases = floats("correction's biases", in, d);
    float[] scales = floats("correction's scales", in, d);
    float[][] weights = new float[d][];
    for (int i = 0; i < d; i++) {
      boolean has = (corrected >> i & 1) != 0;
      weights[i] = floats("correction's weights", in, has ? count : 0);
    }
    return new LatentCorrection(centres, biases, scales, weights);
  }

  private static float[] floats(String what, ByteBuffer in, int count) {
    float[] values = new float[count];
    in.asFloatBuffer().get(values);
    in.position(in.position() + Float.BYTES * count);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "its %s has the value %s, expected finite numbers".formatted(what, value));
      }
    }
    return values;
  }

  private static int bounded(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "its %s is %d, expected %d to %d".formatted(what, value, min, max));
    }
    return value;
  }

  /** The header of a distribution. */
  @SuppressWarnings("ArrayRecordComponent") // read once
  private record DistributionHeader(int node, int values, int[] parents, int[] parentValues) {
    static DistributionHeader of(CategoricalDistribution distribution) {
      return new DistributionHeader(
          distribution.node(),
          distribution.values(),
          distribution.parents(),
          distribution.parentValues());
    }

    void write(ByteBuffer to) {
      to.putInt(node).putInt(values).putInt(parents.length);
      for (int j = 0; j < parents.length; j++) {
        to.putInt(parents[j]).putInt(parentValues[j]);
      }
    }

    static DistributionHeader read(ByteBuffer from) {
      int most = BundleManifest.MAX_LATENTS;
      int node = bounded("distribution's node", from.getInt(), 0, most - 1);
      int values =
          bounded("distribution's values", from.getInt(), 2, CategoricalDistribution.MAX_VALUES);
      int[] parents = new int[bounded("distribution's causes", from.getInt(), 0, most)];
      int[] parentValues = new int[parents.length];
      for (int j = 0; j < parents.length; j++) {
        parents[j] = bounded("distribution's cause", from.getInt(), 0, most - 1);
        parentValues[j] =
            bounded(
                "distribution's cause's values",
                from.getInt(),
                1,
                CategoricalDistribution.MAX_VALUES);
      }
      return new DistributionHeader(node, values, parents, parentValues);
    }

    private long intercepts() {
      return CategoricalDistribution.combinations(parentValues) * values;
    }

    private long slopes() {
      return Arrays.stream(parentValues).filter(count -> count == 1).count() * values;
    }

    long numbers() {
      return bounded(
              "distribution's combinations",
              (int) Math.min(Integer.MAX_VALUE, intercepts()),
              1,
              CategoricalDistribution.MAX_NUMBERS)
          + slopes();
    }

    CategoricalDistribution distribution(ByteBuffer from) {
      return new CategoricalDistribution(
          node,
          values,
          parents,
          parentValues,
          floats("distribution's intercepts", from, (int) intercepts()),
          floats("distribution's slopes", from, (int) slopes()));
    }
  }

  /** The header of a layer. */
  private record LayerHeader(
      int kind, int in, int out, int kernel, int stride, int padding, boolean relu) {
    static LayerHeader of(NetworkLayer layer) {
      if (layer instanceof NetworkLayer.Convolution c) {
        return new LayerHeader(
            CONVOLUTION, c.in(), c.out(), c.kernel(), c.stride(), c.padding(), c.relu());
      }
      if (layer instanceof NetworkLayer.Deconvolution c) {
        return new LayerHeader(
            DECONVOLUTION, c.in(), c.out(), c.kernel(), c.stride(), c.padding(), c.relu());
      }
      return new LayerHeader(DENSE, layer.in(), layer.out(), 1, 1, 0, layer.relu());
    }

    void write(ByteBuffer to) {
      to.putInt(kind).putInt(in).putInt(out).putInt(kernel).putInt(stride).putInt(padding);
      to.putInt(relu ? 1 : 0);
    }

    static LayerHeader read(ByteBuffer from, int index) {
      String of = " of layer " + index;
      int kind = bounded("kind" + of, from.getInt(), DENSE, DECONVOLUTION);
      int side = kind == DENSE ? 1 : NetworkLayer.MAX_KERNEL;
      return new LayerHeader(
          kind,
          bounded("inputs" + of, from.getInt(), 1, NetworkLayer.MAX_WIDTH),
          bounded("outputs" + of, from.getInt(), 1, NetworkLayer.MAX_WIDTH),
          bounded("kernel" + of, from.getInt(), 1, side),
          bounded("stride" + of, from.getInt(), 1, side),
          bounded("padding" + of, from.getInt(), 0, side - 1),
          bounded("activation" + of, from.getInt(), 0, 1) == 1);
    }

    long weights() {
      return (long) in * out * kernel * kernel;
    }

    NetworkLayer layer(ByteBuffer from, int index) {
      float[] w = floats("layer " + index, from, (int) weights());
      float[] b = floats("layer " + index, from, out);
      return switch (kind) {
        case CONVOLUTION ->
            new NetworkLayer.Convolution(in, out, kernel, stride, padding, w, b, relu);
        case DECONVOLUTION ->
            new NetworkLayer.Deconvolution(in, out, kernel, stride, padding, w, b, relu);
        default -> new NetworkLayer.Dense(in, out, w, b, relu);
      };
    }
  }
}
