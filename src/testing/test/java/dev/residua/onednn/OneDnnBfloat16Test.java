package dev.residua.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.model.CpuFeatures;
import dev.residua.app.model.Models;
import dev.residua.causal.ResidualScorer;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.model.EngineDeviation;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.NetworkEngineContract;
import dev.residua.testing.Scorers;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class OneDnnBfloat16Test extends NetworkEngineContract {
  private static final NetworkPlan PLAN = RandomNetworks.complete(IMAGE, 3);

  @BeforeAll
  static void needsBfloat16() {
    assumeTrue(
        CpuFeatures.ofThisMachine().bf16(), "this processor has neither avx512_bf16 nor AMX");
  }

  @Override
  protected ResidualScorer open() {
    return open(PLAN);
  }

  @Override
  protected ResidualScorer open(NetworkPlan plan) {
    return Scorers.oneDnn(plan, Precision.BF16);
  }

  /** In the random network a standard deviation is a small part of what is rounded. */
  @Override
  protected double latentTolerance() {
    return 0.2;
  }

  /** Kernels for other numbers of frames sum in another order and round to another bfloat16. */
  @Override
  protected double errorTolerance() {
    return 5e-3;
  }

  @Test
  void shouldStayNearOnnxRuntimeInBfloat16() throws Exception {
    // Given the model that ships with the product and frames of its scene
    ModelBundle bundle = Models.read(Optional.empty());
    ImageShape image = bundle.manifest().image();
    NetworkPlan plan = bundle.network();
    byte[] pixels = new byte[400 * image.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), image);
    for (int n = 0; n < 400; n++) {
      stream.next(pixels, n * image.size());
    }
    try (ResidualScorer reference = Scorers.onnx(plan);
        ResidualScorer scorer = Scorers.oneDnn(plan, Precision.BF16)) {
      // When
      EngineDeviation deviation = EngineDeviation.of(reference, scorer, pixels, 400);
      // Then it rounds (0.2 % of a standard deviation and 1.0 % of an error were seen)
      assertThat(deviation.latents()).isBetween(1e-4, 0.25 * EngineDeviation.MAX_LATENTS);
      assertThat(deviation.reconstruction()).isBetween(1e-4, EngineDeviation.MAX_RECONSTRUCTION);
    }
  }
}
