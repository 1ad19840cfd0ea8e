package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dl4j.LancaTrainer;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Spots;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class OverfitCheckTest {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(2).with(c -> c.learningRate(3e-3));

  @Test
  void shouldReproduceOneBatch() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, 64, 0, 1);
    // When
    OverfitCheck check =
        OverfitCheck.of(new LancaTrainer(), data, SETTINGS.withSteps(600), TrainingProgress.SILENT);
    // Then
    assertThat(check.share()).isLessThan(OverfitCheck.MARK);
    assertThat(check.passes()).isTrue();
  }

  @Test
  void shouldFailATrainingThatHasHardlyBegun() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, 64, 0, 1);
    // When
    OverfitCheck check =
        OverfitCheck.of(new LancaTrainer(), data, SETTINGS.withSteps(20), TrainingProgress.SILENT);
    // Then
    assertThat(check.share()).isGreaterThan(OverfitCheck.MARK);
    assertThat(check.passes()).isFalse();
  }
}
