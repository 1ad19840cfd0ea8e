package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalModel;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.testing.TestEngine;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineDeviationTest {
  private static final byte[] PIXELS = new byte[4];

  @Test
  void shouldTakeTheRootMeanSquareOfTheWorstLatent() {
    // Given the second latent off by 3 and 4 hundredths, errors by 1 % and not at all
    ResidualScorer reference = fixed(new float[] {0, 0, 0, 0}, new float[] {2, 5});
    ResidualScorer candidate = fixed(new float[] {0.01f, 0.03f, 0, 0.04f}, new float[] {2.02f, 5});
    // When
    EngineDeviation deviation = EngineDeviation.of(reference, candidate, PIXELS, 2);
    // Then sqrt((9 + 16) / 2) / 100 and 0.01 / sqrt(2)
    assertThat(deviation.latents()).isCloseTo(0.0353553, within(1e-6));
    assertThat(deviation.reconstruction()).isCloseTo(0.00707107, within(1e-6));
    assertThat(deviation.withinBounds()).isFalse();
    assertThat(deviation)
        .hasToString(
            "on 2 frames latents and residuals differ by 3.5e-02 standard deviations and reconstruction errors by 7.1e-03 of their size");
  }

  @Test
  void shouldNotAcceptWhatIsNotANumber() {
    // Given
    ResidualScorer reference = fixed(new float[4], new float[] {1, 1});
    ResidualScorer latent = fixed(new float[] {0, Float.NaN, 0, 0}, new float[] {1, 1});
    ResidualScorer error = fixed(new float[4], new float[] {1, Float.NaN});
    // When
    // Then
    assertThat(EngineDeviation.of(reference, latent, PIXELS, 2).withinBounds()).isFalse();
    assertThat(EngineDeviation.of(reference, error, PIXELS, 2).withinBounds()).isFalse();
    assertThat(EngineDeviation.of(reference, reference, PIXELS, 2).withinBounds()).isTrue();
  }

  @Test
  void shouldAcceptResidualsThatBothDoNotKnow() {
    // Given equations that use earlier frames
    ResidualScorer reference = withMemory(new float[4]);
    ResidualScorer near = withMemory(new float[] {0, 0.01f, 0, 0});
    ResidualScorer latent = withMemory(new float[] {0, Float.NaN, 0, 0});
    // When
    // Then
    assertThat(EngineDeviation.of(reference, near, PIXELS, 2).latents())
        .isCloseTo(0.01 / Math.sqrt(2), within(1e-6));
    assertThat(EngineDeviation.of(reference, latent, PIXELS, 2).withinBounds()).isFalse();
  }

  private static ResidualScorer withMemory(float[] codes) {
    CausalModel model =
        new CausalModel(
            NodeColumns.real(2), null, TestEngine.independent(2), List.of(), 0, List.of(), 0, 1);
    return new ResidualScorer(engine(codes, new float[] {1, 1}), model, PixelMask.NONE);
  }

  /** Gives the same codes and errors for any pixels: two latents of two frames. */
  private static ResidualScorer fixed(float[] codes, float[] errors) {
    return engine(codes, errors).scorer();
  }

  private static TestEngine engine(float[] codes, float[] errors) {
    return new TestEngine(new ImageShape(2, 1, 1), 2, (pixels, offset, code) -> 0) {
      @Override
      public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
        return new Encoded(codes, errors);
      }
    };
  }
}
