package dev.residua.training.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DagProgramTest {
  private static double[][] scores(int d, long seed, double forbidden) {
    Random random = new Random(seed);
    double[][] score = new double[d][1 << d];
    for (int i = 0; i < d; i++) {
      for (int set = 0; set < 1 << d; set++) {
        boolean allowed = (set >> i & 1) == 0 && (set == 0 || random.nextDouble() >= forbidden);
        score[i][set] = allowed ? random.nextGaussian() : Double.POSITIVE_INFINITY;
      }
    }
    return score;
  }

  @Test
  void shouldHaveATwinThatKnowsAllGraphs() {
    // The numbers of labelled acyclic graphs, OEIS A003024.
    assertThat(Dags.all(3)).hasSize(25);
    assertThat(Dags.all(4)).hasSize(543);
    assertThat(Dags.all(5)).hasSize(29_281);
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0", "3, 2, 0", "4, 3, 0", "4, 4, 0.5", "5, 5, 0", "5, 6, 0.3", "5, 7, 0.7"})
  void shouldAgreeWithAnExhaustiveSearch(int d, long seed, double forbidden) {
    // Given
    double[][] score = scores(d, seed, forbidden);
    List<int[]> all = Dags.all(d);
    double least = all.stream().mapToDouble(g -> Dags.score(score, g)).min().orElseThrow();
    double[][] expected = new double[d][1 << d];
    for (double[] row : expected) {
      Arrays.fill(row, Double.POSITIVE_INFINITY);
    }
    for (int[] parents : all) {
      for (int i = 0; i < d; i++) {
        expected[i][parents[i]] =
            Math.min(expected[i][parents[i]], Dags.score(score, parents) - least);
      }
    }
    // When
    DagProgram program = new DagProgram(score, new int[d]);
    // Then
    assertThat(program.least()).isCloseTo(least, within(1e-12));
    assertThat(program.best()).isEqualTo(Dags.best(score));
    assertThat(program.of(program.best())).isCloseTo(least, within(1e-12));
    assertSame(program.excess(), expected);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void shouldKeepAnOrder(long seed) {
    // Given 2 before 0 and 1, and 3 before 1: no path leads back
    double[][] score = scores(4, seed, 0);
    int[] later = {0, 0, 0b0011, 0b0010};
    List<int[]> allowed =
        Dags.all(4).stream()
            .filter(
                g ->
                    (Dags.ancestors(g, 2) & later[2]) == 0
                        && (Dags.ancestors(g, 3) & later[3]) == 0)
            .toList();
    // a graph also needs one order for all pairs, which three of them can only break together
    List<int[]> ordered = allowed.stream().filter(g -> hasOrder(g, later)).toList();
    double least = ordered.stream().mapToDouble(g -> Dags.score(score, g)).min().orElseThrow();
    // When
    DagProgram program = new DagProgram(score, later);
    // Then
    assertThat(program.least()).isCloseTo(least, within(1e-12));
    double[][] excess = program.excess();
    for (int i = 0; i < 4; i++) {
      for (int set = 0; set < 16; set++) {
        int latent = i;
        int parents = set;
        double expected =
            ordered.stream()
                .filter(g -> g[latent] == parents)
                .mapToDouble(g -> Dags.score(score, g) - least)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
        assertClose(excess[i][set], expected);
      }
    }
  }

  /** Returns true if causes and known pairs together have an order. */
  private static boolean hasOrder(int[] parents, int[] later) {
    int[] all = parents.clone();
    for (int i = 0; i < later.length; i++) {
      for (int j = 0; j < later.length; j++) {
        all[j] |= (later[i] >> j & 1) << i;
      }
    }
    for (int i = 0; i < all.length; i++) {
      if ((Dags.ancestors(all, i) >> i & 1) == 1) {
        return false;
      }
    }
    return true;
  }

  private static void assertSame(double[][] actual, double[][] expected) {
    for (int i = 0; i < expected.length; i++) {
      for (int set = 0; set < expected[i].length; set++) {
        assertClose(actual[i][set], expected[i][set]);
      }
    }
  }

  private static void assertClose(double actual, double expected) {
    if (Double.isInfinite(expected)) {
      assertThat(actual).isInfinite();
    } else {
      assertThat(actual).isCloseTo(expected, within(1e-12));
    }
  }
}
