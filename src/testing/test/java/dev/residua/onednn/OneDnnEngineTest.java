package dev.residua.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.model.EngineDeviation;
import dev.residua.model.NetworkPlan;
import dev.residua.testing.NetworkEngineContract;
import dev.residua.testing.Scorers;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class OneDnnEngineTest extends NetworkEngineContract {
  private static final NetworkPlan PLAN = RandomNetworks.complete(IMAGE, 3);

  @Override
  protected ResidualScorer open() {
    return open(PLAN);
  }

  @Override
  protected ResidualScorer open(NetworkPlan plan) {
    return Scorers.oneDnn(plan, Precision.FP32);
  }

  @Override
  protected double latentTolerance() {
    return 1e-4;
  }

  @Override
  protected double errorTolerance() {
    return 1e-5;
  }

  @ParameterizedTest
  @CsvSource({
    "32,32,3",
    "64,32,1",
    "32,64,1",
    "96,96,3",
    "64,64,1",
    "128,128,3",
    "192,192,3",
    "192,128,1"
  })
  void shouldComputeInSinglePrecisionWhatOnnxRuntimeComputes(int width, int height, int channels) {
    // Given all that a scorer can have, and every number of frames that is compiled
    ImageShape image = new ImageShape(width, height, channels);
    NetworkPlan plan = RandomNetworks.complete(image, 4);
    byte[] pixels = new byte[47 * image.size()];
    new Random(9).nextBytes(pixels);
    try (ResidualScorer reference = Scorers.onnx(plan);
        ResidualScorer scorer = Scorers.oneDnn(plan, Precision.FP32)) {
      // When
      EngineDeviation deviation = EngineDeviation.of(reference, scorer, pixels, 47);
      // Then sums in another order differ by a few units in the last place, large ones by more
      assertThat(deviation.latents()).isLessThan(5e-5);
      assertThat(deviation.reconstruction()).isLessThan(image.size() > 50_000 ? 5e-5 : 2e-5);
    }
  }

  @Test
  void shouldObserveVariablesAsOnnxRuntimeDoes() {
    // Given the same network with and without a variable, and frames of which the first lacks it
    NetworkPlan observing = RandomNetworks.observing(PLAN);
    byte[] pixels = new byte[5 * IMAGE.size()];
    new Random(9).nextBytes(pixels);
    float[] variables = {Float.NaN, 0.5f, -1, 2, 0};
    try (ResidualScorer plain = Scorers.oneDnn(PLAN, Precision.FP32);
        ResidualScorer reference = Scorers.onnx(observing);
        ResidualScorer scorer = Scorers.oneDnn(observing, Precision.FP32)) {
      // When
      LatentBatch before = plain.score(FrameInputs.of(pixels, 5));
      LatentBatch batch = scorer.encode(FrameInputs.of(pixels, 5).observing(variables));
      // Then latents and pictures are those of the network without the variable
      assertThat(scorer.latents()).isEqualTo(3);
      assertThat(scorer.nodes()).isEqualTo(4);
      assertThat(plain.nodes()).isEqualTo(3);
      assertThat(scorer.reconstructionErrors(pixels, 5, batch.codes(), List.of()))
          .isEqualTo(before.reconstructionErrors());
      for (int row = 0; row < 5; row++) {
        for (int i = 0; i < 3; i++) {
          assertThat(batch.observed()[4 * row + i]).isEqualTo(before.observed()[3 * row + i]);
        }
        float v = variables[row];
        float[] expected = {
          0, 0, 0.25f - 1.3f * v, row == 0 ? v : 0.7f * batch.observed()[4 * row]
        };
        assertThat(Arrays.copyOfRange(batch.expected(), 4 * row, 4 * row + 4)).isEqualTo(expected);
      }
      EngineDeviation deviation = EngineDeviation.of(reference, scorer, pixels, 5);
      assertThat(deviation.latents()).isLessThan(5e-5);
      assertThat(deviation.reconstruction()).isLessThan(2e-5);
    }
  }
}
