package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.testing.Bundles;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningFramesTest {
  private static LatentCalibration latent(double effectiveSamples) {
    return new LatentCalibration(0, 1, List.of(0.8), 0, effectiveSamples);
  }

  @Test
  void shouldNeedAThousandIndependentFramesOfTheSlowestLatent() {
    // Given 800 frames, of which 90 are as good as independent for the slower latent
    SourceCalibration own = new SourceCalibration(List.of(latent(600), latent(90)), 800, 0);
    // When, Then
    assertThat(LearningFrames.frames(own)).isEqualTo(8_900);
  }

  @Test
  void shouldNotKnowItForAModelThatFewFramesCalibrated() {
    assertThat(LearningFrames.of(Bundles.empty("m"))).isEmpty();
  }
}
