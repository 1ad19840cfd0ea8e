package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.residua.app.model.Models;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.Scorers;
import dev.residua.training.LatentHead;
import dev.residua.training.LatentLinearization;
import dev.residua.training.MechanismSettings;
import dev.residua.training.Mechanisms;
import dev.residua.training.MonotoneMap;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PlanBuilderTest {
  private static final int D = 3;
  private static final int N = 5;

  @ParameterizedTest
  @CsvSource({"32,32,3", "64,32,1", "96,48,3", "128,96,1", "128,128,3", "192,192,1"})
  void shouldAgreeWithTheNetworkAndItsEquations(int width, int height, int channels) {
    // Given a network with random weights, moments of latents, and equations 0 -> 2 <- 1
    ImageShape image = new ImageShape(width, height, channels);
    Random random = new Random(5);
    float[] meanImage = new float[image.size()];
    for (int i = 0; i < meanImage.length; i++) {
      meanImage[i] = random.nextFloat();
    }
    NetworkWeights weights = NetworkWeights.random(NetworkLayout.of(image, D), meanImage, 3);
    for (String bias : List.of("enc1.b", "enc4.b", "enc6.b", "dec1.b", "dec3.b", "dec6.b")) {
      float[] values = weights.get(bias);
      for (int i = 0; i < values.length; i++) {
        values[i] = 0.2f * (float) random.nextGaussian();
      }
    }
    double[] mean = {0.3, -0.2, 0};
    double[] scale = {0.7, 2, 1};
    Mechanisms mechanisms = mechanisms(random);
    byte[] pixels = new byte[N * image.size()];
    random.nextBytes(pixels);
    // When
    LatentBatch onnx;
    try (ResidualScorer scorer =
        Scorers.onnx(
            PlanBuilder.model(
                weights, mean, scale, LatentLinearization.none(D), null, mechanisms))) {
      onnx = scorer.score(FrameInputs.of(pixels, N));
    }
    // Then
    INDArray input = input(weights, pixels);
    Autoencoder engine = new Autoencoder(weights.layout(), input, input, List.of());
    engine.values().forEach((name, array) -> array.data().asNioFloat().put(weights.get(name)));
    INDArray z = engine.encode();
    double error = 0;
    double[] row = new double[D];
    double[] expected = new double[D];
    for (int n = 0; n < N; n++) {
      for (int i = 0; i < D; i++) {
        double standardized = (z.getDouble(n, i) - mean[i]) / scale[i];
        row[i] = onnx.observed()[n * D + i];
        assertThat(row[i]).isCloseTo(standardized, within(1e-5 * (1 + Math.abs(standardized))));
      }
      mechanisms.predict(row, expected);
      for (int i = 0; i < D; i++) {
        assertThat((double) onnx.expected()[n * D + i]).isCloseTo(expected[i], within(1e-4));
        assertThat((double) onnx.residuals()[n * D + i])
            .isCloseTo(row[i] - expected[i], within(1e-4));
      }
      error += onnx.reconstructionErrors()[n] * image.size() / N;
    }
    double reconstruction =
        engine.decode(z.data().asFloat(), N, 1, new double[0], new float[N * D]).reconstruction();
    assertThat(error).isCloseTo(reconstruction, within(1e-4 * reconstruction));
  }

  @Test
  void shouldCorrectLatentsLikeTheHeadAndDecodeThemUncorrected() {
    // Given a head that changes the first and the last latent by up to half a unit
    ImageShape image = new ImageShape(32, 32, 1);
    Random random = new Random(8);
    NetworkWeights weights =
        NetworkWeights.random(NetworkLayout.of(image, D), new float[image.size()], 3);
    float[] first = weights.get("dec1.w"); // random decoders hardly look at their latents
    for (int i = 0; i < first.length; i++) {
      first[i] *= 1_000;
    }
    byte[] pixels = new byte[200 * image.size()];
    random.nextBytes(pixels);
    double[] mean = {0.3, -0.2, 0};
    double[] scale = {0.02, 0.05, 0.03};
    Mechanisms mechanisms = mechanisms(random);
    LatentBatch plain = scored(weights, mean, scale, null, mechanisms, image, pixels);
    double[][] z = new double[200][D];
    double[][] labels = new double[200][D];
    for (int n = 0; n < 200; n++) {
      for (int i = 0; i < D; i++) {
        z[n][i] = plain.observed()[n * D + i];
      }
    }
    z = standardized(z, mean, scale);
    for (int n = 0; n < 200; n++) {
      labels[n][0] = z[n][0] + 0.5 * Math.sin(2 * z[n][0]);
      labels[n][1] = z[n][1];
      labels[n][2] = z[n][2] + 0.2 * z[n][0] * z[n][1];
    }
    LatentHead head = LatentHead.fit(z, labels).head();
    assertThat(head).isNotNull();
    assertThat(head.corrects(0) && !head.corrects(1) && head.corrects(2)).isTrue();
    // When
    LatentBatch corrected = scored(weights, mean, scale, head, mechanisms, image, pixels);
    LatentBatch uncorrected = scored(weights, mean, scale, null, mechanisms, image, pixels);
    // Then
    double[] expected = new double[D];
    double largest = 0;
    for (int n = 0; n < 200; n++) {
      double[] code = new double[D];
      for (int i = 0; i < D; i++) {
        code[i] = uncorrected.observed()[n * D + i];
      }
      double[] java = head.apply(code);
      largest = Math.max(largest, Math.abs(java[0] - code[0]));
      double[] onnx = new double[D];
      for (int i = 0; i < D; i++) {
        onnx[i] = corrected.observed()[n * D + i];
        assertThat(onnx[i]).isCloseTo(java[i], within(1e-5));
      }
      mechanisms.predict(onnx, expected);
      for (int i = 0; i < D; i++) {
        assertThat((double) corrected.expected()[n * D + i]).isCloseTo(expected[i], within(1e-4));
      }
    }
    assertThat(largest).isGreaterThan(0.3);
    assertThat(corrected.reconstructionErrors()).isEqualTo(uncorrected.reconstructionErrors());
    // And the decoder undoes the correction of the same plan; slowly
    // only at values for which z + sin(2 z) / 2 is flat
    NetworkPlan uncorrects =
        PlanBuilder.model(weights, mean, scale, LatentLinearization.none(D), null, mechanisms);
    NetworkPlan corrects =
        PlanBuilder.model(weights, mean, scale, LatentLinearization.none(D), head, mechanisms);
    float[] pictures = decoded(uncorrects, uncorrected);
    assertThat(meanDifference(decoded(corrects, corrected), pictures))
        .isLessThan(0.1 * meanDifference(decoded(uncorrects, corrected), pictures));
    for (int n = 0; n < 200; n++) {
      double squares = 0;
      for (int i = n * image.size(); i < (n + 1) * image.size(); i++) {
        double difference = (pixels[i] & 0xFF) / 255.0 - pictures[i];
        squares += difference * difference / image.size();
      }
      double given = uncorrected.reconstructionErrors()[n];
      assertThat(squares).isCloseTo(given, within(1e-5 * given));
    }
  }

  @Test
  void shouldBuildTheShippedNetworkFromItsWeights() throws Exception {
    // Given the shipped model, whose weights and plan an earlier version wrote
    ModelBundle shipped = Models.read(Optional.empty());
    NetworkPlan plan = shipped.network();
    // When
    NetworkPlan built = PlanBuilder.network(shipped.entry(ModelBundle.WEIGHTS));
    // Then all layers agree but those next to the latents, into which their moments are folded
    assertThat(built.encoder()).hasSameSizeAs(plan.encoder());
    assertThat(built.decoder()).hasSameSizeAs(plan.decoder());
    assertThat(built.meanImage()).isEqualTo(plan.meanImage());
    for (int i = 0; i < 5; i++) {
      assertThat(built.encoder().get(i).weights()).isEqualTo(plan.encoder().get(i).weights());
      assertThat(built.encoder().get(i).bias()).isEqualTo(plan.encoder().get(i).bias());
      assertThat(built.decoder().get(i + 1).weights())
          .isEqualTo(plan.decoder().get(i + 1).weights());
      assertThat(built.decoder().get(i + 1).bias()).isEqualTo(plan.decoder().get(i + 1).bias());
    }
    // And it costs the number counted by hand
    assertThat(plan.parameters()).isEqualTo(522_036);
    assertThat(plan.multiplyAdds()).isEqualTo(13_665_280);
  }

  /** Oracle: the map itself, and the pictures of the network without it. */
  @Test
  void shouldMapLatentsAndDecodeThemMappedBack() {
    // Given a map of one latent, steep and flat
    ImageShape image = new ImageShape(32, 32, 1);
    Random random = new Random(8);
    NetworkWeights weights =
        NetworkWeights.random(NetworkLayout.of(image, D), new float[image.size()], 3);
    byte[] pixels = new byte[200 * image.size()];
    random.nextBytes(pixels);
    double[] mean = {0.3, -0.2, 0};
    double[] scale = {0.02, 0.05, 0.03};
    Mechanisms mechanisms = mechanisms(random);
    NetworkPlan plain =
        PlanBuilder.model(weights, mean, scale, LatentLinearization.none(D), null, mechanisms);
    LatentBatch before = scored(plain, pixels);
    double[] second = new double[200];
    Arrays.setAll(second, n -> before.observed()[n * D + 1]);
    Arrays.sort(second);
    MonotoneMap map =
        new MonotoneMap(
            new double[] {second[0], second[60], second[100], second[150], second[199]},
            new double[] {-2, -0.5, 0, 3, 3.5});
    // When
    NetworkPlan mapped =
        PlanBuilder.model(
            weights,
            mean,
            scale,
            new LatentLinearization(List.of(Optional.empty(), Optional.of(map), Optional.empty())),
            null,
            mechanisms);
    LatentBatch after = scored(mapped, pixels);
    // Then
    for (int n = 0; n < 200; n++) {
      for (int i = 0; i < D; i++) {
        double z = before.observed()[n * D + i];
        assertThat((double) after.observed()[n * D + i])
            .isCloseTo(i == 1 ? map.apply(z) : z, within(1e-4 * (1 + Math.abs(z))));
      }
      assertThat((double) after.reconstructionErrors()[n])
          .isCloseTo(before.reconstructionErrors()[n], withinPercentage(0.1));
    }
    assertThat(meanDifference(decoded(mapped, after), decoded(plain, before))).isLessThan(1e-4);
  }

  private static LatentBatch scored(NetworkPlan plan, byte[] pixels) {
    try (ResidualScorer scorer = Scorers.onnx(plan)) {
      return scorer.score(FrameInputs.of(pixels, pixels.length / plan.image().size()));
    }
  }

  @Test
  void shouldBoundTheParametersOfLargeFrames() {
    // Given
    NetworkPlan small = RandomNetworks.of(new ImageShape(64, 64, 3), 4, 1);
    // When
    NetworkPlan large = RandomNetworks.of(new ImageShape(192, 192, 3), 4, 1);
    // Then nine times as many pixels need less than twice the parameters
    assertThat(large.parameters()).isLessThan(2 * small.parameters());
    assertThat(large.multiplyAdds() / (double) small.multiplyAdds()).isBetween(8.5, 9.5);
  }

  private static float[] decoded(NetworkPlan plan, LatentBatch scores) {
    try (OnnxLatentDecoder decoder = new OnnxLatentDecoder(plan)) {
      return decoder.decode(scores.observed(), scores.frames());
    }
  }

  private static double meanDifference(float[] a, float[] b) {
    double mean = 0;
    for (int i = 0; i < a.length; i++) {
      mean += Math.abs(a[i] - b[i]) / a.length;
    }
    return mean;
  }

  @ParameterizedTest
  @CsvSource({"32,32,3", "64,32,1"})
  void shouldDrawPicturesThatMissTheFramesByTheReconstructionError(
      int width, int height, int channels) {
    // Given a network with random weights and large last biases, so that pictures differ
    ImageShape image = new ImageShape(width, height, channels);
    Random random = new Random(6);
    float[] meanImage = new float[image.size()];
    for (int i = 0; i < meanImage.length; i++) {
      meanImage[i] = random.nextFloat();
    }
    NetworkWeights weights = NetworkWeights.random(NetworkLayout.of(image, D), meanImage, 4);
    float[] last = weights.get("dec6.b");
    for (int i = 0; i < last.length; i++) {
      last[i] = 0.2f * (float) random.nextGaussian();
    }
    byte[] pixels = new byte[N * image.size()];
    random.nextBytes(pixels);
    // When
    LatentBatch scored;
    float[] pictures;
    try (ResidualScorer scorer = Scorers.onnx(PlanBuilder.network(weights.toBytes()));
        OnnxLatentDecoder decoder = new OnnxLatentDecoder(PlanBuilder.network(weights.toBytes()))) {
      scored = scorer.score(FrameInputs.of(pixels, N));
      pictures = decoder.decode(scored.observed(), N);
    }
    // Then
    assertThat(pictures).hasSize(N * image.size());
    for (int n = 0; n < N; n++) {
      double error = 0;
      for (int i = n * image.size(); i < (n + 1) * image.size(); i++) {
        error += Math.pow((pixels[i] & 0xff) / 255.0 - pictures[i], 2) / image.size();
      }
      assertThat((double) scored.reconstructionErrors()[n]).isCloseTo(error, within(1e-5 * error));
    }
  }

  /** Brings latents to mean 0 and variance 1 and says so in the moments. */
  private static double[][] standardized(double[][] z, double[] mean, double[] scale) {
    double[][] out = new double[z.length][D];
    for (int i = 0; i < D; i++) {
      int column = i;
      double centre = Arrays.stream(z).mapToDouble(row -> row[column]).average().orElseThrow();
      double sd =
          Math.sqrt(
              Arrays.stream(z)
                  .mapToDouble(row -> Math.pow(row[column] - centre, 2))
                  .average()
                  .orElseThrow());
      for (int n = 0; n < z.length; n++) {
        out[n][i] = (z[n][i] - centre) / sd;
      }
      mean[i] += scale[i] * centre;
      scale[i] *= sd;
    }
    return out;
  }

  private static LatentBatch scored(
      NetworkWeights weights,
      double[] mean,
      double[] scale,
      @Nullable LatentHead head,
      Mechanisms mechanisms,
      ImageShape image,
      byte[] pixels) {
    NetworkPlan plan =
        PlanBuilder.model(weights, mean, scale, LatentLinearization.none(D), head, mechanisms);
    try (ResidualScorer scorer = Scorers.onnx(plan)) {
      return scorer.score(FrameInputs.of(pixels, pixels.length / image.size()));
    }
  }

  private static Mechanisms mechanisms(Random random) {
    boolean[][] edges = new boolean[D][D];
    edges[0][2] = true;
    edges[1][2] = true;
    double[][] z = new double[300][D];
    for (double[] row : z) {
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian() + 1;
      row[2] = Math.sin(row[0]) * row[1] + 0.1 * random.nextGaussian();
    }
    return Mechanisms.fit(
        CausalGraph.of(List.of("a", "b", "c"), edges),
        z,
        MechanismSettings.DEFAULTS.withFeatures(32));
  }

  private static INDArray input(NetworkWeights weights, byte[] pixels) {
    int size = weights.image().size();
    float[] blocks = new float[N * size];
    for (int n = 0; n < N; n++) {
      Blocks.put(weights.image(), pixels, n * size, weights.meanImage(), blocks, n * size);
    }
    return Nd4j.create(blocks, Blocks.shape(weights.image(), N), 'c');
  }
}
