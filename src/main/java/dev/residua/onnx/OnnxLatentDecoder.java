package dev.residua.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.residua.causal.LatentDecoder;
import dev.residua.frame.ImageShape;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/** Runs the decoder of a network, exported alone, on the processor with ONNX Runtime. */
public final class OnnxLatentDecoder implements LatentDecoder {
  private static final String LATENTS = "latents";
  private static final String PICTURES = "pictures";

  private final OrtSession session;
  private final ImageShape image;
  private final int latents;

  /**
   * @param model an ONNX graph with input {@code latents} and output {@code pictures}
   * @param image shape of the pictures
   * @param latents number of latents
   * @throws IllegalArgumentException if the bytes are not an ONNX model with that input and output
   */
  public OnnxLatentDecoder(byte[] model, ImageShape image, int latents) {
    this.image = image;
    this.latents = latents;
    try {
      this.session = OnnxFrameScorer.load(model, 1);
    } catch (OrtException e) {
      throw new IllegalArgumentException("not a usable ONNX model: " + e.getMessage(), e);
    }
    if (!session.getInputNames().equals(Set.of(LATENTS))
        || !session.getOutputNames().equals(Set.of(PICTURES))) {
      String found = session.getInputNames() + " to " + session.getOutputNames();
      close();
      throw new IllegalArgumentException(
          "ONNX model goes from %s, expected [%s] to [%s]".formatted(found, LATENTS, PICTURES));
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
   * @throws IllegalArgumentException if there are no rows or fewer values than they need
   * @throws IllegalStateException if the runtime fails
   */
  @Override
  public float[] decode(float[] values, int n) {
    if (n < 1 || values.length < n * latents) {
      throw new IllegalArgumentException(
          "%d rows of %d latents need as many values but there are %d"
              .formatted(n, latents, values.length));
    }
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                FloatBuffer.wrap(values, 0, n * latents),
                new long[] {n, latents});
        OrtSession.Result result = session.run(Map.of(LATENTS, tensor))) {
      FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] pictures = new float[buffer.remaining()];
      buffer.get(pictures);
      return pictures;
    } catch (OrtException e) {
      throw new IllegalStateException(
          "decoding %d latents failed: %s".formatted(n, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("closing the ONNX session failed: " + e.getMessage(), e);
    }
  }
}
