package dev.residua.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.frame.ImageShape;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs {@code scorer.onnx} on the processor with ONNX Runtime. Safe for several threads at once.
 * Direct buffers for the input are kept per thread.
 */
public final class OnnxFrameScorer implements FrameScorer {
  private static final String FRAMES = "frames";
  private static final String LATENTS = "latents";
  private static final String EXPECTED = "expected";
  private static final String RESIDUALS = "residuals";
  private static final String ERROR = "reconstruction_error";
  private static final Set<String> OUTPUTS = Set.of(LATENTS, EXPECTED, RESIDUALS, ERROR);

  private static final long LOAD_STACK_BYTES = 64L << 20;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final ImageShape image;
  private final int latents;
  private final ThreadLocal<ByteBuffer> input = ThreadLocal.withInitial(() -> direct(0));
  private final AtomicBoolean closed = new AtomicBoolean();

  /** One thread for each call, which suits several callers. */
  public OnnxFrameScorer(byte[] model, ImageShape image, int latents) {
    this(model, image, latents, 1);
  }

  /**
   * @param model content of {@code scorer.onnx}
   * @param image shape of images that the model must take
   * @param latents number of latents that the model must give
   * @param threads threads that share the work of one call, at least 1
   * @throws IllegalArgumentException if the bytes are not an ONNX model, or its inputs and outputs
   *     are not those of a scorer of this shape
   */
  public OnnxFrameScorer(byte[] model, ImageShape image, int latents, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1 but was " + threads);
    }
    this.image = image;
    this.latents = latents;
    try {
      this.session = load(model, threads);
      this.environment = OrtEnvironment.getEnvironment();
    } catch (OrtException e) {
      throw new IllegalArgumentException("not a usable ONNX model: " + e.getMessage(), e);
    }
    try {
      checkSignature();
    } catch (RuntimeException | OrtException e) {
      closeSession();
      if (e instanceof RuntimeException wrong) {
        throw wrong;
      }
      throw new IllegalArgumentException("not a usable ONNX model: " + e.getMessage(), e);
    }
  }

  /**
   * Loads runtime and model on a thread with a deep stack: while it loads, the runtime recurses
   * deeply when the command line of the process is long (seen with a class path of 20 kB), and an
   * overflow of Java's usual stack ends the process.
   */
  static OrtSession load(byte[] model, int threads) throws OrtException {
    FutureTask<OrtSession> task =
        new FutureTask<>(
            () -> {
              try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(threads);
                options.setInterOpNumThreads(1);
                options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
                return OrtEnvironment.getEnvironment().createSession(model, options);
              }
            });
    new Thread(null, task, "residua-onnx-load", LOAD_STACK_BYTES).start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OrtException failure) {
        throw failure;
      }
      throw new IllegalStateException("loading an ONNX model failed: " + e.getCause(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void checkSignature() throws OrtException {
    Map<String, ai.onnxruntime.NodeInfo> inputs = session.getInputInfo();
    ai.onnxruntime.NodeInfo frames = inputs.get(FRAMES);
    if (inputs.size() != 1
        || frames == null
        || !(frames.getInfo() instanceof TensorInfo info)
        || info.type != OnnxJavaType.UINT8) {
      throw new IllegalArgumentException(
          "ONNX model must have one input 'frames' of unsigned bytes but has " + inputs.values());
    }
    long[] expected = {-1, image.height(), image.width(), image.channels()};
    if (!Arrays.equals(info.getShape(), expected)) {
      throw new IllegalArgumentException(
          "ONNX model takes frames of shape %s, expected %s"
              .formatted(Arrays.toString(info.getShape()), Arrays.toString(expected)));
    }
    Map<String, ai.onnxruntime.NodeInfo> outputs = session.getOutputInfo();
    for (String name : OUTPUTS) {
      ai.onnxruntime.NodeInfo output = outputs.get(name);
      long[] shape = name.equals(ERROR) ? new long[] {-1} : new long[] {-1, latents};
      if (output == null
          || !(output.getInfo() instanceof TensorInfo given)
          || given.type != OnnxJavaType.FLOAT
          || !Arrays.equals(given.getShape(), shape)) {
        throw new IllegalArgumentException(
            "ONNX model must have an output '%s' of floats with shape %s but has %s"
                .formatted(name, Arrays.toString(shape), outputs.values()));
      }
    }
  }

  @Override
  public ImageShape imageShape() {
    return image;
  }

  @Override
  public int latents() {
    return latents;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there are no frames or fewer bytes than they need
   * @throws IllegalStateException after {@link #close}, or if the runtime fails
   */
  @Override
  public LatentBatch score(byte[] pixels, int frames) {
    if (closed.get()) {
      throw new IllegalStateException("this scorer is closed");
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
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(environment, buffer, shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Collections.singletonMap(FRAMES, tensor), OUTPUTS)) {
      return new LatentBatch(
          frames,
          latents,
          floats(result, LATENTS),
          floats(result, EXPECTED),
          floats(result, RESIDUALS),
          floats(result, ERROR));
    } catch (OrtException e) {
      throw new IllegalStateException(
          "scoring %d frames failed: %s".formatted(frames, e.getMessage()), e);
    }
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
      closeSession();
    }
  }

  private void closeSession() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("closing the ONNX session failed: " + e.getMessage(), e);
    }
  }

  /** Version of ONNX Runtime. */
  public static String engineVersion() {
    return OrtEnvironment.getEnvironment().getVersion();
  }
}
