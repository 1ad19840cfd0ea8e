package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.model.BadBundleException;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentRunTest {
  @TempDir Path dir;

  /** A trainer whose trainings all fail. */
  private static final class Failing implements Trainer {
    @Override
    public String architecture() {
      return "none";
    }

    @Override
    public String preprocessing() {
      return "none";
    }

    @Override
    public TrainedNetwork train(
        TrainingData data,
        int frames,
        int[] labelled,
        TrainingSettings settings,
        byte @Nullable [] start,
        TrainingProgress progress)
        throws TrainingFailedException {
      throw new TrainingFailedException("it collapsed");
    }
  }

  private ExperimentRun run() {
    return new ExperimentRun(
        dir,
        new Failing(),
        new Failing(),
        network -> {
          throw new IllegalStateException("nothing is scored");
        },
        network -> {
          throw new IllegalStateException("nothing is drawn");
        },
        (vectors, settings) -> new double[4][4],
        () -> {
          throw new BadBundleException("there is no model");
        },
        Clock.systemUTC(),
        "test",
        TrainingProgress.SILENT);
  }

  @Test
  void shouldGoOnAfterATrainingThatFailed() throws Exception {
    // Given
    ExperimentRun run = run();
    // When
    ResultLog log = run.run("overfit", List.of(1L, 2L), 300, 10, 100);
    // Then
    assertThat(log.rows()).isEmpty();
    assertThat(run.failures())
        .containsExactly(
            "overfit, 64 frames, seed 1: it collapsed", "overfit, 64 frames, seed 2: it collapsed");
  }

  @Test
  void shouldRunWhatTrainsFromTheCheapestOn() {
    // Given
    // When
    List<String> names = ExperimentRun.trained();
    // Then
    assertThat(names)
        .startsWith("vector", "temperature", "rates", "time", "overfit")
        .endsWith("size")
        .contains("determinism", "noise", "monitor", "candle")
        .doesNotContain("localisation", "edges", "commissioning", "uniformity", "details");
  }

  @Test
  void shouldCheckTheSizeOnlyOfTrainings() throws Exception {
    // Given
    ExperimentRun run = run();
    run.run("overfit", List.of(1L), 300, 10, 100);
    // When
    run.run("overfit", List.of(2L), 300, 10, 100);
    ResultLog vectors = run.run("rates", List.of(1L), 400, 20, 50);
    // Then
    assertThat(run.failures()).hasSize(2);
    assertThat(vectors.rows()).isNotEmpty();
    assertThatThrownBy(() -> run.run("overfit", List.of(3L), 300, 10, 50))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--labels 100, not --frames 300 --steps 10 --labels 50");
    // And a damaged file is not overwritten
    Files.writeString(dir.resolve("scale.json"), "{\"frames\": 300}");
    assertThatThrownBy(() -> run.run("overfit", List.of(3L), 300, 10, 100))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("scale.json is not the size of trainings");
  }
}
