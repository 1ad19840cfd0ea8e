package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.frame.ImageShape;
import org.junit.jupiter.api.Test;

class EngineDeviationTest {
  private static final byte[] PIXELS = new byte[4];

  @Test
  void shouldTakeTheRootMeanSquareOfTheWorstLatent() {
    // Given the second latent off by 3 and 4 hundredths, errors by 1 % and not at all
    FrameScorer reference = new Fixed(new float[] {0, 0, 0, 0}, new float[] {2, 5});
    FrameScorer candidate = new Fixed(new float[] {0.01f, 0.03f, 0, 0.04f}, new float[] {2.02f, 5});
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
    FrameScorer reference = new Fixed(new float[4], new float[] {1, 1});
    FrameScorer latent = new Fixed(new float[] {0, Float.NaN, 0, 0}, new float[] {1, 1});
    FrameScorer error = new Fixed(new float[4], new float[] {1, Float.NaN});
    // When
    // Then
    assertThat(EngineDeviation.of(reference, latent, PIXELS, 2).withinBounds()).isFalse();
    assertThat(EngineDeviation.of(reference, error, PIXELS, 2).withinBounds()).isFalse();
    assertThat(EngineDeviation.of(reference, reference, PIXELS, 2).withinBounds()).isTrue();
  }

  /** Says the same of all frames: two latents of two frames, and residuals of the same size. */
  private record Fixed(float[] latents2, float[] errors) implements FrameScorer {
    @Override
    public ImageShape imageShape() {
      return new ImageShape(2, 1, 1);
    }

    @Override
    public int latents() {
      return 2;
    }

    @Override
    public LatentBatch score(byte[] pixels, int frames) {
      return new LatentBatch(frames, 2, latents2, new float[4], latents2, errors);
    }

    @Override
    public void close() {}
  }
}
