package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.deconvolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.reduction;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/**
 * A network plan as native operations for one number of frames, with its weights in the layout that
 * the processor likes. Immutable after construction and safe for several threads, each with a
 * {@link Workspace}.
 *
 * <p>Pixels are whole numbers up to 255 and so exact in bfloat16: they go into the first layer as
 * they are, and what the layer makes of the mean image is subtracted from its sums, in single
 * precision. Layers next to the latents, which are small, are in single precision altogether.
 */
final class CompiledNetwork implements AutoCloseable {
  private static final int SOURCE = dnnl.DNNL_ARG_SRC;
  private static final int TARGET = dnnl.DNNL_ARG_DST;

  private final Natives natives = new Natives();
  private final NetworkPlan plan;
  private final Precision precision;
  private final int frames;
  private final engine processor;
  private final stream stream;
  private final List<Long> bufferBytes = new ArrayList<>();
  private final int scratch;
  private final Slot pixels;
  private final Slot blocks;
  private final Slot code;
  private final Slot errors;
  private final List<Step> unpack = new ArrayList<>();
  private final List<Step> encode = new ArrayList<>();
  private final List<Step> decode = new ArrayList<>();

  /**
   * @param frames frames of each run, at least 1
   * @throws IllegalArgumentException if oneDNN cannot run the plan on this machine
   */
  CompiledNetwork(NetworkPlan plan, Precision precision, int frames) {
    this.plan = plan;
    this.precision = precision;
    this.frames = frames;
    this.processor = natives.own(new engine(engine.kind.cpu, 0));
    this.stream = natives.own(new stream(processor));
    try {
      this.scratch = buffer(1);
      int colours = plan.image().channels();
      int block = plan.block();
      int line = block * colours;
      // The order of values in a block row is that of the frame, so only rows of blocks move.
      long[] whole = {frames, plan.rows(), plan.columns(), block, line};
      int row = plan.image().width() * colours;
      this.pixels =
          slot(
              natives.own(
                  new memory.desc(
                      whole,
                      memory.data_type.u8,
                      new long[] {
                        (long) plan.rows() * block * row, (long) block * row, line, row, 1
                      })));
      this.blocks = slot(picture(blockChannels(), plan.rows(), plan.columns(), precision));
      memory.desc cut =
          natives.own(
              new memory.desc(
                  whole,
                  precision.type(),
                  new long[] {
                    (long) plan.rows() * plan.columns() * block * line,
                    (long) plan.columns() * block * line,
                    (long) block * line,
                    line,
                    1
                  }));
      unpack.add(convert(pixels, new Slot(blocks.buffer(), cut)));
      this.code = compileEncoder();
      this.errors = compileDecoder();
    } catch (RuntimeException e) {
      natives.close();
      throw new IllegalArgumentException(
          "oneDNN cannot run this network in %s on this machine: %s"
              .formatted(precision, e.getMessage()),
          e);
    }
  }

  private int blockChannels() {
    return plan.block() * plan.block() * plan.image().channels();
  }

  /** Where a layer's input stands while layers are compiled. */
  private static final class Cursor {
    private Slot slot;
    private int channels;
    private int rows;
    private int columns;

    Cursor(Slot slot, int channels, int rows, int columns) {
      this.slot = slot;
      this.channels = channels;
      this.rows = rows;
      this.columns = columns;
    }

    int values() {
      return channels * rows * columns;
    }
  }

  private Slot compileEncoder() {
    Cursor at = new Cursor(blocks, blockChannels(), plan.rows(), plan.columns());
    List<NetworkLayer> layers = plan.encoder();
    Precision[] kept = precisions(layers.size(), layers.size() - 1);
    for (int i = 0; i < layers.size(); i++) {
      NetworkLayer layer = layers.get(i);
      Precision target = i + 1 < layers.size() ? kept[i + 1] : Precision.FP32;
      if (layer instanceof NetworkLayer.Convolution convolution) {
        FirstSums sums = i == 0 ? new FirstSums(convolution) : null;
        convolve(encode, at, convolution, kept[i], target, sums, false);
      } else if (layer instanceof NetworkLayer.Dense dense) {
        multiply(encode, at, dense, kept[i], target, null);
      } else {
        throw new IllegalArgumentException("an encoder has no " + layer.getClass().getSimpleName());
      }
    }
    return at.slot;
  }

  /** The network's precision for every layer but one, which is in single precision. */
  private Precision[] precisions(int layers, int single) {
    Precision[] kept = new Precision[layers];
    Arrays.fill(kept, precision);
    kept[single] = Precision.FP32;
    return kept;
  }

  private Slot compileDecoder() {
    Cursor at = new Cursor(code, plan.latents(), 1, 1);
    List<NetworkLayer> layers = plan.decoder();
    Precision[] kept = precisions(layers.size(), 0);
    int rows = plan.rows();
    int columns = plan.columns();
    for (NetworkLayer layer : layers) {
      if (layer instanceof NetworkLayer.Deconvolution deconvolution) {
        rows = smaller(rows, deconvolution);
        columns = smaller(columns, deconvolution);
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      NetworkLayer layer = layers.get(i);
      boolean last = i == layers.size() - 1;
      Precision target = last ? Precision.FP32 : kept[i + 1];
      if (layer instanceof NetworkLayer.Dense dense) {
        boolean spreads = !(layers.get(i + 1) instanceof NetworkLayer.Dense);
        int area = rows * columns;
        int[] spread = spreads ? new int[] {dense.out() / area, rows, columns} : null;
        multiply(decode, at, dense, kept[i], target, spread);
      } else if (layer instanceof NetworkLayer.Deconvolution deconvolution) {
        deconvolve(at, deconvolution, kept[i], target);
      } else if (layer instanceof NetworkLayer.Convolution convolution) {
        convolve(decode, at, convolution, kept[i], target, null, last);
      }
    }
    memory.desc flat =
        natives.own(
            new memory.desc(dims(frames, at.values()), memory.data_type.f32, memory.format_tag.ab));
    Slot sums =
        slot(
            natives.own(
                new memory.desc(dims(frames, 1), memory.data_type.f32, memory.format_tag.ab)));
    try (Natives local = new Natives()) {
      reduction.primitive_desc description =
          local.own(
              new reduction.primitive_desc(
                  processor,
                  dnnl.algorithm.reduction_sum,
                  flat,
                  sums.description(),
                  0,
                  0,
                  attributes(local, local.own(new post_ops())),
                  false));
      decode.add(
          step(
              natives.own(new reduction(description)),
              description,
              List.of(),
              List.of(
                  new Step.Variable(SOURCE, new Slot(at.slot.buffer(), flat)),
                  new Step.Variable(TARGET, sums))));
    }
    return sums;
  }

  private static int smaller(int side, NetworkLayer.Deconvolution layer) {
    return (side + 2 * layer.padding() - layer.kernel()) / layer.stride() + 1;
  }

  /** What the first layer adds to its sums: its bias less what it makes of the mean image. */
  private final class FirstSums {
    private final float[] values; // [row][column][channel]

    FirstSums(NetworkLayer.Convolution layer) {
      int rows = plan.rows();
      int columns = plan.columns();
      int k = layer.kernel();
      values = new float[rows * columns * layer.out()];
      for (int o = 0; o < layer.out(); o++) {
        for (int y = 0; y < rows; y++) {
          for (int x = 0; x < columns; x++) {
            double sum = layer.bias()[o];
            for (int c = 0; c < layer.in(); c++) {
              for (int dy = 0; dy < k; dy++) {
                int sy = y + dy - layer.padding();
                for (int dx = 0; dx < k; dx++) {
                  int sx = x + dx - layer.padding();
                  if (sy >= 0 && sy < rows && sx >= 0 && sx < columns) {
                    sum -=
                        (double)
                                precision.kept(
                                    layer.weights()[((o * layer.in() + c) * k + dy) * k + dx])
                            * plan.meanImage()[(c * rows + sy) * columns + sx];
                  }
                }
              }
            }
            values[(y * columns + x) * layer.out() + o] = (float) sum;
          }
        }
      }
    }
  }

  /**
   * @param kept what weights and inputs are kept in
   * @param next what the following layer reads
   * @param sums added instead of a bias; null for the bias
   * @param error whether the result becomes the squared difference from the frame
   */
  private void convolve(
      List<Step> into,
      Cursor at,
      NetworkLayer.Convolution layer,
      Precision kept,
      Precision next,
      @Nullable FirstSums sums,
      boolean error) {
    int k = layer.kernel();
    int rows = (at.rows + 2 * layer.padding() - k) / layer.stride() + 1;
    int columns = (at.columns + 2 * layer.padding() - k) / layer.stride() + 1;
    memory.desc target = picture(layer.out(), rows, columns, produced(kept, next));
    List<Step.Constant> constants = new ArrayList<>();
    List<Step.Variable> variables = new ArrayList<>();
    try (Natives local = new Natives()) {
      post_ops after = local.own(new post_ops());
      if (sums != null) {
        add(after, constants, sums.values, layer.out(), rows, columns);
      }
      if (error) {
        add(after, constants, meanPlus(layer.bias()), layer.out(), rows, columns);
        variables.add(new Step.Variable(postOperand(after.len()), blocks));
        after.append_binary(dnnl.algorithm.binary_sub, blocks.description());
        after.append_eltwise(dnnl.algorithm.eltwise_square, 0, 0);
      }
      if (layer.relu()) {
        after.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
      }
      long[] strides = {layer.stride(), layer.stride()};
      long[] padding = {layer.padding(), layer.padding()};
      primitive_attr attributes = attributes(local, after);
      memory.desc weights = any(local, dims(layer.out(), layer.in(), k, k), kept);
      convolution_forward.primitive_desc description;
      if (sums == null && !error) {
        description =
            local.own(
                new convolution_forward.primitive_desc(
                    processor,
                    dnnl.prop_kind.forward_inference,
                    dnnl.algorithm.convolution_direct,
                    at.slot.description(),
                    weights,
                    bias(local, layer.out(), 1),
                    target,
                    strides,
                    padding,
                    padding,
                    attributes,
                    false));
        constants.add(
            new Step.Constant(
                dnnl.DNNL_ARG_BIAS, constant(bias(natives, layer.out(), 1), layer.bias())));
      } else {
        description =
            local.own(
                new convolution_forward.primitive_desc(
                    processor,
                    dnnl.prop_kind.forward_inference,
                    dnnl.algorithm.convolution_direct,
                    at.slot.description(),
                    weights,
                    target,
                    strides,
                    padding,
                    padding,
                    attributes,
                    false));
      }
      constants.add(
          new Step.Constant(
              dnnl.DNNL_ARG_WEIGHTS,
              packed(
                  layer.weights(),
                  dims(layer.out(), layer.in(), k, k),
                  memory.format_tag.oihw,
                  local.own(description.weights_desc()))));
      Slot out = slot(target);
      variables.add(new Step.Variable(SOURCE, at.slot));
      variables.add(new Step.Variable(TARGET, out));
      into.add(
          step(
              natives.own(new convolution_forward(description)),
              description,
              constants,
              variables));
      at.slot = converted(into, out, kept, next, () -> picture(layer.out(), rows, columns, next));
      at.channels = layer.out();
      at.rows = rows;
      at.columns = columns;
    }
  }

  private void deconvolve(
      Cursor at, NetworkLayer.Deconvolution layer, Precision kept, Precision next) {
    int k = layer.kernel();
    int rows = (at.rows - 1) * layer.stride() + k - 2 * layer.padding();
    int columns = (at.columns - 1) * layer.stride() + k - 2 * layer.padding();
    memory.desc target = picture(layer.out(), rows, columns, produced(kept, next));
    try (Natives local = new Natives()) {
      post_ops after = local.own(new post_ops());
      if (layer.relu()) {
        after.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
      }
      long[] strides = {layer.stride(), layer.stride()};
      long[] padding = {layer.padding(), layer.padding()};
      long[] shape = dims(layer.out(), layer.in(), k, k);
      deconvolution_forward.primitive_desc description =
          local.own(
              new deconvolution_forward.primitive_desc(
                  processor,
                  dnnl.prop_kind.forward_inference,
                  dnnl.algorithm.deconvolution_direct,
                  at.slot.description(),
                  any(local, shape, kept),
                  bias(local, layer.out(), 1),
                  target,
                  strides,
                  padding,
                  padding,
                  attributes(local, after),
                  false));
      Slot out = slot(target);
      decode.add(
          step(
              natives.own(new deconvolution_forward(description)),
              description,
              List.of(
                  new Step.Constant(
                      dnnl.DNNL_ARG_WEIGHTS,
                      packed(
                          layer.weights(),
                          shape,
                          memory.format_tag.iohw,
                          local.own(description.weights_desc()))),
                  new Step.Constant(
                      dnnl.DNNL_ARG_BIAS, constant(bias(natives, layer.out(), 1), layer.bias()))),
              List.of(new Step.Variable(SOURCE, at.slot), new Step.Variable(TARGET, out))));
      at.slot = converted(decode, out, kept, next, () -> picture(layer.out(), rows, columns, next));
      at.channels = layer.out();
      at.rows = rows;
      at.columns = columns;
    }
  }

  /**
   * @param kept what weights and inputs are kept in
   * @param next what the following layer reads
   * @param spread channels, rows and columns that the result becomes; null leaves it flat
   */
  private void multiply(
      List<Step> into,
      Cursor at,
      NetworkLayer.Dense layer,
      Precision kept,
      Precision next,
      int @Nullable [] spread) {
    float[] weights = layer.weights();
    float[] bias = layer.bias();
    if (at.rows * at.columns > 1) {
      weights = rowsChannelsLast(weights, layer.out(), at.channels, at.rows * at.columns);
    }
    if (spread != null) {
      int area = spread[1] * spread[2];
      weights = columnsChannelsLast(weights, layer.in(), spread[0], area);
      bias = columnsChannelsLast(bias, 1, spread[0], area);
    }
    try (Natives local = new Natives()) {
      post_ops after = local.own(new post_ops());
      if (layer.relu()) {
        after.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
      }
      memory.desc source =
          natives.own(new memory.desc(dims(frames, layer.in()), kept.type(), memory.format_tag.ab));
      memory.desc target = matrix(layer.out(), produced(kept, next));
      long[] shape = dims(layer.in(), layer.out());
      matmul.primitive_desc description =
          local.own(
              new matmul.primitive_desc(
                  processor,
                  source,
                  any(local, shape, kept),
                  bias(local, layer.out(), 2),
                  target,
                  attributes(local, after),
                  false));
      Slot out = slot(target);
      into.add(
          step(
              natives.own(new matmul(description)),
              description,
              List.of(
                  new Step.Constant(
                      dnnl.DNNL_ARG_WEIGHTS,
                      packed(
                          weights,
                          shape,
                          memory.format_tag.ab,
                          local.own(description.weights_desc()))),
                  new Step.Constant(
                      dnnl.DNNL_ARG_BIAS, constant(bias(natives, layer.out(), 2), bias))),
              List.of(
                  new Step.Variable(SOURCE, new Slot(at.slot.buffer(), source)),
                  new Step.Variable(TARGET, out))));
      out = converted(into, out, kept, next, () -> matrix(layer.out(), next));
      if (spread == null) {
        at.slot = out;
        at.channels = layer.out();
        at.rows = 1;
        at.columns = 1;
      } else {
        at.slot = new Slot(out.buffer(), picture(spread[0], spread[1], spread[2], next));
        at.channels = spread[0];
        at.rows = spread[1];
        at.columns = spread[2];
      }
    }
  }

  /** Rows that are in the order [channel][cell] brought to [cell][channel]. */
  private static float[] rowsChannelsLast(float[] weights, int out, int channels, int area) {
    float[] moved = new float[weights.length];
    for (int c = 0; c < channels; c++) {
      for (int cell = 0; cell < area; cell++) {
        System.arraycopy(weights, (c * area + cell) * out, moved, (cell * channels + c) * out, out);
      }
    }
    return moved;
  }

  /** Columns that are in the order [channel][cell] brought to [cell][channel]. */
  private static float[] columnsChannelsLast(float[] weights, int in, int channels, int area) {
    float[] moved = new float[weights.length];
    for (int row = 0; row < in; row++) {
      int at = row * channels * area;
      for (int c = 0; c < channels; c++) {
        for (int cell = 0; cell < area; cell++) {
          moved[at + cell * channels + c] = weights[at + c * area + cell];
        }
      }
    }
    return moved;
  }

  /** The last layer's bias and the mean image, shape [row][column][channel]. */
  private float[] meanPlus(float[] bias) {
    int area = plan.rows() * plan.columns();
    float[] sums = new float[area * bias.length];
    for (int c = 0; c < bias.length; c++) {
      for (int cell = 0; cell < area; cell++) {
        sums[cell * bias.length + c] = bias[c] + plan.meanImage()[c * area + cell];
      }
    }
    return sums;
  }

  /**
   * Adds a constant picture to the sums of every frame. It is there once a frame: oneDNN has no
   * fast way to take one picture for all frames (350 times slower in 3.11).
   */
  private void add(
      post_ops after,
      List<Step.Constant> constants,
      float[] values,
      int channels,
      int rows,
      int columns) {
    float[] repeated = new float[frames * values.length];
    for (int n = 0; n < frames; n++) {
      System.arraycopy(values, 0, repeated, n * values.length, values.length);
    }
    memory.desc all = picture(channels, rows, columns, Precision.FP32);
    constants.add(new Step.Constant(postOperand(after.len()), constant(all, repeated)));
    after.append_binary(dnnl.algorithm.binary_add, all);
  }

  private static int postOperand(int index) {
    return dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1) | dnnl.DNNL_ARG_SRC_1;
  }

  /**
   * What a layer gives: oneDNN narrows and widens bfloat16, but does not narrow single precision.
   */
  private static Precision produced(Precision kept, Precision next) {
    return kept == Precision.FP32 ? Precision.FP32 : next;
  }

  /** What the next layer reads, after a conversion where the layer before could not do it. */
  private Slot converted(
      List<Step> into, Slot out, Precision kept, Precision next, Supplier<memory.desc> wanted) {
    if (produced(kept, next) == next) {
      return out;
    }
    Slot narrow = slot(wanted.get());
    into.add(convert(out, narrow));
    return narrow;
  }

  private Step convert(Slot from, Slot to) {
    try (Natives local = new Natives()) {
      reorder.primitive_desc description =
          local.own(
              new reorder.primitive_desc(
                  processor,
                  from.description(),
                  processor,
                  to.description(),
                  attributes(local, local.own(new post_ops())),
                  false));
      memory.desc scratchpad = natives.own(description.scratchpad_desc());
      return step(
          natives.own(new reorder(description)),
          scratchpad,
          List.of(),
          List.of(new Step.Variable(SOURCE, from), new Step.Variable(TARGET, to)));
    }
  }

  private Step step(
      primitive operation,
      primitive_desc description,
      List<Step.Constant> constants,
      List<Step.Variable> variables) {
    return step(operation, natives.own(description.scratchpad_desc()), constants, variables);
  }

  private Step step(
      primitive operation,
      memory.desc scratchpad,
      List<Step.Constant> constants,
      List<Step.Variable> variables) {
    List<Step.Variable> all = new ArrayList<>(variables);
    long bytes = scratchpad.get_size();
    if (bytes > 0) {
      bufferBytes.set(scratch, Math.max(bufferBytes.get(scratch), bytes));
      all.add(new Step.Variable(dnnl.DNNL_ARG_SCRATCHPAD, new Slot(scratch, scratchpad)));
    }
    return new Step(operation, List.copyOf(constants), List.copyOf(all));
  }

  /** Scratch memory is given by the caller: oneDNN's own belongs to the thread that compiles. */
  private static primitive_attr attributes(Natives owner, post_ops after) {
    primitive_attr attributes = owner.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    attributes.set_post_ops(after);
    return attributes;
  }

  private memory.desc picture(int channels, int rows, int columns, Precision kept) {
    return natives.own(
        new memory.desc(
            dims(frames, channels, rows, columns), kept.type(), memory.format_tag.nhwc));
  }

  private memory.desc matrix(int columns, Precision kept) {
    return natives.own(new memory.desc(dims(frames, columns), kept.type(), memory.format_tag.ab));
  }

  private static memory.desc any(Natives owner, long[] shape, Precision kept) {
    return owner.own(new memory.desc(shape, kept.type(), memory.format_tag.any));
  }

  private static memory.desc bias(Natives owner, int length, int dimensions) {
    return owner.own(
        dimensions == 1
            ? new memory.desc(dims(length), memory.data_type.f32, memory.format_tag.a)
            : new memory.desc(dims(1, length), memory.data_type.f32, memory.format_tag.ab));
  }

  private memory constant(memory.desc description, float[] values) {
    memory constant = natives.own(new memory(description, processor));
    fill(constant, values);
    return constant;
  }

  private static void fill(memory target, float[] values) {
    try (FloatPointer into = new FloatPointer(target.get_data_handle())) {
      into.put(values, 0, values.length);
    }
  }

  /** Weights in the type and layout that an operation wants. */
  private memory packed(float[] values, long[] shape, memory.format_tag given, memory.desc wanted) {
    memory packed = natives.own(new memory(wanted, processor));
    try (Natives local = new Natives()) {
      memory.desc plain = local.own(new memory.desc(shape, memory.data_type.f32, given));
      memory source = local.own(new memory(plain, processor));
      fill(source, values);
      reorder operation = local.own(new reorder(source, packed));
      operation.execute(stream, source, packed);
      stream._wait();
    }
    return packed;
  }

  private int buffer(long bytes) {
    bufferBytes.add(bytes);
    return bufferBytes.size() - 1;
  }

  private Slot slot(memory.desc description) {
    return new Slot(buffer(description.get_size()), description);
  }

  private static long[] dims(long... sizes) {
    return sizes;
  }

  /** Frames of each run. */
  int frames() {
    return frames;
  }

  engine engine() {
    return processor;
  }

  stream stream() {
    return stream;
  }

  /** Sizes of the buffers of a workspace. */
  List<Long> bufferBytes() {
    return bufferBytes;
  }

  /** Frames as they come, unsigned bytes. */
  Slot pixels() {
    return pixels;
  }

  /** Standardised latents before their correction, floats. */
  Slot code() {
    return code;
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

  /** From the code and blocks to errors. */
  List<Step> decode() {
    return decode;
  }

  @Override
  public void close() {
    natives.close();
  }
}
