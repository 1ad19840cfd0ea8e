package dev.residua.onednn;

import dev.residua.frame.PixelMask;
import dev.residua.model.NetworkPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** The memory of one run of a {@link CompiledNetwork}, reused from run to run; for one thread. */
final class Workspace implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final NetworkPlan plan;
  private final CompiledNetwork network;
  private final Natives natives = new Natives();
  private final List<BytePointer> buffers = new ArrayList<>();
  private final Map<Slot, memory> memories = new HashMap<>();
  private final List<Call> unpack;
  private final List<Call> encode;
  private final List<Call> decode;
  private final BytePointer pixels;
  private final FloatPointer code;
  private final List<Call> sum;
  private final FloatPointer squares;
  private float[] copied = new float[0]; // of squares
  private final FloatPointer errors;

  /** An operation with its arguments in place. */
  private record Call(Step step, dnnl_exec_arg_t arguments, int count) {}

  Workspace(NetworkPlan plan, CompiledNetwork network) {
    this.plan = plan;
    this.network = network;
    for (long bytes : network.bufferBytes()) {
      BytePointer raw = natives.own(new BytePointer(bytes + ALIGNMENT));
      long skip = (ALIGNMENT - raw.address() % ALIGNMENT) % ALIGNMENT;
      buffers.add(raw.getPointer(skip));
    }
    unpack = calls(network.unpack());
    encode = calls(network.encode());
    decode = calls(network.decode());
    sum = calls(network.sum());
    squares = new FloatPointer((Pointer) buffers.get(network.squares().buffer()));
    pixels = buffers.get(network.pixels().buffer());
    code = new FloatPointer((Pointer) buffers.get(network.code().buffer()));
    errors = new FloatPointer((Pointer) buffers.get(network.errors().buffer()));
  }

  private List<Call> calls(List<Step> steps) {
    List<Call> calls = new ArrayList<>();
    for (Step step : steps) {
      int count = step.constants().size() + step.variables().size();
      dnnl_exec_arg_t arguments = natives.own(new dnnl_exec_arg_t(count));
      int at = 0;
      for (Step.Constant constant : step.constants()) {
        arguments.position(at++).arg(constant.argument()).memory(constant.value().get());
      }
      for (Step.Variable variable : step.variables()) {
        arguments.position(at++).arg(variable.argument()).memory(memory(variable.slot()).get());
      }
      arguments.position(0);
      calls.add(new Call(step, arguments, count));
    }
    return calls;
  }

  private memory memory(Slot slot) {
    return memories.computeIfAbsent(
        slot,
        s ->
            natives.own(
                new memory(s.description(), network.engine(), (Pointer) buffers.get(s.buffer()))));
  }

  /**
   * Takes frames in.
   *
   * @param offset of the first frame's first byte
   * @param bytes to take; the rest of the frames do not change
   */
  void put(byte[] from, int offset, int bytes) {
    pixels.put(from, offset, bytes);
    run(unpack);
  }

  /** Encodes the frames taken in. */
  void encode(float[] into, int offset, int values) {
    run(encode);
    code.get(into, offset, values);
  }

  /** Decodes other codes than those of the last encoding. */
  void putCode(float[] from, int offset, int values) {
    code.put(from, offset, values);
  }

  /**
   * Decodes and compares with the frames taken in.
   *
   * @param masks of all frames of the call, from which {@code offset} is counted; empty for none
   */
  void errors(float[] into, int offset, int values, List<PixelMask> masks) {
    run(decode);
    for (int n = 0; n < values && !masks.isEmpty(); n++) {
      PixelMask mask = masks.get(offset + n);
      for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
        long at =
            (long) n * plan.image().size()
                + NetworkPlan.blockValue(plan.image(), plan.block(), pixel);
        for (int c = 0; c < plan.image().channels(); c++) {
          squares.put(at + c, 0);
        }
      }
    }
    run(sum);
    errors.get(into, offset, values);
  }

  /** Squared differences of the last {@link #errors}, valid until the next call. */
  float[] squares(int frames) {
    int values = frames * plan.image().size();
    if (copied.length < values) {
      copied = new float[values];
    }
    squares.get(copied, 0, values);
    return copied;
  }

  private void run(List<Call> calls) {
    for (Call call : calls) {
      int status =
          dnnl.dnnl_primitive_execute(
              call.step.operation().get(), network.stream().get(), call.count, call.arguments);
      if (status != dnnl.dnnl_success) {
        throw new IllegalStateException(
            "oneDNN failed with status %d on %d frames".formatted(status, network.frames()));
      }
    }
    dnnl.dnnl_stream_wait(network.stream().get());
  }

  @Override
  public void close() {
    natives.close();
  }
}
