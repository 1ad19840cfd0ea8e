package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.dl4j.RandomScorers;
import dev.residua.dl4j.ScorerParts;
import dev.residua.frame.ImageShape;
import dev.residua.testing.FrameScorerContract;
import org.junit.jupiter.api.Test;

class OnnxFrameScorerTest extends FrameScorerContract {
  private static final byte[] MODEL = RandomScorers.complete(IMAGE, 3);
  private static final ScorerParts PARTS = ScorerParts.of(MODEL, IMAGE, 3);

  @Override
  protected FrameScorer open() {
    return OnnxFrameScorer.inHalves(
        PARTS.whole(), PARTS.encoder(), PARTS.reconstruction(), IMAGE, 3, 1);
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
  void shouldScoreWithHalvesExactlyAsWithout() {
    // Given
    byte[] pixels = pixels(9);
    try (FrameScorer halves = open();
        FrameScorer whole = new OnnxFrameScorer(MODEL, IMAGE, 3)) {
      // When
      LatentBatch actual = halves.score(pixels, 9);
      // Then
      LatentBatch expected = whole.score(pixels, 9);
      assertThat(actual.observed()).isEqualTo(expected.observed());
      assertThat(actual.expected()).isEqualTo(expected.expected());
      assertThat(actual.residuals()).isEqualTo(expected.residuals());
      assertThat(actual.reconstructionErrors()).isEqualTo(expected.reconstructionErrors());
    }
  }

  @Test
  void shouldTellCodesFromCorrectedLatents() {
    // Given
    byte[] pixels = pixels(9);
    try (FrameScorer halves = open()) {
      LatentBatch encoded = halves.encode(pixels, 9);
      assertThat(encoded.codes()[0]).isNotCloseTo(encoded.observed()[0], within(1e-3f));
      // When corrected latents are decoded as if they were codes
      float[] wrong = halves.reconstructionErrors(pixels, 9, encoded.observed());
      // Then they give something else
      float right = halves.score(pixels, 9).reconstructionErrors()[0];
      assertThat((double) wrong[0]).isNotCloseTo(right, within(1e-4 * right));
    }
  }

  @Test
  void shouldLeaveErrorsOutWhenItOnlyEncodes() {
    // Given
    try (FrameScorer halves = open();
        FrameScorer whole = new OnnxFrameScorer(MODEL, IMAGE, 3)) {
      // When
      // Then
      assertThat(halves.encode(pixels(2), 2).reconstructionErrors()).containsOnly(Float.NaN);
      assertThat(whole.encode(pixels(2), 2).reconstructionErrors())
          .isEqualTo(whole.score(pixels(2), 2).reconstructionErrors());
    }
  }

  @Test
  void shouldRefuseAModelOfAnotherShape() {
    // Given
    ImageShape other = new ImageShape(64, 32, 3);
    // When
    // Then
    assertThatThrownBy(() -> new OnnxFrameScorer(MODEL, other, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[-1, 32, 32, 3], expected [-1, 32, 64, 3]");
    assertThatThrownBy(() -> new OnnxFrameScorer(MODEL, IMAGE, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[-1, 2]");
  }

  @Test
  void shouldRefuseHalvesInTheWrongOrder() {
    // Given
    // When
    // Then
    assertThatThrownBy(
            () ->
                OnnxFrameScorer.inHalves(
                    PARTS.whole(), PARTS.reconstruction(), PARTS.encoder(), IMAGE, 3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have inputs [frames]");
  }

  @Test
  void shouldRefuseBytesThatAreNoModel() {
    // Given
    byte[] garbage = {1, 2, 3, 4, 5};
    // When
    // Then
    assertThatThrownBy(() -> new OnnxFrameScorer(garbage, IMAGE, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a usable ONNX model");
  }
}
