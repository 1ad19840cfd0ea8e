package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Scorers;
import dev.residua.testing.Spots;
import dev.residua.training.LatentLinearization;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import dev.residua.training.metrics.Correlation;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class VariationalLayerTrainerTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 3);
  private static final int FRAMES = 300;
  private static final int D = 2;
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(D).withBatches(16, 8).withSteps(20).withSeed(7);

  private static TrainedNetwork train(TrainingData data, TrainingSettings settings)
      throws TrainingFailedException {
    int[] labelled = IntStream.range(0, data.size()).filter(i -> data.factors(i) != null).toArray();
    return new VariationalLayerTrainer()
        .train(data, data.size(), labelled, settings, null, TrainingProgress.SILENT);
  }

  private static byte[] pixels(TrainingData data) {
    byte[] pixels = new byte[data.size() * IMAGE.size()];
    for (int i = 0; i < data.size(); i++) {
      data.read(i, pixels, i * IMAGE.size());
    }
    return pixels;
  }

  @Test
  void shouldGiveTheSameWeightsForTheSameSeed() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, 100, 2, 1);
    byte[] other;
    byte[] again;
    // When
    try (TrainedNetwork network = train(data, SETTINGS)) {
      other = network.weights();
    }
    try (TrainedNetwork first = train(data, SETTINGS.withSeed(8));
        TrainedNetwork second = train(data, SETTINGS)) {
      // Then
      again = second.weights();
      assertThat(first.weights()).isNotEqualTo(other);
    }
    assertThat(again).isEqualTo(other);
  }

  /** The oracles are the frames themselves and the engine's own error. */
  @Test
  void shouldReproduceFramesAndGiveAPlanThatAgrees() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, FRAMES, 3, 1);
    byte[] pixels = pixels(data);
    double[] mean = {0.3, -0.2};
    double[] scale = {0.5, 2};
    // When
    try (TrainedNetwork network =
            train(data, SETTINGS.withSteps(300).with(c -> c.learningRate(3e-3)));
        ResidualScorer scorer =
            Scorers.onnx(network.plan(mean, scale, LatentLinearization.none(D), null, null))) {
      LatentBatch scored = scorer.score(FrameInputs.of(pixels, FRAMES));
      float[] encoded = network.encode(pixels, FRAMES);
      // Then latents agree
      double error = 0;
      for (int n = 0; n < FRAMES; n++) {
        error += scored.reconstructionErrors()[n] * IMAGE.size() / FRAMES;
        for (int i = 0; i < D; i++) {
          double expected = (encoded[n * D + i] - mean[i]) / scale[i];
          assertThat((double) scored.observed()[n * D + i])
              .isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
        }
      }
      // and so does the error, up to that of the last batches of the training
      double engine = network.finalLosses().reconstruction();
      assertThat(error).isCloseTo(engine, within(0.3 * engine));
      // and much of the difference to the mean image is reproduced
      double variance = MeanImage.of(data, FRAMES).variance();
      assertThat(error).isLessThan(0.5 * variance);
    }
  }

  @Test
  void shouldNameLatentsByLabels() throws Exception {
    // Given one labelled frame of three
    Spots data = new Spots(IMAGE, FRAMES, 3, 1);
    // When
    try (TrainedNetwork network =
        train(data, SETTINGS.withSteps(300).with(c -> c.learningRate(3e-3)))) {
      // Then each latent follows its own factor, in standard deviations of the labels
      float[] encoded = network.encode(pixels(data), FRAMES);
      for (int k = 0; k < D; k++) {
        double[] latent = new double[FRAMES];
        double[] truth = new double[FRAMES];
        for (int n = 0; n < FRAMES; n++) {
          latent[n] = encoded[n * D + k];
          truth[n] = data.truth(n)[k];
        }
        assertThat(Correlation.pearson(latent, truth)).isGreaterThan(0.8);
      }
    }
  }

  @Test
  void shouldRefuseWhatItCannotTrainOn() {
    // Given
    Spots labelled = new Spots(IMAGE, 100, 2, 1);
    Spots held = new Spots(IMAGE, 100, 0, 20, 1);
    // When
    // Then
    assertThatThrownBy(() -> train(labelled, SETTINGS.withLatents(3)))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("3 latents")
        .hasMessageContaining("as many latents as factors");
    assertThatThrownBy(() -> train(held, SETTINGS))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("no held pairs");
    assertThatThrownBy(() -> train(labelled, SETTINGS.withBatches(128, 8)))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("fewer than one batch of 128");
    assertThatThrownBy(
            () ->
                new VariationalLayerTrainer()
                    .train(
                        labelled, 100, new int[0], SETTINGS, new byte[4], TrainingProgress.SILENT))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("random weights");
  }
}
