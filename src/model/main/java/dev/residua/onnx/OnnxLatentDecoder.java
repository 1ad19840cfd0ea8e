package dev.residua.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.residua.causal.LatentDecoder;
import dev.residua.frame.ImageShape;
import dev.residua.model.CategoricalDecoder;
import dev.residua.model.NetworkPlan;
import java.nio.FloatBuffer;
import java.util.Map;

/** Runs the decoder of a network plan on the processor with ONNX Runtime. */
public final class OnnxLatentDecoder implements LatentDecoder {
  private final OrtSession session;
  private final ImageShape image;
  private final int latents;

  /**
   * Opens the decoder.
   *
   * @throws IllegalArgumentException if the runtime does not run the plan
   */
  public OnnxLatentDecoder(NetworkPlan plan) {
    this.image = plan.image();
    this.latents = plan.latents();
    try {
      this.session = OnnxEngine.load(OnnxGraphs.decoder(plan), 1);
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          "ONNX Runtime does not run this network: " + e.getMessage(), e);
    }
  }

  /**
   * Opens the decoder of a plan, whose categorical latents are the numbers of their categories.
   *
   * @throws IllegalArgumentException if the runtime does not run the plan
   */
  public static LatentDecoder of(NetworkPlan plan) {
    return CategoricalDecoder.of(new OnnxLatentDecoder(plan), plan);
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
                OnnxEnvironment.get(),
                FloatBuffer.wrap(values, 0, n * latents),
                new long[] {n, latents});
        OrtSession.Result result = session.run(Map.of(OnnxGraphs.LATENTS, tensor))) {
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
