package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.causal.CausalGraph;
import dev.residua.testing.AdditiveNoise;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DagSearchTest {
  private static final DagSearchSettings FAST =
      new DagSearchSettings(150, 1e-4, 0.1, 1_500, 0, 3, 1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldFindTheGraphOfAnAdditiveNoiseModel(long seed) {
    // Given
    double[][] z = AdditiveNoise.latents(1_500, seed);
    // When
    CausalGraph found = DagSearch.search(z, AdditiveNoise.NAMES, FAST.withSeed(seed));
    // Then
    assertThat(found.edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
  }

  @Test
  void shouldNotDependOnUnitsOfTheLatents() {
    // Given
    double[][] z = AdditiveNoise.latents(1_500, 7);
    for (double[] row : z) {
      row[0] = 1_000 * row[0] + 5;
      row[3] = 1e-3 * row[3];
    }
    // When
    CausalGraph found = DagSearch.search(z, AdditiveNoise.NAMES, FAST);
    // Then
    assertThat(found.edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
  }

  @Test
  void shouldFindNoEdgesAmongIndependentLatents() {
    // Given
    Random random = new Random(3);
    double[][] z = new double[1_500][4];
    for (double[] row : z) {
      for (int i = 0; i < 4; i++) {
        row[i] = i < 2 ? random.nextGaussian() : random.nextDouble();
      }
    }
    // When
    CausalGraph found = DagSearch.search(z, AdditiveNoise.NAMES, FAST);
    // Then
    assertThat(found.toString()).isEqualTo("no edges");
  }

  @Test
  void shouldBeSureOfStrongEdgesAndGiveTheSameAnswerForTheSameSeed() {
    // Given
    double[][] z = AdditiveNoise.latents(1_500, 11);
    // When
    CausalGraph first = DagSearch.search(z, AdditiveNoise.NAMES, FAST.withResamples(4));
    CausalGraph second = DagSearch.search(z, AdditiveNoise.NAMES, FAST.withResamples(4));
    // Then
    assertThat(first).isEqualTo(second);
    assertThat(first.confidence(2, 3)).isGreaterThanOrEqualTo(0.75);
    assertThat(first.confidence(0, 1)).isLessThanOrEqualTo(0.25);
  }

  @Test
  void shouldSearchMoreThanSixLatentsWithFewParentsEach() {
    // Given
    double[][] pairs = AdditiveNoise.latents(1_000, 5);
    double[][] others = AdditiveNoise.latents(1_000, 6);
    double[][] z = new double[1_000][7];
    for (int i = 0; i < z.length; i++) {
      System.arraycopy(pairs[i], 0, z[i], 0, 4);
      System.arraycopy(others[i], 0, z[i], 4, 3);
    }
    List<String> names = List.of("a1", "a2", "a3", "a4", "b1", "b2", "b3");
    DagSearchSettings settings = new DagSearchSettings(60, 1e-4, 0.1, 1_000, 0, 2, 1);
    // When
    CausalGraph found = DagSearch.search(z, names, settings);
    // Then
    assertThat(found.toString()).isEqualTo("a1 -> a3, a2 -> a3, a3 -> a4, b1 -> b3, b2 -> b3");
  }

  @Test
  void shouldRefuseWhatHasNoGraph() {
    double[][] constant = AdditiveNoise.latents(200, 1);
    double[][] broken = AdditiveNoise.latents(200, 1);
    for (double[] row : constant) {
      row[1] = 4;
    }
    broken[17][2] = Double.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DagSearch.search(constant, AdditiveNoise.NAMES, FAST))
        .withMessageContaining("z2 does not vary");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DagSearch.search(broken, AdditiveNoise.NAMES, FAST))
        .withMessageContaining("z3 of row 17 is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DagSearch.search(new double[20][4], AdditiveNoise.NAMES, FAST))
        .withMessageContaining("at least 100 rows but got 20");
  }
}
