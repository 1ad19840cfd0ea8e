package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.Scorers;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A network of 6 columns: a category of 3 values, a real latent, and a category of 2 values. */
class CategoricalModelTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 1);
  private static final int FRAMES = 40;
  private static final CategoricalDistribution FIRST =
      new CategoricalDistribution(
          0, 3, new int[0], new int[0], logarithms(0.5, 0.3, 0.2), new float[0]);
  private static final CategoricalDistribution SECOND =
      new CategoricalDistribution(
          2,
          2,
          new int[] {0},
          new int[] {3},
          logarithms(0.9, 0.1, 0.5, 0.5, 0.2, 0.8),
          new float[0]);

  private static float[] logarithms(double... p) {
    float[] logarithms = new float[p.length];
    for (int i = 0; i < p.length; i++) {
      logarithms[i] = (float) Math.log(p[i]);
    }
    return logarithms;
  }

  /** What is expected of the real latent is 1, 2 or 3 by the first category. */
  private static NetworkPlan plan() {
    NetworkPlan plan = RandomNetworks.of(IMAGE, 6, 5);
    float[] linear = new float[36];
    for (int v = 0; v < 3; v++) {
      linear[v * 6 + 3] = 1 + v;
    }
    return new NetworkPlan(
        plan.image(),
        6,
        plan.block(),
        plan.meanImage(),
        plan.encoder(),
        null,
        new StructuralEquations(new float[6], linear, new float[0], new float[0], new float[0]),
        plan.decoder(),
        List.of(FIRST, SECOND),
        plan.errorScale(),
        null,
        null,
        List.of());
  }

  private static byte[] pixels() {
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    new Random(3).nextBytes(pixels);
    return pixels;
  }

  @Test
  void shouldReadCategoriesAndEvaluateTheirDistributions() {
    // Given
    NetworkPlan plan = plan();
    byte[] pixels = pixels();
    long[] frames = new long[FRAMES];
    Arrays.setAll(frames, i -> FrameDraw.frame("camera", i));
    try (NetworkEngine engine = new OnnxEngine(plan);
        ResidualScorer scorer = Scorers.onnx(plan)) {
      float[] columns = engine.encode(pixels, FRAMES, List.of());
      // When
      LatentBatch plain = scorer.score(FrameInputs.of(pixels, FRAMES));
      LatentBatch drawn = scorer.score(FrameInputs.of(pixels, FRAMES).numbered(frames));
      LatentBatch again = scorer.encode(FrameInputs.of(pixels, FRAMES).numbered(frames));
      // Then
      assertThat(scorer.latents()).isEqualTo(3);
      assertThat(scorer.nodes()).isEqualTo(3);
      assertThat(again.residuals()).containsExactly(drawn.residuals());
      for (int r = 0; r < FRAMES; r++) {
        int first = largest(columns, 6 * r, 3);
        int second = largest(columns, 6 * r + 4, 2);
        float real = columns[6 * r + 3];
        assertThat(Arrays.copyOfRange(plain.observed(), 3 * r, 3 * r + 3))
            .containsExactly(first, real, second);
        assertThat(plain.expected()[3 * r]).isCloseTo(0.7f, within(1e-5f));
        assertThat(plain.expected()[3 * r + 1]).isEqualTo(1 + first);
        assertThat(drawn.residuals()[3 * r + 1]).isCloseTo(real - 1 - first, within(1e-5f));
        double[] distribution = {0.9, 0.1};
        if (first > 0) {
          distribution = first == 1 ? new double[] {0.5, 0.5} : new double[] {0.2, 0.8};
        }
        assertThat((double) plain.residuals()[3 * r + 2])
            .isCloseTo(CategoricalDistribution.deviate(distribution, second, 0.5), within(1e-5));
        assertThat(drawn.residuals()[3 * r + 2]).isNotEqualTo(plain.residuals()[3 * r + 2]);
      }
    }
  }

  @Test
  void shouldDecodeTheCategoryAlone() {
    // Given
    NetworkPlan plan = plan();
    byte[] pixels = pixels();
    try (NetworkEngine engine = new OnnxEngine(plan);
        ResidualScorer scorer = Scorers.onnx(plan);
        OnnxLatentDecoder columns = new OnnxLatentDecoder(plan);
        CategoricalDecoder decoder = (CategoricalDecoder) OnnxLatentDecoder.of(plan)) {
      // When
      LatentBatch scored = scorer.score(FrameInputs.of(pixels, FRAMES));
      float[] picture = decoder.decode(new float[] {2, 0.5f, 0}, 1);
      // Then
      float[] hot = plan.columns().write(scored.codes(), FRAMES);
      assertThat(scored.reconstructionErrors())
          .containsExactly(engine.reconstructionErrors(pixels, FRAMES, hot, List.of()));
      assertThat(picture).containsExactly(columns.decode(new float[] {0, 0, 1, 0.5f, 1, 0}, 1));
      assertThat(decoder.latents()).isEqualTo(3);
    }
  }

  @Test
  void shouldSurviveTheBundle() {
    // Given
    byte[] bytes = NetworkPlanCodec.toBytes(plan());
    // When
    NetworkPlan read = NetworkPlanCodec.fromBytes(bytes);
    // Then
    assertThat(NetworkPlanCodec.toBytes(read)).isEqualTo(bytes);
    assertThat(read.columns()).isEqualTo(plan().columns());
    assertThat(read.distributions().get(1).intercepts()).containsExactly(SECOND.intercepts());
    assertThat(read.variables()).isZero();
  }

  private static int largest(float[] values, int from, int count) {
    int best = 0;
    for (int v = 1; v < count; v++) {
      best = values[from + v] > values[from + best] ? v : best;
    }
    return best;
  }
}
