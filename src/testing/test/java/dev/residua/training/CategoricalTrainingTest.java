package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.model.SelfTest;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.Scorers;
import dev.residua.training.graph.GraphConstraints;
import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A category that causes a real factor, next to a category with the same common cause. */
@Tag("slow")
class CategoricalTrainingTest {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(3).withBatches(32, 16).withSteps(400).withSeed(3);

  /**
   * A bright bar in one of four columns ({@code place}), the next quarter of the picture from above
   * bright or dark ({@code lamp}), and a grey level of the lowest quarter ({@code level}), which is
   * 1, -1, 0.5 or -0.5 by the place plus noise.
   */
  private static final class Signs implements TrainingData {
    private static final double[] LEVELS = {1, -1, 0.5, -0.5};
    private final byte[] pixels;
    private final double[][] factors;

    Signs(int size, long seed) {
      pixels = new byte[size * IMAGE.size()];
      factors = new double[size][];
      Random random = new Random(seed);
      for (int n = 0; n < size; n++) {
        int cause = random.nextInt(2);
        int place = random.nextInt(3) == 0 ? 2 * cause : random.nextInt(4);
        int lamp = random.nextInt(4) == 0 ? 1 - cause : cause;
        double level = LEVELS[place] + 0.3 * random.nextGaussian();
        factors[n] = new double[] {place, lamp, level};
        for (int i = 0; i < IMAGE.size(); i++) {
          int row = i / 16;
          double grey =
              row >= 12
                  ? 128 + 50 * level
                  : row >= 8 ? 60 + 120 * lamp : i % 16 / 4 == place ? 220 : 30;
          pixels[n * IMAGE.size() + i] =
              (byte) Math.max(0, Math.min(255, Math.round(grey + 4 * random.nextGaussian())));
        }
      }
    }

    @Override
    public String name() {
      return "Signs";
    }

    @Override
    public String sha256() {
      return "0123456789abcdef".repeat(4);
    }

    @Override
    public ImageShape shape() {
      return IMAGE;
    }

    @Override
    public int size() {
      return factors.length;
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      System.arraycopy(pixels, index * IMAGE.size(), into, offset, IMAGE.size());
    }

    @Override
    public List<String> factorNames() {
      return List.of("place", "lamp", "level");
    }

    @Override
    public List<List<String>> categories() {
      return List.of(List.of("a", "b", "c", "d"), List.of("off", "on"), List.of());
    }

    @Override
    public double @Nullable [] factors(int index) {
      return index % 3 == 0 ? factors[index].clone() : null;
    }
  }

  private static TrainingPipeline pipeline() {
    return new TrainingPipeline(
        new LancaTrainer(),
        OnnxEngine::new,
        OnnxLatentDecoder::of,
        Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC),
        "test",
        new ExactDagSearchSettings(40, 1e-4, 0.1, 1_000, 2, 1),
        new MechanismSettings(32, new double[] {1.4}, new double[] {1e-5}, 2_000, 1),
        DriftSettings.DEFAULTS
            .withSimulation(50, 512)
            .withFrequencies(16)
            .withTargetRunLength(1_000));
  }

  @Test
  void shouldReadCategoriesAndSearchEdgesFromThemOnly() throws Exception {
    // Given
    Signs data = new Signs(1_800, 1);
    // When
    TrainingReport report = pipeline().run(data, SETTINGS, null, null, TrainingProgress.SILENT);
    // Then
    ModelBundle bundle =
        ModelBundle.read(new ByteArrayInputStream(report.bundle().toBytes()), "test");
    assertThat(bundle.manifest().latents())
        .extracting(Latent::values)
        .containsExactly(List.of("a", "b", "c", "d"), List.of("off", "on"), List.of());
    assertThat(bundle.graph().toString()).isEqualTo("place -> level");
    NetworkPlan network = bundle.network();
    assertThat(network.latents()).isEqualTo(7);
    try (ResidualScorer scorer = Scorers.onnx(network)) {
      SelfTest.check(bundle, scorer);
      Signs fresh = new Signs(600, 2);
      int[] all = IntStream.range(0, 600).toArray();
      LatentBatch batch = FrameScores.of(scorer, fresh, Variables.NONE, all, share -> {});
      int places = 0;
      int lamps = 0;
      double[] mean = new double[4];
      int[] count = new int[4];
      for (int i = 0; i < 600; i++) {
        int place = (int) fresh.factors[i][0];
        places += batch.observed()[3 * i] == place ? 1 : 0;
        lamps += batch.observed()[3 * i + 1] == fresh.factors[i][1] ? 1 : 0;
        mean[place] += batch.expected()[3 * i + 2];
        count[place]++;
      }
      assertThat(places).isGreaterThanOrEqualTo(590);
      assertThat(lamps).isGreaterThanOrEqualTo(590);
      // and the equation has a value of its own for each place, in the order of the levels
      double[] expected = new double[4];
      for (int place = 0; place < 4; place++) {
        expected[place] = mean[place] / count[place];
      }
      assertThat(List.of(expected[1], expected[3], expected[2], expected[0])).isSorted();
      assertThat(expected[0] - expected[1]).isGreaterThan(2); // standard deviations of the level
      // and residuals of categories are standard normal: four standard errors of mean and variance
      for (int node = 0; node < 2; node++) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 600; i++) {
          double residual = batch.residuals()[3 * i + node];
          sum += residual / 600;
          squares += residual * residual / 600;
        }
        assertThat(Math.abs(sum)).isLessThan(4 / Math.sqrt(600));
        assertThat(Math.abs(squares - 1)).isLessThan(4 * Math.sqrt(2.0 / 600));
      }
    }
    assertThat(report.metrics().get("label.heldOut.0")).isLessThan(0.02);
    assertThat(report.metrics().get("label.heldOut.1")).isLessThan(0.02);
    assertThat(report.metrics().get("reading.right.0")).isGreaterThan(0.98);
    assertThat(report.metrics().get("reading.right.1")).isGreaterThan(0.98);
    assertThat(report.metrics()).doesNotContainKey("reading.right.2");
    assertThat(bundle.findings()).isEmpty();
  }

  @Test
  void shouldFitALawWithRequiredCauses() throws Exception {
    // Given a person who requires lamp -> place
    Signs data = new Signs(1_800, 1);
    boolean[][] required = new boolean[3][3];
    required[1][0] = true;
    GraphConstraints known =
        new GraphConstraints(data.factorNames(), required, new boolean[3][3], new boolean[3][3]);
    // When
    TrainingReport report = pipeline().run(data, SETTINGS, known, null, TrainingProgress.SILENT);
    // Then
    assertThat(report.graph().hasEdge(1, 0)).isTrue();
    assertThat(report.graph().hasEdge(0, 1)).isFalse();
    assertThat(report.graph().hasEdge(2, 0)).isFalse();
    assertThat(report.bundle().network().distributions().get(0).parents()).containsExactly(1);
  }
}
