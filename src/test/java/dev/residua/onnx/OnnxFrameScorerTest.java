package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.model.NetworkPlan;
import dev.residua.testing.FrameScorerContract;
import org.junit.jupiter.api.Test;

class OnnxFrameScorerTest extends FrameScorerContract {
  private static final NetworkPlan PLAN = RandomNetworks.complete(IMAGE, 3);

  @Override
  protected FrameScorer open() {
    return new OnnxFrameScorer(PLAN);
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
    try (FrameScorer scorer = open()) {
      // When
      LatentBatch encoded = scorer.encode(pixels, 9);
      // Then
      LatentBatch scored = scorer.score(pixels, 9);
      assertThat(encoded.observed()).isEqualTo(scored.observed());
      assertThat(encoded.expected()).isEqualTo(scored.expected());
      assertThat(encoded.residuals()).isEqualTo(scored.residuals());
      assertThat(encoded.codes()).isEqualTo(scored.codes());
      assertThat(scorer.reconstructionErrors(pixels, 9, encoded.codes()))
          .isEqualTo(scored.reconstructionErrors());
    }
  }

  @Test
  void shouldTellCodesFromCorrectedLatents() {
    // Given
    byte[] pixels = pixels(9);
    try (FrameScorer scorer = open()) {
      LatentBatch encoded = scorer.encode(pixels, 9);
      assertThat(encoded.codes()[0]).isNotCloseTo(encoded.observed()[0], within(1e-3f));
      // When corrected latents are decoded as if they were codes
      float[] wrong = scorer.reconstructionErrors(pixels, 9, encoded.observed());
      // Then they give something else
      float right = scorer.score(pixels, 9).reconstructionErrors()[0];
      assertThat((double) wrong[0]).isNotCloseTo(right, within(1e-4 * right));
    }
  }

  @Test
  void shouldLeaveErrorsOutWhenItOnlyEncodes() {
    // Given
    try (FrameScorer scorer = open()) {
      // When
      // Then
      assertThat(scorer.encode(pixels(2), 2).reconstructionErrors()).containsOnly(Float.NaN);
    }
  }

  @Test
  void shouldRefuseNoThreads() {
    // Given
    // When
    // Then
    assertThatThrownBy(() -> new OnnxFrameScorer(PLAN, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads must be at least 1 but was 0");
  }
}
