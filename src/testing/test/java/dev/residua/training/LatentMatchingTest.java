package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.training.LatentMatching.Bootstrap;
import dev.residua.training.LatentMatching.Pair;
import dev.residua.training.metrics.Columns;
import dev.residua.training.metrics.Correlation;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LatentMatchingTest {
  private static final Bootstrap BOOTSTRAP = Bootstrap.DEFAULTS;

  /** Latents that follow themselves from frame to frame: AR(1) with 0.9. */
  private static double[][] latents(int n, int d, Random random) {
    double[][] z = new double[n][d];
    for (int t = 0; t < n; t++) {
      for (int i = 0; i < d; i++) {
        z[t][i] = (t == 0 ? 0 : 0.9 * z[t - 1][i]) + random.nextGaussian();
      }
    }
    return z;
  }

  @Test
  void shouldFindLatentsThatWereExchangedAndTurned() {
    // Given curved maps of the old latents with a little noise, in another order
    Random random = new Random(1);
    double[][] old = latents(1_000, 4, random);
    int[] from = {2, 0, 3, 1};
    double[] factor = {1, -2, -0.5, 3};
    double[][] current = new double[old.length][4];
    for (int t = 0; t < old.length; t++) {
      for (int j = 0; j < 4; j++) {
        double z = old[t][from[j]];
        current[t][j] = factor[j] * (z + 0.05 * z * z * z) + 0.1 * random.nextGaussian();
      }
    }
    // When
    LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
    // Then
    assertThat(matching.pairs()).extracting(Pair::old).containsExactly(2, 0, 3, 1);
    assertThat(matching.pairs()).extracting(Pair::sign).containsExactly(1, -1, -1, 1);
    assertThat(matching.pairs()).extracting(Pair::confidence).containsOnly(1.0);
    assertThat(matching.pairs()).allMatch(Pair::carriedOver);
    assertThat(matching.names(List.of("a", "b", "c", "d"), Set.of(), "latent"))
        .containsExactly("c", "a", "d", "b");
  }

  @Test
  void shouldDoubtLatentsThatAreNearlyTheSame() {
    // Given two old latents that differ by little, and new ones that are either
    Random random = new Random(2);
    double[][] old = latents(1_000, 3, random);
    double[][] current = new double[old.length][3];
    for (int t = 0; t < old.length; t++) {
      old[t][1] = old[t][0] + 0.1 * random.nextGaussian();
      double middle = (old[t][0] + old[t][1]) / 2;
      current[t][0] = middle + 0.2 * random.nextGaussian();
      current[t][1] = middle + 0.2 * random.nextGaussian();
      current[t][2] = -old[t][2];
    }
    // When
    LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
    // Then
    assertThat(matching.pairs().get(0).confidence()).isLessThan(0.95);
    assertThat(matching.pairs().get(0).margin()).isLessThan(0.05);
    assertThat(matching.pairs().subList(0, 2)).noneMatch(Pair::carriedOver);
    assertThat(matching.pairs().get(2).carriedOver()).isTrue();
    assertThat(matching.names(List.of("a", "b", "c"), Set.of("latent_1"), "latent"))
        .containsExactly("latent_2", "latent_3", "c");
  }

  @Test
  void shouldGiveANewLatentANewName() {
    // Given a new latent that the old model knows nothing of, and rules about names of long ago
    Random random = new Random(3);
    double[][] old = latents(1_000, 3, random);
    double[][] other = latents(1_000, 1, random);
    double[][] current = new double[old.length][];
    for (int t = 0; t < old.length; t++) {
      current[t] = new double[] {old[t][1], other[t][0], old[t][0]};
    }
    // When
    LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
    // Then
    assertThat(matching.pairs().get(1).old()).isEqualTo(2);
    assertThat(Math.abs(matching.pairs().get(1).correlation())).isLessThan(0.4);
    assertThat(matching.names(List.of("x", "z_1", "z_2"), Set.of("z_3", "z_4"), "z"))
        .containsExactly("z_1", "z_5", "x");
  }

  @Test
  void shouldMatchModelsOfDifferentSizes() {
    // Given
    Random random = new Random(4);
    double[][] three = latents(400, 3, random);
    double[][] two = new double[three.length][];
    for (int t = 0; t < two.length; t++) {
      two[t] = new double[] {three[t][2], -three[t][0]};
    }
    // When
    LatentMatching less = LatentMatching.of(three, two, BOOTSTRAP);
    LatentMatching more = LatentMatching.of(two, three, BOOTSTRAP);
    // Then
    assertThat(less.pairs()).extracting(Pair::old).containsExactly(2, 0);
    assertThat(more.pairs()).extracting(Pair::old).containsExactly(1, -1, 0);
    assertThat(more.names(List.of("a", "b"), Set.of(), "new")).containsExactly("b", "new_1", "a");
  }

  @Test
  void shouldAgreeWithAllPermutationsTriedOneByOne() {
    for (int seed = 0; seed < 40; seed++) {
      // Given mixtures whose best assignment is not the best of each
      Random random = new Random(seed);
      int d = 2 + seed % 4;
      double[][] old = latents(150, d, random);
      double[][] current = new double[old.length][d];
      double[][] mix = latents(d, d, random);
      for (int t = 0; t < old.length; t++) {
        for (int j = 0; j < d; j++) {
          current[t][j] = random.nextGaussian();
          for (int i = 0; i < d; i++) {
            current[t][j] += mix[j][i] * old[t][i];
          }
        }
      }
      double[][] value = new double[d][d];
      for (int j = 0; j < d; j++) {
        for (int i = 0; i < d; i++) {
          value[j][i] = Math.abs(Correlation.spearman(Columns.of(old, i), Columns.of(current, j)));
        }
      }
      // When
      LatentMatching matching = LatentMatching.of(old, current, new Bootstrap(1, 10, 1));
      // Then
      double sum = 0;
      for (Pair pair : matching.pairs()) {
        sum += value[pair.latent()][pair.old()];
        assertThat(Math.abs(pair.correlation()))
            .isCloseTo(value[pair.latent()][pair.old()], within(1e-12));
      }
      assertThat(sum).as("seed %d", seed).isCloseTo(best(value, 0, new boolean[d]), within(1e-12));
    }
  }

  private static double best(double[][] value, int row, boolean[] taken) {
    if (row == value.length) {
      return 0;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < taken.length; i++) {
      if (!taken[i]) {
        taken[i] = true;
        best = Math.max(best, value[row][i] + best(value, row + 1, taken));
        taken[i] = false;
      }
    }
    return best;
  }

  @Test
  void shouldMatchTwelveLatents() {
    // Given
    double[][] old = latents(2_000, 12, new Random(5));
    // When
    LatentMatching matching = LatentMatching.of(old, old, BOOTSTRAP);
    // Then
    assertThat(matching.pairs()).allMatch(pair -> pair.old() == pair.latent());
    assertThat(matching.pairs()).extracting(Pair::confidence).containsOnly(1.0);
  }

  @Test
  void shouldExplainAMismatch() {
    double[][] old = latents(200, 2, new Random(6));
    assertThatThrownBy(() -> LatentMatching.of(old, latents(199, 2, new Random(6)), BOOTSTRAP))
        .hasMessageContaining("old model has 200 and the new one 199");
    double[][] holes = latents(200, 2, new Random(6));
    holes[7][1] = Double.NaN;
    assertThatThrownBy(() -> LatentMatching.of(old, holes, BOOTSTRAP))
        .hasMessage("row 7 of the new latents holds NaN, expected finite numbers");
    assertThatThrownBy(() -> new Bootstrap(0, 1, 1)).hasMessageContaining("but has 0 of 1");
  }

  @Test
  void shouldNotMatchWhatDoesNotVary() {
    // Given a latent that collapsed
    double[][] old = latents(300, 2, new Random(7));
    double[][] current = new double[300][];
    for (int t = 0; t < 300; t++) {
      current[t] = new double[] {old[t][0], 0.5};
    }
    // When
    LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
    // Then
    assertThat(matching.pairs().get(0).carriedOver()).isTrue();
    assertThat(matching.pairs().get(1).correlation()).isZero();
    assertThat(matching.pairs().get(1).carriedOver()).isFalse();
  }

  /** A chain whose every mechanism explains that share of the next latent's variance. */
  private static double[][] chain(int n, int d, double explained, Random random) {
    double[][] z = latents(n, d, random);
    double own = Math.sqrt(0.19 * (1 - explained)); // AR(1) with 0.9 has variance 1 / 0.19
    for (double[] row : z) {
      row[0] *= Math.sqrt(0.19);
      for (int i = 1; i < d; i++) {
        row[i] = Math.sqrt(explained) * row[i - 1] + own * row[i];
      }
    }
    return z;
  }

  private static double[][] noisy(double[][] z, double noise, Random random) {
    double[][] out = new double[z.length][];
    for (int t = 0; t < z.length; t++) {
      out[t] = z[t].clone();
      for (int i = 0; i < out[t].length; i++) {
        out[t][i] += noise * random.nextGaussian();
      }
    }
    return out;
  }

  @Test
  void shouldMatchEveryModelWithItselfHoweverCoupledItsLatentsAre() {
    for (int seed = 0; seed < 40; seed++) {
      // Given
      Random random = new Random(seed);
      double explained = 1 - Math.pow(10, -4 * random.nextDouble()); // up to 0.9999
      double[][] z = chain(100 + random.nextInt(900), 1 + random.nextInt(8), explained, random);
      // When
      LatentMatching matching = LatentMatching.of(z, z, new Bootstrap(20, 25, 1));
      // Then
      assertThat(matching.pairs())
          .as("seed %d, explained %s", seed, explained)
          .allMatch(pair -> pair.old() == pair.latent() && pair.carriedOver());
    }
  }

  @Test
  void shouldMatchLatentsWhoseMechanismsExplainNearlyAll() {
    for (int seed = 0; seed < 10; seed++) {
      // Given two models that read a chain, each with errors of its own
      Random random = new Random(seed);
      double[][] z = chain(2_000, 5, 0.97, random);
      double[][] old = noisy(z, 0.1, random);
      double[][] current = noisy(z, 0.1, random);
      // When
      LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
      // Then
      assertThat(matching.pairs())
          .as("seed %d", seed)
          .allMatch(pair -> pair.old() == pair.latent() && pair.carriedOver());
    }
  }

  @Test
  void shouldFollowCoupledLatentsThatWereExchanged() {
    // Given
    Random random = new Random(8);
    double[][] old = chain(1_000, 4, 0.97, random);
    int[] from = {3, 1, 0, 2};
    double[][] current = new double[old.length][4];
    for (int t = 0; t < old.length; t++) {
      for (int j = 0; j < 4; j++) {
        current[t][j] = -old[t][from[j]] + 0.05 * random.nextGaussian();
      }
    }
    // When
    LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
    // Then
    assertThat(matching.pairs()).extracting(Pair::old).containsExactly(3, 1, 0, 2);
    assertThat(matching.pairs()).allMatch(Pair::carriedOver);
    assertThat(matching.names(List.of("a", "b", "c", "d"), Set.of(), "z"))
        .containsExactly("d", "b", "a", "c");
  }

  @Test
  void shouldRefuseALatentThatMixesTwoCoupledOnes() {
    for (double share : new double[] {0.5, 0.6}) {
      // Given a new latent that is read from a cause and from its effect
      Random random = new Random(9);
      double[][] old = chain(1_000, 3, 0.97, random);
      double[][] current = noisy(old, 0, random);
      for (int t = 0; t < old.length; t++) {
        current[t][0] = share * old[t][0] + (1 - share) * old[t][1];
      }
      // When
      LatentMatching matching = LatentMatching.of(old, current, BOOTSTRAP);
      // Then
      Pair mixed = matching.pairs().get(0);
      assertThat(mixed.correlation()).isGreaterThan(0.99);
      assertThat(mixed.carriedOver()).as("%s, share %s", mixed, share).isFalse();
      assertThat(matching.pairs().get(2).carriedOver()).isTrue();
    }
  }
}
