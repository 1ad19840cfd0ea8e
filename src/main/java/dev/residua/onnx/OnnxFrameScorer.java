package dev.residua.onnx;

import ai.onnxruntime.NodeInfo;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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
  private static final String CODE = "code";
  private static final Set<String> LATENT_OUTPUTS = Set.of(LATENTS, EXPECTED, RESIDUALS);

  private static final long LOAD_STACK_BYTES = 64L << 20;

  private final OrtEnvironment environment;
  private final OrtSession whole;
  private final @Nullable OrtSession encoder;
  private final @Nullable OrtSession reconstruction;
  private final List<OrtSession> open = new ArrayList<>();
  private final ImageShape image;
  private final int latents;
  private final ThreadLocal<ByteBuffer> input = ThreadLocal.withInitial(() -> direct(0));
  private final AtomicBoolean closed = new AtomicBoolean();

  /** One thread for each call, which suits several callers. */
  public OnnxFrameScorer(byte[] model, ImageShape image, int latents) {
    this(model, image, latents, 1);
  }

  /**
   * Scores with the whole model only: {@link #encode} computes everything.
   *
   * @param model content of {@code scorer.onnx}
   * @param image shape of images that the model must take
   * @param latents number of latents that the model must give
   * @param threads threads that share the work of one call, at least 1
   * @throws IllegalArgumentException if the bytes are not an ONNX model, or its inputs and outputs
   *     are not those of a scorer of this shape
   */
  public OnnxFrameScorer(byte[] model, ImageShape image, int latents, int threads) {
    this(model, null, null, image, latents, threads);
  }

  private OnnxFrameScorer(
      byte[] whole,
      byte @Nullable [] encoder,
      byte @Nullable [] reconstruction,
      ImageShape image,
      int latents,
      int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1 but was " + threads);
    }
    this.image = image;
    this.latents = latents;
    try {
      this.whole = opened(whole, threads, Set.of(FRAMES), with(LATENT_OUTPUTS, ERROR));
      this.encoder =
          encoder == null
              ? null
              : opened(encoder, threads, Set.of(FRAMES), with(LATENT_OUTPUTS, CODE));
      this.reconstruction =
          reconstruction == null
              ? null
              : opened(reconstruction, threads, Set.of(FRAMES, CODE), Set.of(ERROR));
      this.environment = OrtEnvironment.getEnvironment();
    } catch (RuntimeException | OrtException e) {
      closeSessions();
      if (e instanceof RuntimeException wrong) {
        throw wrong;
      }
      throw new IllegalArgumentException("not a usable ONNX model: " + e.getMessage(), e);
    }
  }

  /**
   * Scores with a model and its two halves, which are used where only one of them is needed.
   *
   * @param whole content of {@code scorer.onnx}, with a further output {@code code}
   * @param encoder from {@code frames} to {@code latents}, {@code expected}, {@code residuals} and
   *     {@code code}
   * @param reconstruction from {@code frames} and {@code code} to {@code reconstruction_error}
   * @param threads threads that share the work of one call, at least 1
   * @throws IllegalArgumentException if one of them is not such a model
   */
  public static OnnxFrameScorer inHalves(
      byte[] whole,
      byte[] encoder,
      byte[] reconstruction,
      ImageShape image,
      int latents,
      int threads) {
    return new OnnxFrameScorer(whole, encoder, reconstruction, image, latents, threads);
  }

  private static Set<String> with(Set<String> names, String name) {
    Set<String> all = new HashSet<>(names);
    all.add(name);
    return all;
  }

  private OrtSession opened(byte[] model, int threads, Set<String> inputs, Set<String> outputs)
      throws OrtException {
    OrtSession session = load(model, threads);
    open.add(session);
    checkSignature(session, inputs, outputs);
    return session;
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

  private void checkSignature(OrtSession session, Set<String> inputs, Set<String> outputs)
      throws OrtException {
    Map<String, NodeInfo> given = session.getInputInfo();
    NodeInfo frames = given.get(FRAMES);
    if (!given.keySet().equals(inputs)
        || frames == null
        || !(frames.getInfo() instanceof TensorInfo info)
        || info.type != OnnxJavaType.UINT8) {
      throw new IllegalArgumentException(
          "ONNX model must have inputs %s with 'frames' of unsigned bytes but has %s"
              .formatted(inputs, given.values()));
    }
    long[] expected = {-1, image.height(), image.width(), image.channels()};
    if (!Arrays.equals(info.getShape(), expected)) {
      throw new IllegalArgumentException(
          "ONNX model takes frames of shape %s, expected %s"
              .formatted(Arrays.toString(info.getShape()), Arrays.toString(expected)));
    }
    if (inputs.contains(CODE)) {
      checkFloats("input", CODE, given);
    }
    for (String name : outputs) {
      checkFloats("output", name, session.getOutputInfo());
    }
  }

  private void checkFloats(String kind, String name, Map<String, NodeInfo> values) {
    NodeInfo value = values.get(name);
    long[] shape = name.equals(ERROR) ? new long[] {-1} : new long[] {-1, latents};
    if (value == null
        || !(value.getInfo() instanceof TensorInfo given)
        || given.type != OnnxJavaType.FLOAT
        || !Arrays.equals(given.getShape(), shape)) {
      throw new IllegalArgumentException(
          "ONNX model must have an %s '%s' of floats with shape %s but has %s"
              .formatted(kind, name, Arrays.toString(shape), values.values()));
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
    try (OnnxTensor tensor = frames(pixels, frames);
        OrtSession.Result result = whole.run(Map.of(FRAMES, tensor))) {
      return batch(result, frames, floats(result, ERROR));
    } catch (OrtException e) {
      throw failed("scoring", frames, e);
    }
  }

  /** {@inheritDoc} Its reconstruction errors are NaN, but for a scorer without halves. */
  @Override
  public LatentBatch encode(byte[] pixels, int frames) {
    if (encoder == null) {
      return score(pixels, frames);
    }
    try (OnnxTensor tensor = frames(pixels, frames);
        OrtSession.Result result = encoder.run(Map.of(FRAMES, tensor))) {
      float[] errors = new float[frames];
      Arrays.fill(errors, Float.NaN);
      return batch(result, frames, errors);
    } catch (OrtException e) {
      throw failed("encoding", frames, e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there are no frames, or fewer bytes or latents than they
   *     need
   * @throws IllegalStateException after {@link #close}, or if the runtime fails
   */
  @Override
  public float[] reconstructionErrors(byte[] pixels, int frames, float[] codes) {
    if (reconstruction == null) {
      return score(pixels, frames).reconstructionErrors();
    }
    if (codes.length < (long) frames * latents) {
      throw new IllegalArgumentException(
          "%d frames need %d latents but there are %d"
              .formatted(frames, (long) frames * latents, codes.length));
    }
    try (OnnxTensor tensor = frames(pixels, frames);
        OnnxTensor code =
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(codes, 0, frames * latents),
                new long[] {frames, latents});
        OrtSession.Result result = reconstruction.run(Map.of(FRAMES, tensor, CODE, code))) {
      return floats(result, ERROR);
    } catch (OrtException e) {
      throw failed("reconstructing", frames, e);
    }
  }

  private OnnxTensor frames(byte[] pixels, int frames) throws OrtException {
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
    return OnnxTensor.createTensor(environment, buffer, shape, OnnxJavaType.UINT8);
  }

  private LatentBatch batch(OrtSession.Result result, int frames, float[] errors) {
    float[] observed = floats(result, LATENTS);
    return new LatentBatch(
        frames,
        latents,
        observed,
        floats(result, EXPECTED),
        floats(result, RESIDUALS),
        errors,
        result.get(CODE).isPresent() ? floats(result, CODE) : observed);
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
    return OrtEnvironment.getEnvironment().getVersion();
  }
}
