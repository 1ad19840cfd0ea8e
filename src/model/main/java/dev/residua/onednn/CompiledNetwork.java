package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.onednn.OperationBuilder.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.reduction;
import org.bytedeco.dnnl.stream;

/**
 * A network plan as native operations for one number of frames, with its weights in the layout that
 * the processor prefers. Immutable after construction and safe for several threads, each with a
 * {@link Workspace}.
 *
 * <p>Pixels are whole numbers up to 255: the first layer reads them as they are, unless everything
 * is in single precision, and its weights are whole numbers too, with a scale for each output
 * channel. Its response to the mean image is subtracted from its sums, in single precision. Layers
 * next to the latents, which are small, are in single precision altogether.
 */
final class CompiledNetwork implements AutoCloseable {
  private final OperationBuilder operations;
  private final NetworkPlan plan;
  private final Precision precision;
  private final ConvolutionBuilder convolutions;
  private final DenseBuilder denseLayers;
  private final Slot pixels;
  private final Slot blocks;
  private final Slot code;
  private final List<Step> sum = new ArrayList<>();
  private final Slot squares;
  private final Slot errors;
  private final List<Step> unpack = new ArrayList<>();
  private final List<Step> encode = new ArrayList<>();
  private final List<Step> decode = new ArrayList<>();

  /**
   * @param precision of all layers but the first one and those next to the latents
   * @param frames frames of each run, at least 1
   * @throws IllegalArgumentException if oneDNN cannot run the plan on this machine
   */
  CompiledNetwork(NetworkPlan plan, Precision precision, int frames) {
    this.plan = plan;
    this.precision = precision;
    this.operations = new OperationBuilder(frames);
    this.convolutions = new ConvolutionBuilder(operations, plan);
    this.denseLayers = new DenseBuilder(operations);
    try {
      this.pixels = operations.slot(pixelRows());
      this.blocks = operations.slot(operations.picture(plan.blocks(), pixelPrecision()));
      unpack.add(operations.convert(pixels, new Slot(blocks.buffer(), blockRows())));
      this.code = encoder();
      Values squared = decoder();
      this.squares = squared.slot();
      this.errors = summed(squared);
    } catch (RuntimeException e) {
      operations.close();
      throw new IllegalArgumentException(
          "oneDNN cannot run this network in %s on this machine: %s"
              .formatted(precision, e.getMessage()),
          e);
    }
  }

  /** Describes frames as rows of blocks: values of a block's row are adjacent there as well. */
  private memory.desc pixelRows() {
    NetworkLayer.Size size = plan.blocks();
    int line = plan.block() * plan.image().channels();
    long row = (long) plan.image().width() * plan.image().channels();
    return operations.own(
        new memory.desc(
            rowShape(),
            memory.data_type.u8,
            OperationBuilder.dims(
                size.rows() * plan.block() * row, plan.block() * row, line, row, 1)));
  }

  /** Describes blocks as rows of blocks. */
  private memory.desc blockRows() {
    NetworkLayer.Size size = plan.blocks();
    int line = plan.block() * plan.image().channels();
    long block = (long) plan.block() * line;
    return operations.own(
        new memory.desc(
            rowShape(),
            pixelPrecision().type(),
            OperationBuilder.dims(
                size.rows() * size.columns() * block, size.columns() * block, block, line, 1)));
  }

  private Precision pixelPrecision() {
    return precision == Precision.FP32 ? Precision.FP32 : Precision.INT8;
  }

  private long[] rowShape() {
    NetworkLayer.Size size = plan.blocks();
    return OperationBuilder.dims(
        operations.frames(),
        size.rows(),
        size.columns(),
        plan.block(),
        (long) plan.block() * plan.image().channels());
  }

  private Slot encoder() {
    Values at = new Values(blocks, plan.blocks());
    List<NetworkLayer> layers = plan.encoder();
    Precision[] kept = precisions(layers.size(), layers.size() - 1);
    kept[0] = pixelPrecision();
    for (int i = 0; i < layers.size(); i++) {
      Precision next = i + 1 < layers.size() ? kept[i + 1] : Precision.FP32;
      if (layers.get(i) instanceof NetworkLayer.Convolution layer) {
        at =
            i == 0
                ? convolutions.addFirst(encode, at, layer, kept[i], next)
                : convolutions.add(encode, at, layer, kept[i], next);
      } else if (layers.get(i) instanceof NetworkLayer.Dense layer) {
        at = denseLayers.add(encode, at, layer, kept[i], next, null);
      }
    }
    return at.slot();
  }

  private Values decoder() {
    Values at = new Values(code, new NetworkLayer.Size(plan.latents(), 1, 1));
    List<NetworkLayer> layers = plan.decoder();
    Precision[] kept = precisions(layers.size(), 0);
    DeconvolutionBuilder deconvolutions = new DeconvolutionBuilder(operations);
    for (int i = 0; i < layers.size(); i++) {
      boolean last = i == layers.size() - 1;
      Precision next = last ? Precision.FP32 : kept[i + 1];
      if (layers.get(i) instanceof NetworkLayer.Dense layer) {
        boolean spreads = !(layers.get(i + 1) instanceof NetworkLayer.Dense);
        at =
            denseLayers.add(
                decode, at, layer, kept[i], next, spreads ? plan.decoderPicture() : null);
      } else if (layers.get(i) instanceof NetworkLayer.Deconvolution layer) {
        at = deconvolutions.add(decode, at, layer, kept[i], next);
      } else if (layers.get(i) instanceof NetworkLayer.Convolution layer) {
        at =
            last
                ? convolutions.addLast(decode, at, layer, kept[i], blocks)
                : convolutions.add(decode, at, layer, kept[i], next);
      }
    }
    return at;
  }

  /** The network's precision for every layer but one, which is in single precision. */
  private Precision[] precisions(int layers, int single) {
    Precision[] kept = new Precision[layers];
    Arrays.fill(kept, precision);
    kept[single] = Precision.FP32;
    return kept;
  }

  /** Adds the sum of all values of each frame. */
  private Slot summed(Values at) {
    memory.desc flat = operations.matrix(Math.toIntExact(at.size().values()), Precision.FP32);
    Slot sums = operations.slot(operations.matrix(1, Precision.FP32));
    try (Natives local = new Natives()) {
      reduction.primitive_desc description =
          local.own(
              new reduction.primitive_desc(
                  operations.processor(),
                  dnnl.algorithm.reduction_sum,
                  flat,
                  sums.description(),
                  0,
                  0,
                  OperationBuilder.attributes(local, local.own(new post_ops())),
                  false));
      sum.add(
          operations.step(
              operations.own(new reduction(description)),
              description,
              List.of(),
              List.of(
                  new Step.Variable(OperationBuilder.SOURCE, new Slot(at.slot().buffer(), flat)),
                  new Step.Variable(OperationBuilder.TARGET, sums))));
    }
    return sums;
  }

  /** Frames of each run. */
  int frames() {
    return operations.frames();
  }

  engine engine() {
    return operations.processor();
  }

  stream stream() {
    return operations.stream();
  }

  /** Sizes of the buffers of a workspace. */
  List<Long> bufferBytes() {
    return operations.bufferBytes();
  }

  /** Frames as they arrive, unsigned bytes. */
  Slot pixels() {
    return pixels;
  }

  /** Standardised latents before their correction, floats. */
  Slot code() {
    return code;
  }

  /** Squared differences in grey levels, floats, values of a pixel as the plan numbers them. */
  Slot squares() {
    return squares;
  }

  /** Sums of squared differences, floats. */
  Slot errors() {
    return errors;
  }

  /** From pixels to blocks. */
  List<Step> unpack() {
    return unpack;
  }

  /** From blocks to the code. */
  List<Step> encode() {
    return encode;
  }

  /** From squared differences to errors. */
  List<Step> sum() {
    return sum;
  }

  /** From the code and blocks to squared differences. */
  List<Step> decode() {
    return decode;
  }

  @Override
  public void close() {
    operations.close();
  }
}
