package dev.residua.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.residua.causal.NetworkEngine;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.MaskedPixels;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.model.RegionErrors;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a network plan with ONNX Runtime, on the processor or on a GPU. Safe for several threads at
 * once. Direct buffers for the input are kept per thread.
 */
public final class OnnxEngine implements NetworkEngine {
  private final OrtEnvironment environment;
  private final OrtSession whole;
  private final OrtSession encoder;
  private final OrtSession reconstruction;
  private final List<OrtSession> open = new ArrayList<>();
  private final NetworkLayer.Size blocks;
  private final MaskedPixels masked;
  private final RegionErrors regions;
  private final ImageShape image;
  private final int columns;
  private final int batchFrames;
  private final ThreadLocal<ByteBuffer> input = ThreadLocal.withInitial(() -> direct(0));
  private final AtomicBoolean closed = new AtomicBoolean();

  /** One thread for each call, which suits several callers. */
  public OnnxEngine(NetworkPlan plan) {
    this(plan, 1);
  }

  /**
   * Opens the network on the processor.
   *
   * @param threads threads that share the work of one call, at least 1
   * @throws IllegalArgumentException if the runtime does not run the plan
   */
  public OnnxEngine(NetworkPlan plan, int threads) {
    this(plan, threads, Device.PROCESSOR);
  }

  /**
   * Opens the network.
   *
   * @param threads threads of the processor that share the work of one call, at least 1
   * @throws IllegalArgumentException if the runtime does not run the plan on the processor
   * @throws IllegalStateException if the GPU cannot be used
   */
  public OnnxEngine(NetworkPlan plan, int threads, Device device) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1 but was " + threads);
    }
    this.blocks = plan.blocks();
    this.masked = new MaskedPixels(plan);
    this.regions = RegionErrors.channelsFirst(plan);
    this.image = plan.image();
    this.columns = plan.latents();
    this.batchFrames = device.batchFrames(image);
    try {
      this.whole = opened(OnnxGraphs.scorer(plan), threads, device);
      this.encoder = opened(OnnxGraphs.encoder(plan), threads, device);
      this.reconstruction = opened(OnnxGraphs.reconstruction(plan), threads, device);
      this.environment = OnnxEnvironment.get();
    } catch (OrtException e) {
      closeSessions();
      throw device.failure(e);
    } catch (RuntimeException e) {
      closeSessions();
      throw e;
    }
  }

  /** Unpacks and loads the library, which the first network would do. */
  public static void preload() {
    OnnxEnvironment.get();
  }

  private OrtSession opened(byte[] model, int threads, Device device) throws OrtException {
    OrtSession session = load(model, threads, device);
    open.add(session);
    return session;
  }

  static OrtSession load(byte[] model, int threads) throws OrtException {
    return load(model, threads, Device.PROCESSOR);
  }

  private static OrtSession load(byte[] model, int threads, Device device) throws OrtException {
    OrtEnvironment environment = OnnxEnvironment.get(); // before anything else of the library
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      device.addTo(options);
      return environment.createSession(model, options);
    }
  }

  @Override
  public ImageShape imageShape() {
    return image;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public int batchFrames() {
    return batchFrames;
  }

  @Override
  public float[] encode(byte[] pixels, int frames, List<PixelMask> masks) {
    try (OnnxTensor tensor = frames(pixels, frames, masks);
        OrtSession.Result result = encoder.run(Map.of(OnnxGraphs.FRAMES, tensor))) {
      return floats(result, OnnxGraphs.CODE);
    } catch (OrtException e) {
      throw failed("encoding", frames, e);
    }
  }

  @Override
  public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
    try (OnnxTensor tensor = frames(pixels, frames, masks);
        OnnxTensor weights = weights(masks);
        OrtSession.Result result =
            whole.run(Map.of(OnnxGraphs.FRAMES, tensor, OnnxGraphs.WEIGHTS, weights))) {
      float[] ofRegions = new float[frames * regions.latents()];
      if (ofRegions.length > 0) {
        regions.means(floats(result, OnnxGraphs.SQUARES), frames, masks, 0, ofRegions);
      }
      return new Encoded(floats(result, OnnxGraphs.CODE), errors(result, masks), ofRegions);
    } catch (OrtException e) {
      throw failed("scoring", frames, e);
    }
  }

  @Override
  public float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    if (codes.length < (long) frames * columns) {
      throw new IllegalArgumentException(
          "%d frames need %d values of codes but there are %d"
              .formatted(frames, (long) frames * columns, codes.length));
    }
    try (OnnxTensor tensor = frames(pixels, frames, masks);
        OnnxTensor weights = weights(masks);
        OnnxTensor code =
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(codes, 0, frames * columns),
                new long[] {frames, columns});
        OrtSession.Result result =
            reconstruction.run(
                Map.of(
                    OnnxGraphs.FRAMES,
                    tensor,
                    OnnxGraphs.CODE,
                    code,
                    OnnxGraphs.WEIGHTS,
                    weights))) {
      return errors(result, masks);
    } catch (OrtException e) {
      throw failed("reconstructing", frames, e);
    }
  }

  private OnnxTensor weights(List<PixelMask> masks) throws OrtException {
    if (PixelMask.areEmpty(masks)) {
      return OnnxTensor.createTensor(
          environment, FloatBuffer.wrap(new float[] {1}), new long[] {1, 1, 1, 1});
    }
    return OnnxTensor.createTensor(
        environment,
        FloatBuffer.wrap(masked.weights(masks)),
        new long[] {masks.size(), blocks.channels(), blocks.rows(), blocks.columns()});
  }

  private float[] errors(OrtSession.Result result, List<PixelMask> masks) {
    float[] errors = floats(result, OnnxGraphs.ERROR);
    masked.overSeen(errors, masks);
    return errors;
  }

  private OnnxTensor frames(byte[] given, int frames, List<PixelMask> masks) throws OrtException {
    byte[] pixels = masked.read(given, frames, masks);
    if (closed.get()) {
      throw new IllegalStateException("this engine is closed");
    }
    long needed = (long) frames * image.size();
    if (frames < 1 || pixels.length < needed) {
      throw new IllegalArgumentException(
          "%d frames of %s need %d bytes but there are %d"
              .formatted(frames, image, Math.max(needed, image.size()), pixels.length));
    }
    ByteBuffer buffer = input.get();
    if (buffer.capacity() < needed) {
      buffer = direct(Math.toIntExact(needed));
      input.set(buffer);
    }
    buffer.clear();
    buffer.put(pixels, 0, (int) needed).flip();
    long[] shape = {frames, image.height(), image.width(), image.channels()};
    return OnnxTensor.createTensor(environment, buffer, shape, OnnxJavaType.UINT8);
  }

  private static IllegalStateException failed(String what, int frames, OrtException e) {
    return new IllegalStateException(
        "%s %d frames failed: %s".formatted(what, frames, e.getMessage()), e);
  }

  private static float[] floats(OrtSession.Result result, String name) {
    OnnxTensor tensor =
        (OnnxTensor)
            result.get(name).orElseThrow(() -> new IllegalStateException("no output " + name));
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      closeSessions();
    }
  }

  private void closeSessions() {
    for (OrtSession session : open) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("closing an ONNX session failed: " + e.getMessage(), e);
      }
    }
  }

  /** Version of ONNX Runtime. */
  public static String engineVersion() {
    return OnnxEnvironment.get().getVersion();
  }
}
