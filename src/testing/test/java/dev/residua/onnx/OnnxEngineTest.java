package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.model.NetworkPlan;
import dev.residua.testing.NetworkEngineContract;
import dev.residua.testing.Scorers;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnnxEngineTest extends NetworkEngineContract {
  private static final NetworkPlan PLAN = RandomNetworks.complete(IMAGE, 3);

  @Override
  protected ResidualScorer open() {
    return open(PLAN);
  }

  @Override
  protected ResidualScorer open(NetworkPlan plan) {
    return Scorers.onnx(plan);
  }

  @Override
  protected double latentTolerance() {
    return 1e-4;
  }

  @Override
  protected double errorTolerance() {
    return 1e-5;
  }

  @Test
  void shouldEncodeExactlyAsItScores() {
    // Given
    byte[] pixels = pixels(9);
    try (ResidualScorer scorer = open()) {
      // When
      LatentBatch encoded = scorer.encode(FrameInputs.of(pixels, 9));
      // Then
      LatentBatch scored = scorer.score(FrameInputs.of(pixels, 9));
      assertThat(encoded.observed()).isEqualTo(scored.observed());
      assertThat(encoded.expected()).isEqualTo(scored.expected());
      assertThat(encoded.residuals()).isEqualTo(scored.residuals());
      assertThat(encoded.codes()).isEqualTo(scored.codes());
      assertThat(scorer.reconstructionErrors(pixels, 9, encoded.codes(), List.of()))
          .isEqualTo(scored.reconstructionErrors());
    }
  }

  @Test
  void shouldTellCodesFromCorrectedLatents() {
    // Given
    byte[] pixels = pixels(9);
    try (ResidualScorer scorer = open()) {
      LatentBatch encoded = scorer.encode(FrameInputs.of(pixels, 9));
      assertThat(encoded.codes()[0]).isNotCloseTo(encoded.observed()[0], within(1e-3f));
      // When corrected latents are decoded as if they were codes
      float[] wrong = scorer.reconstructionErrors(pixels, 9, encoded.observed(), List.of());
      // Then they give something else
      float right = scorer.score(FrameInputs.of(pixels, 9)).reconstructionErrors()[0];
      assertThat((double) wrong[0]).isNotCloseTo(right, within(1e-4 * right));
    }
  }

  @Test
  void shouldLeaveErrorsOutWhenItOnlyEncodes() {
    // Given
    try (ResidualScorer scorer = open()) {
      // When
      // Then
      assertThat(scorer.encode(FrameInputs.of(pixels(2), 2)).reconstructionErrors())
          .containsOnly(Float.NaN);
    }
  }

  @Test
  void shouldRefuseNoThreads() {
    // Given
    // When
    // Then
    assertThatThrownBy(() -> new OnnxEngine(PLAN, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads must be at least 1 but was 0");
  }

  @Test
  void shouldExportTheVariablesAsAnInput() throws Exception {
    // Given
    NetworkPlan observing = RandomNetworks.observing(PLAN);
    byte[] pixels = pixels(3);
    float[] variables = {0.5f, -1, 2};
    ByteBuffer input = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (ResidualScorer scorer = Scorers.onnx(observing);
        OrtSession session = OnnxEngine.load(OnnxGraphs.export(observing), 1);
        OnnxTensor frames =
            OnnxTensor.createTensor(
                environment,
                input,
                new long[] {3, IMAGE.height(), IMAGE.width(), IMAGE.channels()},
                OnnxJavaType.UINT8);
        OnnxTensor values =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(variables), new long[] {3, 1});
        // When
        OrtSession.Result result =
            session.run(Map.of(OnnxGraphs.FRAMES, frames, OnnxGraphs.VARIABLES, values))) {
      // Then
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, 3).observing(variables));
      float[][] expected = (float[][]) result.get(OnnxGraphs.EXPECTED).orElseThrow().getValue();
      float[][] residuals = (float[][]) result.get(OnnxGraphs.RESIDUALS).orElseThrow().getValue();
      for (int row = 0; row < 3; row++) {
        for (int i = 0; i < 4; i++) {
          assertThat(expected[row][i]).isCloseTo(batch.expected()[4 * row + i], within(1e-5f));
          assertThat(residuals[row][i]).isCloseTo(batch.residuals()[4 * row + i], within(1e-4f));
        }
      }
    }
  }
}
