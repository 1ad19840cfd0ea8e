package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingWatchdogTest {
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(2).withSteps(1_000);
  private static final double[] LATENTS = {1, 0.5, -1, 0.2, 0, -0.7};
  private static final double PIXELS = 10;

  @Test
  void shouldStopWhenALatentIsTheSameForAllFrames() throws Exception {
    // Given the second latent is constant
    double[] constant = {1, 0.5, -1, 0.5, 0, 0.5};
    TrainingWatchdog watch = new TrainingWatchdog(SETTINGS, PIXELS, true);
    // When
    // Then
    assertThatThrownBy(() -> check(watch, 1_000, losses(3, 0.1), constant))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("latent 1 is the same for all frames at step 400 of 1000")
        .hasMessageContaining("--latents");
  }

  @Test
  void shouldLetATrainingStayAtTheMeanImageForAWhile() throws Exception {
    // Given
    TrainingWatchdog watch = new TrainingWatchdog(SETTINGS, PIXELS, true);
    // When it leaves the plateau after a third of the steps
    check(watch, 330, losses(PIXELS, 1), LATENTS);
    check(watch, 670, losses(2, 0.1), LATENTS);
    // Then
    assertThat(watch.warnings(new double[2][2])).isEmpty();
  }

  @Test
  void shouldStopWhenLabelsAreNotLearntThoughFramesAre() throws Exception {
    // Given
    TrainingWatchdog watch = new TrainingWatchdog(SETTINGS, PIXELS, true);
    // When
    // Then
    assertThatThrownBy(() -> check(watch, 1_000, losses(3, 0.9), LATENTS))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("reproduces them to 70 %")
        .hasMessageContaining("by 0.90 of their variance");
  }

  @Test
  void shouldNotJudgeLabelsThatHaveNoWeight() throws Exception {
    // Given
    TrainingWatchdog watch =
        new TrainingWatchdog(SETTINGS.with(c -> c.labelWeight(0)), PIXELS, true);
    // When
    check(watch, 1_000, losses(3, 0.9), LATENTS);
    // Then
    assertThat(watch.warnings(new double[2][2])).isEmpty();
  }

  @Test
  void shouldNotJudgeLabelsThatTheResidualsOutweigh() throws Exception {
    // Given
    TrainingSettings heavy = SETTINGS.withLanca(c -> c.mmdWeight(1e5));
    TrainingWatchdog watch = new TrainingWatchdog(heavy, PIXELS, true);
    // When
    check(watch, 1_000, new TrainingLosses(3, 0.9, 0, 0, 0, 0.01, 0, 1, 0), LATENTS);
    // Then
    assertThat(watch.warnings(new double[2][2])).isEmpty();
  }

  @Test
  void shouldWarnOnlyOfEquationsThatExplainNothing() throws Exception {
    // Given residuals that are the standardised latents, and such that are half of them
    TrainingWatchdog unused = new TrainingWatchdog(SETTINGS, PIXELS, true);
    TrainingWatchdog used = new TrainingWatchdog(SETTINGS, PIXELS, true);
    double[] latents = {1, 1, -1, -1, 1, -1, -1, 1};
    double[] half = {0.5, 1, -0.5, -1, 0.5, -1, -0.5, 1};
    double[][] edges = {{0, 0.9}, {0, 0}};
    // When
    unused.checkResiduals(latents, latents);
    used.checkResiduals(latents, half);
    // Then
    assertThat(unused.warnings(edges)).singleElement().asString().contains("less than 1 %");
    assertThat(used.warnings(edges)).isEmpty();
  }

  @Test
  void shouldWarnOfPoorPicturesWhoseResidualsAgree() throws Exception {
    // Given
    double[] half = {0.5, 0.3, -0.5, 0.1, 0, -0.3};
    // When four trainings differ in the error of the pixels, the MMD and its weight
    List<String> poor = warnings(SETTINGS, 6, 0.01, half);
    List<String> good = warnings(SETTINGS, 4, 0.01, half);
    List<String> dependent = warnings(SETTINGS, 6, 0.2, half);
    List<String> unused = warnings(SETTINGS.withLanca(l -> l.mmdWeight(0)), 6, 0.01, half);
    // Then
    assertThat(poor)
        .singleElement()
        .asString()
        .contains("60 % of the pixel variance is not reproduced")
        .contains("lower mmd-weight, which is 10.0");
    assertThat(good).isEmpty();
    assertThat(dependent).isEmpty();
    assertThat(unused).isEmpty();
  }

  private static List<String> warnings(
      TrainingSettings settings, double reconstruction, double mmd, double[] residuals)
      throws TrainingFailedException {
    TrainingWatchdog watch = new TrainingWatchdog(settings, PIXELS, true);
    check(watch, 1_000, new TrainingLosses(reconstruction, 0, 0, 0, 0, mmd, 0, 1, 0), LATENTS);
    watch.checkResiduals(LATENTS, residuals);
    return watch.warnings(new double[][] {{0, 0.9}, {0, 0}});
  }

  private static void check(
      TrainingWatchdog watch, int steps, TrainingLosses losses, double[] latents)
      throws TrainingFailedException {
    for (int step = 0; step < steps; step++) {
      watch.check(step, losses, latents);
    }
  }

  private static TrainingLosses losses(double reconstruction, double label) {
    return new TrainingLosses(reconstruction, label, 0, 0, 0, 0, 0, 1, 0);
  }
}
