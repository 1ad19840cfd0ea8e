package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.training.ExactDagSearchSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class GraphTrialTest {
  /** Fewer features than by default, for the time of the test. */
  private static final ExactDagSearchSettings FAST =
      new ExactDagSearchSettings(60, 1e-4, 0.1, 1_500, 4, 1);

  @ParameterizedTest
  @CsvSource({"8, 1", "8, 2", "10, 1"})
  void shouldFindTheTrueGraphOfManyLatents(int latents, long seed) {
    // Given
    ExactDagSearchSettings settings = FAST.withSeed(seed);
    // When
    GraphTrial.Result result = GraphTrial.run(1_500, latents, settings);
    // Then
    assertThat(result.shd()).isZero();
    assertThat(result.edges()).isEqualTo(latents == 8 ? 7 : 10);
  }
}
