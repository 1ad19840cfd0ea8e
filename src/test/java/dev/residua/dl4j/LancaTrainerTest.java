package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.ImageShape;
import dev.residua.testing.Spots;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class LancaTrainerTest {
  private static final ImageShape SMALL = new ImageShape(32, 32, 1);
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
      assertThat(network.stepMillis()).isPositive();
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
        .hasMessageContaining("48x64");
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

  private static byte[] weights(Spots data, TrainingSettings settings, byte[] start)
      throws Exception {
    int[] labelled = new int[data.size() / 2];
    for (int i = 0; i < labelled.length; i++) {
      labelled[i] = 2 * i;
    }
    try (TrainedNetwork network =
        new LancaTrainer()
            .train(data, data.size(), labelled, settings, start, TrainingProgress.SILENT)) {
      return network.weights();
    }
  }
}
