package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.training.DatasetSource;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Skipped if Python or PyTorch is not installed. */
class PythonTrainingTest {
  private static final int FRAMES = 80;
  private static final TrainingSettings SETTINGS = TrainingSettings.DEFAULTS.withSteps(10);

  private final Pendulum scene = new Pendulum();
  private final int[] labelled = IntStream.range(0, FRAMES).toArray();

  @TempDir Path folder;
  private PythonTraining python;
  private DatasetSource data;
  private byte[] weights;

  @BeforeEach
  void train() throws Exception {
    try {
      python = PythonTraining.find(Optional.empty());
    } catch (StartFailedException e) {
      assumeTrue(false, "skipped: " + e.getMessage());
    }
    Path frames = folder.resolve("pendulum");
    DatasetGenerator.generate(
        Scenario.nominal(scene, List.of(0.5, 0.4), 1, 0),
        new DatasetGenerator.Settings(FRAMES, FRAMES, new ImageShape(32, 32, 3), false, false),
        frames,
        fraction -> {});
    FrameDataset set = FrameDataset.open(frames);
    data = new DatasetSource(set, set.factors());
    try (TrainedNetwork network =
        new LancaTrainer().train(data, FRAMES, labelled, SETTINGS, null, TrainingProgress.SILENT)) {
      weights = network.weights();
    }
  }

  private JsonNode run(Trainer trainer) throws Exception {
    return python.run(trainer, data, labelled, scene.graph(), SETTINGS, weights, folder);
  }

  @Test
  void shouldDoTheSameWorkAsATrainingStepOfThisProduct() throws Exception {
    // When
    JsonNode answer = run(new LancaTrainer());
    // Then
    assertThat(answer.path("largestLossDeviation").asDouble()).isBetween(0.0, 1e-3);
    assertThat(answer.path("shareOfWeightsMovedAlike").asDouble()).isBetween(0.99, 1.0);
    assertThat(answer.path("parameters").asInt()).isGreaterThan(200_000);
    assertThat(answer.path("medianMillis").asDouble())
        .isPositive()
        .isLessThanOrEqualTo(answer.path("p90Millis").asDouble());
    assertThat(answer.path("threadMillis").asDouble()).isPositive();
  }

  @Test
  void shouldRefuseToCompareWithAProductThatDoesOtherWork() {
    // Given a product that leaves the labels out of its loss
    LancaTrainer trainer = new LancaTrainer();
    Trainer other =
        new Trainer() {
          @Override
          public String architecture() {
            return trainer.architecture();
          }

          @Override
          public String preprocessing() {
            return trainer.preprocessing();
          }

          @Override
          public TrainedNetwork train(
              TrainingData of,
              int frames,
              int[] known,
              TrainingSettings settings,
              byte @Nullable [] start,
              TrainingProgress progress)
              throws TrainingFailedException {
            return trainer.train(of, frames, known, settings.withLabelWeight(0), start, progress);
          }
        };
    // When, Then
    assertThatThrownBy(() -> run(other))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("the same step moves only");
  }
}
