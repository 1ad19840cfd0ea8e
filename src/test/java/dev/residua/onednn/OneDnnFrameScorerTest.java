package dev.residua.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.Models;
import dev.residua.causal.FrameScorer;
import dev.residua.dataset.Scenario;
import dev.residua.dataset.ScenarioStream;
import dev.residua.dl4j.RandomScorers;
import dev.residua.dl4j.ScorerPlan;
import dev.residua.frame.ImageShape;
import dev.residua.model.EngineDeviation;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.testing.FrameScorerContract;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneDnnFrameScorerTest extends FrameScorerContract {
  private static final NetworkPlan PLAN = ScorerPlan.of(RandomScorers.complete(IMAGE, 3), IMAGE, 3);

  @Override
  protected FrameScorer open() {
    return new OneDnnFrameScorer(PLAN, Precision.BF16);
  }

  /** In the random network a standard deviation is a small part of what is rounded. */
  @Override
  protected double latentTolerance() {
    return 0.2;
  }

  /** Kernels for other numbers of frames sum in another order and round to another bfloat16. */
  @Override
  protected double errorTolerance() {
    return 2e-3;
  }

  @ParameterizedTest
  @CsvSource({"32,32,3", "64,32,1", "32,64,1", "96,96,3"})
  void shouldComputeInSinglePrecisionWhatOnnxRuntimeComputes(int width, int height, int channels) {
    // Given all that a scorer can have, and every number of frames that is compiled
    ImageShape image = new ImageShape(width, height, channels);
    byte[] model = RandomScorers.complete(image, 4);
    byte[] pixels = new byte[47 * image.size()];
    new Random(9).nextBytes(pixels);
    try (FrameScorer reference = new OnnxFrameScorer(model, image, 3);
        FrameScorer scorer =
            new OneDnnFrameScorer(ScorerPlan.of(model, image, 3), Precision.FP32)) {
      // When
      EngineDeviation deviation = EngineDeviation.of(reference, scorer, pixels, 47);
      // Then sums in another order differ by a few units in the last place
      assertThat(deviation.latents()).isLessThan(5e-5);
      assertThat(deviation.reconstruction()).isLessThan(2e-5);
    }
  }

  @Test
  void shouldStayNearOnnxRuntimeInBfloat16() throws Exception {
    // Given the model that ships with the product and frames of its scene
    ModelBundle bundle = Models.read(Optional.empty());
    ImageShape image = bundle.manifest().image();
    byte[] model = bundle.entry(ModelBundle.SCORER);
    byte[] pixels = new byte[400 * image.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), image);
    for (int n = 0; n < 400; n++) {
      stream.next(pixels, n * image.size());
    }
    try (FrameScorer reference = new OnnxFrameScorer(model, image, 4);
        FrameScorer scorer =
            new OneDnnFrameScorer(ScorerPlan.of(model, image, 4), Precision.BF16)) {
      // When
      EngineDeviation deviation = EngineDeviation.of(reference, scorer, pixels, 400);
      // Then it rounds (0.13 % of a standard deviation and 0.9 % of an error when this was written)
      assertThat(deviation.latents()).isBetween(1e-4, 0.25 * EngineDeviation.MAX_LATENTS);
      assertThat(deviation.reconstruction()).isBetween(1e-4, EngineDeviation.MAX_RECONSTRUCTION);
    }
  }
}
