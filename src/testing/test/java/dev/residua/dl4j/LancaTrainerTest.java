package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.testing.MaskedFrames;
import dev.residua.testing.Scorers;
import dev.residua.testing.Spots;
import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettings.Normalize;
import dev.residua.training.LancaSettings.OrderRelaxation;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import dev.residua.training.LancaSettingsBuilder;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import dev.residua.training.metrics.Correlation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class LancaTrainerTest {
  private static final ImageShape SMALL = new ImageShape(32, 32, 1);
  private static final ImageShape TINY = new ImageShape(16, 16, 1);
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(2).withBatches(16, 8).withSteps(8).withSeed(7);

  @Test
  void shouldLowerItsLossesAndAnchorLatents() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 400, 4, 1);
    int[] labelled = new int[100];
    for (int i = 0; i < labelled.length; i++) {
      labelled[i] = 4 * i;
    }
    // When
    try (TrainedNetwork network =
        new LancaTrainer()
            .train(data, 400, labelled, SETTINGS.withSteps(60), null, TrainingProgress.SILENT)) {
      // Then
      List<TrainingLosses> history = network.history();
      TrainingLosses first = history.get(0);
      assertThat(network.finalLosses().reconstruction()).isLessThan(0.8 * first.reconstruction());
      assertThat(network.finalLosses().label()).isLessThan(0.5);
      assertThat(network.stepTimes().medianMillis()).isPositive();
    }
  }

  @Test
  void shouldGiveTheSameWeightsForTheSameSeed() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 100, 2, 1);
    // When
    byte[] once = weights(data, SETTINGS, null);
    byte[] again = weights(data, SETTINGS, null);
    byte[] other = weights(data, SETTINGS.withSeed(8), null);
    // Then
    assertThat(again).isEqualTo(once);
    assertThat(other).isNotEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void shouldLearnNothingOfMaskedPixels(int shift) throws Exception {
    // Given one corner that is masked in all frames and another in every second one
    BitSet corner = new BitSet();
    corner.set(0, 6);
    corner.set(SMALL.width(), SMALL.width() + 6);
    PixelMask always = PixelMask.of(corner);
    corner.set(SMALL.width() * SMALL.height() - 9, SMALL.width() * SMALL.height());
    PixelMask both = PixelMask.of(corner);
    IntFunction<PixelMask> masks = index -> index % 2 == 0 ? always : both;
    Spots spots = new Spots(SMALL, 100, 2, 1);
    // When
    TrainingSettings settings = SETTINGS.withShift(shift);
    byte[] once = weights(new MaskedFrames(spots, masks, 1), settings, null);
    byte[] otherNoise = weights(new MaskedFrames(spots, masks, 2), settings, null);
    byte[] seen = weights(spots, settings, null);
    // Then
    assertThat(otherNoise).isEqualTo(once);
    assertThat(seen).isNotEqualTo(once);
  }

  @Test
  void shouldStartFromGivenWeights() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 100, 2, 1);
    byte[] start = weights(data, SETTINGS, null);
    // When
    byte[] next = weights(data, SETTINGS.withSteps(1), start);
    // Then one step at the smallest learning rate moves little
    float[] before = NetworkWeights.fromBytes(start).get("enc2.w");
    float[] after = NetworkWeights.fromBytes(next).get("enc2.w");
    double most = 0;
    for (int i = 0; i < before.length; i++) {
      most = Math.max(most, Math.abs(before[i] - after[i]));
    }
    assertThat(most).isPositive().isLessThan(1e-2);
  }

  @Test
  void shouldTrainWithoutLabels() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 100, 0, 1);
    // When
    try (TrainedNetwork network =
        new LancaTrainer().train(data, 100, new int[0], SETTINGS, null, TrainingProgress.SILENT)) {
      // Then
      assertThat(network.finalLosses().label()).isZero();
      assertThat(network.finalLosses().reconstruction()).isFinite();
    }
  }

  /** The oracle is the truth: each latent follows its own factor and not the other one. */
  @Test
  void shouldTellFactorsApartByHeldPairsAlone() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 1_000, 0, 200, 1);
    // When
    try (TrainedNetwork network = train(data, SETTINGS.withSteps(400), null)) {
      // Then
      int size = SMALL.size();
      byte[] pixels = new byte[400 * size];
      double[][] truth = new double[2][400];
      for (int i = 0; i < 400; i++) {
        data.read(600 + i, pixels, i * size);
        truth[0][i] = data.truth(600 + i)[0];
        truth[1][i] = data.truth(600 + i)[1];
      }
      float[] z = network.encode(pixels, 400);
      for (int k = 0; k < 2; k++) {
        double[] latent = new double[400];
        for (int i = 0; i < 400; i++) {
          latent[i] = z[2 * i + k];
        }
        assertThat(Math.abs(Correlation.pearson(latent, truth[k]))).isGreaterThan(0.95);
        assertThat(Math.abs(Correlation.pearson(latent, truth[1 - k]))).isLessThan(0.25);
      }
      assertThat(network.finalLosses().held()).isLessThan(0.1);
      assertThat(network.finalLosses().mmd()).isZero();
      assertThat(network.warnings()).isEmpty();
    }
  }

  /** As above; answers also say which end of a factor is the high one. */
  @Test
  void shouldOrientFactorsByAnswers() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 1_000, 0, 100, 400, 1);
    // When
    try (TrainedNetwork network = train(data, SETTINGS.withSteps(400), null)) {
      // Then
      int size = SMALL.size();
      byte[] pixels = new byte[300 * size];
      double[][] truth = new double[2][300];
      for (int i = 0; i < 300; i++) {
        data.read(700 + i, pixels, i * size);
        truth[0][i] = data.truth(700 + i)[0];
        truth[1][i] = data.truth(700 + i)[1];
      }
      float[] z = network.encode(pixels, 300);
      for (int k = 0; k < 2; k++) {
        double[] latent = new double[300];
        for (int i = 0; i < 300; i++) {
          latent[i] = z[2 * i + k];
        }
        assertThat(Correlation.pearson(latent, truth[k])).isGreaterThan(0.95);
      }
      assertThat(network.finalLosses().order()).isBetween(1e-9, 0.4);
      assertThat(network.finalLosses().swap()).isPositive();
    }
  }

  @Test
  void shouldUseHeldPairsBesideLabelsUnlessTheyWeighNothing() throws Exception {
    // Given
    Spots plain = new Spots(SMALL, 200, 2, 1);
    Spots held = new Spots(SMALL, 200, 2, 20, 1);
    // When
    try (TrainedNetwork with = train(held, SETTINGS, null);
        TrainedNetwork without = train(plain, SETTINGS, null);
        TrainedNetwork unused = train(held, SETTINGS.with(c -> c.heldWeight(0)), null)) {
      // Then
      assertThat(with.finalLosses().held()).isPositive();
      assertThat(with.finalLosses().label()).isPositive();
      assertThat(with.finalLosses().mmd()).isNotZero();
      assertThat(without.finalLosses().held()).isZero();
      assertThat(unused.finalLosses().held()).isZero();
    }
  }

  /** Frames are varied by the number of the step, whether it is the first or a resumed one. */
  @Test
  void shouldContinueATrainingOnVariedFramesExactly() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 200, 2, 1);
    TrainingSettings varied = SETTINGS.withVariation(1);
    byte[] half = weights(data, varied.with(c -> c.stopAt(4)), null);
    // When
    byte[] continued = weights(data, varied, half);
    // Then
    assertThat(continued).isEqualTo(weights(data, varied, null));
    assertThat(continued).isNotEqualTo(weights(data, SETTINGS, null));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldContinueATrainingOnMovedAndNormalizedFramesExactly(int threads) throws Exception {
    // Given
    Spots data = new Spots(SMALL, 200, 2, 1);
    TrainingSettings normalized =
        SETTINGS
            .withThreads(threads)
            .withShift(2)
            .withLanca(lanca -> lanca.normalize(Normalize.ALWAYS));
    byte[] half = weights(data, normalized.with(c -> c.stopAt(4)), null);
    // When
    byte[] continued = weights(data, normalized, half);
    // Then
    assertThat(continued).isEqualTo(weights(data, normalized, null));
    assertThat(continued).isNotEqualTo(weights(data, normalized.withShift(0), null));
    assertThat(NetworkWeights.fromBytes(continued).layout().normalized()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldContinueATrainingWithExchangedRegionsExactly(int threads) throws Exception {
    // Given
    Spots data = new Spots(SMALL, 200, 2, 1);
    TrainingSettings exchanging =
        SETTINGS.withThreads(threads).withLanca(lanca -> lanca.exchangeWeight(100));
    byte[] half = weights(data, exchanging.with(c -> c.stopAt(4)), null);
    // When
    byte[] continued = weights(data, exchanging, half);
    // Then
    assertThat(continued).isEqualTo(weights(data, exchanging, null));
    assertThat(continued)
        .isNotEqualTo(weights(data, exchanging.withLanca(lanca -> lanca.exchangeWeight(0)), null));
  }

  /** The plan has the statistics in its weights; the network reads them, whatever the batch. */
  @Test
  void shouldEncodeLikeThePlanOfANormalizedNetwork() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 200, 2, 1);
    TrainingSettings normalized = SETTINGS.withLanca(lanca -> lanca.normalize(Normalize.ALWAYS));
    int size = SMALL.size();
    byte[] pixels = new byte[30 * size];
    for (int i = 0; i < 30; i++) {
      data.read(i, pixels, i * size);
    }
    // When
    try (TrainedNetwork network = train(data, normalized, null);
        ResidualScorer scorer = Scorers.onnx(PlanBuilder.network(network.weights()))) {
      float[] z = network.encode(pixels, 30);
      float[] few = network.encode(Arrays.copyOf(pixels, 2 * size), 2);
      // Then
      assertThat(few).isEqualTo(Arrays.copyOf(z, few.length));
      LatentBatch planned = scorer.score(FrameInputs.of(pixels, 30));
      for (int k = 0; k < z.length; k++) {
        assertThat(planned.observed()[k]).isCloseTo(z[k], within(1e-4f * (1 + Math.abs(z[k]))));
      }
    }
  }

  @Test
  void shouldNormalizeOnlyWhereItIsWanted() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 200, 2, 1);
    // When
    NetworkWeights usual = NetworkWeights.fromBytes(weights(data, SETTINGS, null));
    // Then a training without categories does not change
    assertThat(usual.layout().normalized()).isFalse();
  }

  @Test
  void shouldContinueATrainingWithHeldPairsExactly() throws Exception {
    // Given
    Spots data = new Spots(SMALL, 200, 0, 20, 1);
    byte[] half = weights(data, SETTINGS.with(c -> c.stopAt(4)), null);
    // When
    byte[] continued = weights(data, SETTINGS, half);
    // Then
    assertThat(continued).isEqualTo(weights(data, SETTINGS, null));
  }

  @Test
  void shouldWarnOfPairsThatShareNothing() throws Exception {
    // Given pairs that hardly weigh, so that nothing is learnt from them
    Spots data = new Spots(SMALL, 200, 0, 20, 1);
    TrainingSettings settings = SETTINGS.with(c -> c.heldWeight(1e-9));
    // When
    try (TrainedNetwork network = train(data, settings, null)) {
      // Then
      assertThat(network.warnings())
          .anyMatch(w -> w.contains("check that the column residua.held"));
    }
  }

  @Test
  void shouldSayWhatToResizeTo() {
    // Given
    Spots data = new Spots(new ImageShape(40, 50, 1), 20, 0, 1);
    // When
    // Then
    assertThatThrownBy(
            () ->
                new LancaTrainer()
                    .train(data, 20, new int[0], SETTINGS, null, TrainingProgress.SILENT))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("40x50x1")
        .hasMessageContaining("train with --size 32x48")
        .hasMessageContaining("import with --size 48x64");
  }

  @Test
  void shouldKeepTheHalvingsOfTheNetworkThatItStartsFrom() throws Exception {
    // Given frames of a size whose networks are halved twice, and one that is halved three times
    Spots data = new Spots(SMALL, 100, 2, 1);
    NetworkLayout deeper = NetworkLayout.of(SMALL, 2).withHalvings(3);
    byte[] start = NetworkWeights.random(deeper, new float[SMALL.size()], 1).toBytes();
    // When
    NetworkWeights trained = NetworkWeights.fromBytes(weights(data, SETTINGS, start));
    // Then
    assertThat(NetworkLayout.of(SMALL, 2).halvings()).isEqualTo(2);
    assertThat(trained.layout()).isEqualTo(deeper);
    assertThat(trained.get("decDeep1.w"))
        .isNotEqualTo(NetworkWeights.fromBytes(start).get("decDeep1.w"));
  }

  @Test
  void shouldStopWithTheReasonWhenALossIsNotANumber() throws Exception {
    // Given weights with one value that is not a number
    Spots data = new Spots(SMALL, 100, 2, 1);
    NetworkWeights weights =
        NetworkWeights.random(NetworkLayout.of(SMALL, 2), new float[SMALL.size()], 1);
    weights.get("enc6.b")[0] = Float.NaN;
    // When
    // Then
    assertThatThrownBy(() -> weights(data, SETTINGS, weights.toBytes()))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("NaN or infinite at step 1 of 8")
        .hasMessageContaining("--seed");
  }

  @Test
  void shouldRefuseAFactorThatNeverVaries() {
    // Given
    Spots data = new Spots(SMALL, 100, 2, 1);
    // When
    // Then
    assertThatThrownBy(
            () ->
                new LancaTrainer()
                    .train(data, 100, new int[] {4}, SETTINGS, null, TrainingProgress.SILENT))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("cause")
        .hasMessageContaining("--factors");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldTrainEveryKindOfNetwork(String name, Consumer<LancaSettingsBuilder> kind)
      throws Exception {
    // Given
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings settings =
        SETTINGS.withSteps(80).with(c -> c.learningRate(4e-3)).withLanca(kind);
    // When
    try (TrainedNetwork network = train(data, settings, null)) {
      // Then it learns, and every loss is a number
      TrainingLosses first = network.history().get(0);
      TrainingLosses last = network.finalLosses();
      assertThat(last.reconstruction()).as(name).isLessThan(0.95 * first.reconstruction());
      assertThat(last.label()).isLessThan(first.label());
      for (double loss : last.toArray()) {
        assertThat(loss).isFinite();
      }
      assertThat(last.divergence() > 0).isEqualTo(name.equals("variational"));
      assertThat(last.mmd() == 0)
          .isEqualTo(name.equals("no causal terms") || name.equals("no mmd"));
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind("default", c -> {}),
        kind("variational", c -> c.encoder(Encoder.VARIATIONAL)),
        kind("no causal terms", c -> c.causalTerms(false)),
        kind("no mmd", c -> c.mmdWeight(0)),
        kind("normal prior", c -> c.prior(ResidualPrior.STANDARD_NORMAL)),
        kind("no structural term", c -> c.structural(StructuralTerm.NONE)),
        kind("structural fit", c -> c.structural(StructuralTerm.STRUCTURAL_FIT)),
        kind("pixels", c -> c.structural(StructuralTerm.PIXELS)),
        kind("unlabelled reconstruction", c -> c.reconstructLabelled(false)),
        kind(
            "sinkhorn",
            c -> c.graph(c.graph().with(g -> g.relaxation(OrderRelaxation.GUMBEL_SINKHORN)))));
  }

  private static Arguments kind(String name, Consumer<LancaSettingsBuilder> change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest
  @EnumSource
  void shouldUseAFixedGraph(OrderRelaxation relaxation) throws Exception {
    // Given effect -> cause, the wrong way round
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings settings =
        SETTINGS.withLanca(
            c ->
                c.graph(
                    c.graph()
                        .with(g -> g.relaxation(relaxation))
                        .withFixed(new boolean[][] {{false, false}, {true, false}})));
    // When
    try (TrainedNetwork network = train(data, settings, null)) {
      // Then
      assertThat(network.learntEdges()[1][0]).isGreaterThan(0.999);
      assertThat(network.learntEdges()[0][1]).isZero();
      assertThat(network.finalLosses().edges()).isGreaterThan(0.999);
    }
  }

  @Test
  void shouldNotMoveTheGraphAfterItHardened() throws Exception {
    // Given the same training, hardened from the middle, stopped there and at the end
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings settings =
        SETTINGS.withSteps(20).withLanca(c -> c.graph(c.graph().with(g -> g.hardenFrom(0.5))));
    // When
    NetworkWeights half =
        NetworkWeights.fromBytes(weights(data, settings.with(c -> c.stopAt(10)), null));
    NetworkWeights whole = NetworkWeights.fromBytes(weights(data, settings, null));
    // Then
    assertThat(whole.get("edges")).isEqualTo(half.get("edges"));
    assertThat(whole.get("order")).isEqualTo(half.get("order"));
    assertThat(whole.get("mech2.w")).isNotEqualTo(half.get("mech2.w"));
    assertThat(whole.get("enc1.w")).isNotEqualTo(half.get("enc1.w"));
  }

  @Test
  void shouldContinueAsIfItHadNotBeenStopped() throws Exception {
    // Given
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings settings = SETTINGS.withSteps(40);
    byte[] whole;
    TrainingLosses wholeLosses;
    try (TrainedNetwork network = train(data, settings, null)) {
      whole = network.weights();
      wholeLosses = network.finalLosses();
    }
    // When
    byte[] half = weights(data, settings.with(c -> c.stopAt(20)), null);
    try (TrainedNetwork network = train(data, settings, half)) {
      // Then bit for bit
      assertThat(network.weights()).isEqualTo(whole);
      assertThat(network.finalLosses()).isEqualTo(wholeLosses);
      assertThat(network.history()).hasSize(40);
      assertThat(network.warnings()).noneMatch(w -> w.contains("new training"));
    }
  }

  @Test
  void shouldContinueFromACheckpointAsIfItHadNotDied() throws Exception {
    // Given a training of which only the checkpoint of its 50th step is left
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings settings = SETTINGS.withSteps(70);
    List<Integer> offered = new ArrayList<>();
    List<byte[]> kept = new ArrayList<>();
    TrainingProgress keeping =
        new TrainingProgress() {
          @Override
          public void at(String stage, double fraction, @Nullable TrainingLosses losses) {}

          @Override
          public void checkpoint(int step, Supplier<byte[]> weights) {
            offered.add(step);
            kept.add(weights.get());
          }
        };
    byte[] whole;
    try (TrainedNetwork network = train(data, settings, null, keeping)) {
      whole = network.weights();
    }
    // When
    byte[] continued = weights(data, settings, kept.get(0));
    // Then
    assertThat(offered).containsExactly(50);
    assertThat(continued).isEqualTo(whole).isNotEqualTo(kept.get(0));
  }

  @Test
  void shouldSayThatItStartsAnewWithOtherSettings() throws Exception {
    // Given
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings settings = SETTINGS.withSteps(20);
    byte[] stopped = weights(data, settings.with(c -> c.stopAt(10)), null);
    byte[] complete = weights(data, settings, null);
    // When
    // Then
    try (TrainedNetwork network =
        train(data, settings.withLanca(c -> c.encoder(Encoder.VARIATIONAL)), stopped)) {
      assertThat(network.warnings()).anyMatch(w -> w.contains("other settings"));
    }
    try (TrainedNetwork network = train(data, settings, complete)) {
      assertThat(network.warnings()).anyMatch(w -> w.contains("completed training"));
    }
  }

  @Test
  void shouldLearnFromLabelsThatAreKnownInPart() throws Exception {
    // Given every labelled frame knows one factor only
    Altered data = new Altered(TINY, 400, (frame, factors) -> factors[frame / 2 % 2] = Double.NaN);
    // When
    try (TrainedNetwork network = train(data, SETTINGS.withSteps(200), null)) {
      // Then both factors are learnt
      byte[] pixels = new byte[100 * TINY.size()];
      for (int i = 0; i < 100; i++) {
        data.read(i, pixels, i * TINY.size());
      }
      float[] z = network.encode(pixels, 100);
      double[] products = new double[2];
      for (int i = 0; i < 100; i++) {
        for (int f = 0; f < 2; f++) {
          products[f] += z[2 * i + f] * data.truth(i)[f] / 100;
        }
      }
      assertThat(products[0]).isGreaterThan(0.3);
      assertThat(products[1]).isGreaterThan(0.2);
    }
  }

  @Test
  void shouldRefuseAFactorThatIsNeverKnown() {
    // Given
    Altered data = new Altered(TINY, 100, (frame, factors) -> factors[1] = Double.NaN);
    // When
    // Then
    assertThatThrownBy(() -> train(data, SETTINGS, null))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("factor effect is unknown in all 50 labelled frames");
  }

  @Test
  void shouldStopWhenLabelsContradictTheFrames() {
    // Given labels that have nothing to do with their frames
    Altered data =
        new Altered(
            TINY,
            2_000,
            (frame, factors) -> {
              Random random = new Random(frame);
              factors[0] = random.nextGaussian();
              factors[1] = random.nextGaussian();
            });
    // When
    // Then
    assertThatThrownBy(
            () -> train(data, SETTINGS.withSteps(600).withLanca(c -> c.causalTerms(false)), null))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("the labels contradict the frames")
        .hasMessageContaining("labels.csv");
  }

  @Test
  void shouldStopWhenTheNetworkCollapsesToTheMeanImage() {
    // Given a divergence so heavy that nothing else counts
    Spots data = new Spots(TINY, 400, 0, 1);
    TrainingSettings settings =
        SETTINGS
            .withSteps(450)
            .withLanca(
                c -> {
                  c.encoder(Encoder.VARIATIONAL);
                  c.divergenceWeight(1e5);
                });
    // When
    // Then
    assertThatThrownBy(() -> train(data, settings, null))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("collapsed to the mean image")
        .hasMessageContaining("label about 100 frames");
  }

  @Test
  void shouldRefuseFramesThatAreAllTheSame() {
    // Given
    Spots data = new Spots(TINY, 1, 0, 1);
    TrainingData still = new Still(data);
    // When
    // Then
    assertThatThrownBy(
            () ->
                new LancaTrainer()
                    .train(still, 100, new int[0], SETTINGS, null, TrainingProgress.SILENT))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("all frames are the same picture");
  }

  @Test
  void shouldWarnOfAnEmptyGraphAndOfEquationsThatExplainNothing() throws Exception {
    // Given
    Spots data = new Spots(TINY, 200, 2, 1);
    TrainingSettings empty =
        SETTINGS
            .withSteps(60)
            .withLanca(
                c ->
                    c.graph(
                        c.graph()
                            .with(
                                g -> {
                                  g.warmFrom(0);
                                  g.warmTo(0);
                                  g.edgeWeight(1_000);
                                  g.edgePrior(1e-6);
                                  g.edgeRate(0.1);
                                  g.orderRate(0.2);
                                })));
    TrainingSettings unused =
        SETTINGS.withLanca(
            c -> {
              c.structural(StructuralTerm.NONE);
              c.graph(c.graph().withFixed(new boolean[][] {{false, true}, {false, false}}));
            });
    // When
    // Then
    try (TrainedNetwork network = train(data, empty, null)) {
      assertThat(network.warnings()).anyMatch(w -> w.contains("no edges"));
    }
    try (TrainedNetwork network = train(data, unused, null)) {
      assertThat(network.warnings()).anyMatch(w -> w.contains("explain less than 1 %"));
    }
  }

  @Test
  void shouldWarnOfPoorPicturesWhoseResidualsAgree() throws Exception {
    // Given pixels whose noise has most of their variance, so that no network reproduces them
    Spots clear = new Spots(TINY, 400, 4, 1);
    Spots noisy =
        new Spots(TINY, 400, 4, 1) {
          @Override
          public void read(int index, byte[] into, int offset) {
            super.read(index, into, offset);
            SplittableRandom noise = new SplittableRandom(index);
            for (int i = offset; i < offset + TINY.size(); i++) {
              into[i] = (byte) Math.min(255, (into[i] & 0xff) / 2 + noise.nextInt(128));
            }
          }
        };
    TrainingSettings settings = SETTINGS.withSteps(450);
    // When
    // Then
    try (TrainedNetwork network = train(noisy, settings, null)) {
      assertThat(network.warnings())
          .anyMatch(w -> w.contains("of the pixel variance is not reproduced: lower mmd-weight"));
    }
    try (TrainedNetwork network = train(clear, settings, null)) {
      assertThat(network.warnings()).noneMatch(w -> w.contains("mmd-weight"));
    }
  }

  private static TrainedNetwork train(TrainingData data, TrainingSettings settings, byte[] start)
      throws TrainingFailedException {
    return train(data, settings, start, TrainingProgress.SILENT);
  }

  private static TrainedNetwork train(
      TrainingData data, TrainingSettings settings, byte[] start, TrainingProgress progress)
      throws TrainingFailedException {
    int[] labelled = IntStream.range(0, data.size()).filter(i -> data.factors(i) != null).toArray();
    return new LancaTrainer().train(data, data.size(), labelled, settings, start, progress);
  }

  private static byte[] weights(TrainingData data, TrainingSettings settings, byte[] start)
      throws Exception {
    try (TrainedNetwork network = train(data, settings, start)) {
      return network.weights();
    }
  }

  /** Spots with half of the frames labelled, whose labels are changed. */
  private static final class Altered implements TrainingData {
    private final Spots spots;
    private final BiConsumer<Integer, double[]> change;

    Altered(ImageShape shape, int size, BiConsumer<Integer, double[]> change) {
      this.spots = new Spots(shape, size, 2, 1);
      this.change = change;
    }

    double[] truth(int index) {
      return spots.truth(index);
    }

    @Override
    public String name() {
      return spots.name();
    }

    @Override
    public String sha256() {
      return spots.sha256();
    }

    @Override
    public ImageShape shape() {
      return spots.shape();
    }

    @Override
    public int size() {
      return spots.size();
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      spots.read(index, into, offset);
    }

    @Override
    public List<String> factorNames() {
      return spots.factorNames();
    }

    @Override
    public double[] factors(int index) {
      double[] factors = spots.factors(index);
      if (factors != null) {
        change.accept(index, factors);
      }
      return factors;
    }
  }

  /** One frame again and again. */
  private record Still(Spots spots) implements TrainingData {
    @Override
    public String name() {
      return spots.name();
    }

    @Override
    public String sha256() {
      return spots.sha256();
    }

    @Override
    public ImageShape shape() {
      return spots.shape();
    }

    @Override
    public int size() {
      return 100;
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      spots.read(0, into, offset);
    }

    @Override
    public List<String> factorNames() {
      return List.of();
    }

    @Override
    public double[] factors(int index) {
      return null;
    }
  }
}
