package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Describes memory and builds steps for one number of frames: what the builders of all layer kinds
 * share. Owns every native object that a step needs.
 */
final class OperationBuilder implements AutoCloseable {
  static final int SOURCE = dnnl.DNNL_ARG_SRC;
  static final int TARGET = dnnl.DNNL_ARG_DST;

  private final Natives natives = new Natives();
  private final int frames;
  private final engine processor;
  private final stream stream;
  private final List<Long> bufferBytes = new ArrayList<>();
  private final int scratch;

  OperationBuilder(int frames) {
    this.frames = frames;
    this.processor = own(new engine(engine.kind.cpu, 0));
    this.stream = own(new stream(processor));
    this.scratch = buffer(1);
  }

  /**
   * Input of a layer.
   *
   * @param size of the values of one frame
   */
  record Values(Slot slot, NetworkLayer.Size size) {}

  /** Keeps a native object until this is closed. */
  <P extends org.bytedeco.javacpp.Pointer> P own(P pointer) {
    return natives.own(pointer);
  }

  int frames() {
    return frames;
  }

  engine processor() {
    return processor;
  }

  stream stream() {
    return stream;
  }

  /** Sizes of the buffers of a workspace. */
  List<Long> bufferBytes() {
    return bufferBytes;
  }

  /** Describes pictures of all frames, channels last. */
  memory.desc picture(NetworkLayer.Size size, Precision kept) {
    return own(
        new memory.desc(
            dims(frames, size.channels(), size.rows(), size.columns()),
            kept.type(),
            memory.format_tag.nhwc));
  }

  /** Describes vectors of all frames. */
  memory.desc matrix(int columns, Precision kept) {
    return own(new memory.desc(dims(frames, columns), kept.type(), memory.format_tag.ab));
  }

  /** Describes weights in the layout that the operation prefers. */
  static memory.desc any(Natives owner, long[] shape, Precision kept) {
    return owner.own(new memory.desc(shape, kept.weights(), memory.format_tag.any));
  }

  static memory.desc bias(Natives owner, int length) {
    return owner.own(new memory.desc(dims(length), memory.data_type.f32, memory.format_tag.a));
  }

  static long[] dims(long... sizes) {
    return sizes;
  }

  Slot slot(memory.desc description) {
    return new Slot(buffer(description.get_size()), description);
  }

  private int buffer(long bytes) {
    bufferBytes.add(bytes);
    return bufferBytes.size() - 1;
  }

  memory constant(memory.desc description, float[] values) {
    memory constant = own(new memory(description, processor));
    fill(constant, values);
    return constant;
  }

  /** A number per output channel as an argument of an operation. */
  Step.Constant perChannel(int argument, float[] values) {
    return new Step.Constant(argument, constant(bias(natives, values.length), values));
  }

  private static void fill(memory target, float[] values) {
    try (FloatPointer into = new FloatPointer(target.get_data_handle())) {
      into.put(values, 0, values.length);
    }
  }

  /** Weights in the type and layout that an operation wants, as its argument. */
  Step.Constant weights(float[] values, long[] shape, memory.format_tag given, memory.desc wanted) {
    memory packed = own(new memory(wanted, processor));
    try (Natives local = new Natives()) {
      memory.desc plain = local.own(new memory.desc(shape, memory.data_type.f32, given));
      memory source = local.own(new memory(plain, processor));
      fill(source, values);
      reorder operation = local.own(new reorder(source, packed));
      operation.execute(stream, source, packed);
      stream._wait();
    }
    return new Step.Constant(dnnl.DNNL_ARG_WEIGHTS, packed);
  }

  /**
   * Adds a constant picture to the sums of every frame, once per frame: oneDNN is 350 times slower
   * when it takes one picture for all frames (3.11).
   *
   * @param values shape {@code [row][column][channel]}
   */
  void add(post_ops after, List<Step.Constant> constants, float[] values, NetworkLayer.Size size) {
    float[] repeated = new float[frames * values.length];
    for (int n = 0; n < frames; n++) {
      System.arraycopy(values, 0, repeated, n * values.length, values.length);
    }
    memory.desc all = picture(size, Precision.FP32);
    constants.add(new Step.Constant(postOperand(after.len()), constant(all, repeated)));
    after.append_binary(dnnl.algorithm.binary_add, all);
  }

  /** Argument number of the second operand of a post-operation. */
  static int postOperand(int index) {
    return dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1) | dnnl.DNNL_ARG_SRC_1;
  }

  static void relu(NetworkLayer layer, post_ops after) {
    if (layer.relu()) {
      after.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
    }
  }

  /** Has the caller provide scratch memory: oneDNN's own belongs to the thread that compiles. */
  static primitive_attr attributes(Natives owner, post_ops after) {
    primitive_attr attributes = owner.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    attributes.set_post_ops(after);
    return attributes;
  }

  /**
   * Returns the precision of a layer's output: oneDNN narrows and widens bfloat16, but does not
   * narrow single precision.
   */
  static Precision produced(Precision kept, Precision next) {
    return kept == Precision.FP32 ? Precision.FP32 : next;
  }

  /** Returns the input of the next layer, converted if the previous layer cannot do it. */
  Slot converted(
      List<Step> into, Slot out, Precision kept, Precision next, Supplier<memory.desc> wanted) {
    if (produced(kept, next) == next) {
      return out;
    }
    Slot narrow = slot(wanted.get());
    into.add(convert(out, narrow));
    return narrow;
  }

  Step convert(Slot from, Slot to) {
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
      memory.desc scratchpad = own(description.scratchpad_desc());
      return step(
          own(new reorder(description)),
          scratchpad,
          List.of(),
          List.of(new Step.Variable(SOURCE, from), new Step.Variable(TARGET, to)));
    }
  }

  Step step(
      primitive operation,
      primitive_desc description,
      List<Step.Constant> constants,
      List<Step.Variable> variables) {
    return step(operation, own(description.scratchpad_desc()), constants, variables);
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

  @Override
  public void close() {
    natives.close();
  }
}
