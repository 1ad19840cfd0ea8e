package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Normal;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EValuesTest {
  /** Mean over uniform p, by the midpoint rule on a grid that is fine near 0. */
  private static double expectation(java.util.function.DoubleUnaryOperator e) {
    double sum = 0;
    int n = 400_000;
    for (int i = 0; i < n; i++) {
      double u = (i + 0.5) / n; // p = u^8 has density 1 in p when weighted by 8 u^7
      sum += e.applyAsDouble(Math.pow(u, 8)) * 8 * Math.pow(u, 7) / n;
    }
    return sum;
  }

  /**
   * The definition without sorting: of all sets of k hypotheses whose e-values are all at least
   * {@code d / (fdr k)}, the largest.
   */
  private static boolean[] slow(double[] e, double fdr) {
    int d = e.length;
    int best = 0;
    for (int set = 1; set < 1 << d; set++) {
      int k = Integer.bitCount(set);
      boolean consistent = true;
      for (int i = 0; i < d; i++) {
        consistent &= (set >> i & 1) == 0 || e[i] >= d / (fdr * k) * (1 - 1e-12);
      }
      if (consistent && k > Integer.bitCount(best)) {
        best = set;
      }
    }
    boolean[] selected = new boolean[d];
    for (int i = 0; i < d; i++) {
      selected[i] = (best >> i & 1) == 1;
    }
    return selected;
  }

  /** Benjamini and Yekutieli on p-values. */
  private static boolean[] benjaminiYekutieli(double[] p, double fdr) {
    int d = p.length;
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double harmonic = 0;
    for (int i = 1; i <= d; i++) {
      harmonic += 1.0 / i;
    }
    double most = -1;
    for (int k = 1; k <= d; k++) {
      if (sorted[k - 1] <= fdr * k / (d * harmonic)) {
        most = sorted[k - 1];
      }
    }
    boolean[] selected = new boolean[d];
    for (int i = 0; i < d; i++) {
      selected[i] = p[i] <= most;
    }
    return selected;
  }

  private static double[] values(int d, Random random) {
    double[] p = new double[d];
    for (int i = 0; i < d; i++) {
      p[i] = Math.pow(random.nextDouble(), random.nextInt(1, 8));
    }
    return p;
  }

  @Test
  void shouldHaveAnExpectationOfOneUnderTheNull() {
    for (int d : new int[] {1, 2, 4, 7}) {
      assertThat(expectation(p -> EValues.forSelection(p, d, 0.05))).isCloseTo(1, within(1e-3));
    }
  }

  @Test
  void shouldSelectAsTheDefinitionSays() {
    // Given
    Random random = new Random(3);
    int selections = 0;
    for (int r = 0; r < 2_000; r++) {
      double[] e = values(1 + r % 7, random);
      for (int i = 0; i < e.length; i++) {
        e[i] = Math.min(1e6, 1 / e[i] / (1 + random.nextInt(3)));
      }
      // When
      boolean[] selected = EValues.select(e, 0.1);
      // Then
      assertThat(selected).isEqualTo(slow(e, 0.1));
      selections += selected[0] ? 1 : 0;
    }
    assertThat(selections).isBetween(200, 1_800);
  }

  @Test
  void shouldSelectLikeBenjaminiAndYekutieli() {
    Random random = new Random(4);
    int selections = 0;
    for (int r = 0; r < 5_000; r++) {
      double[] p = values(1 + r % 9, random);
      int d = p.length;
      double[] e = Arrays.stream(p).map(x -> EValues.forSelection(x, d, 0.05)).toArray();
      boolean[] selected = EValues.select(e, 0.05);
      assertThat(selected).isEqualTo(benjaminiYekutieli(p, 0.05));
      selections += selected[0] ? 1 : 0;
    }
    assertThat(selections).isBetween(500, 4_500);
  }

  @Test
  void shouldKeepTheShareOfFalseCausesUnderDependence() {
    // Given 20,000 frames of four latents that share two thirds of their noise; in half of the
    // frames the first is broken by four standard deviations
    Random random = new Random(6);
    double share = 0;
    int found = 0;
    int frames = 20_000;
    for (int r = 0; r < frames; r++) {
      boolean broken = r % 2 == 0;
      double common = random.nextGaussian();
      double[] e = new double[4];
      for (int i = 0; i < 4; i++) {
        double z =
            Math.sqrt(2 / 3.0) * common
                + Math.sqrt(1 / 3.0) * random.nextGaussian()
                + (broken && i == 0 ? 4 : 0);
        e[i] = EValues.forSelection(Normal.twoSided(z), 4, 0.05);
      }
      // When
      boolean[] selected = EValues.select(e, 0.05);
      int wrong = 0;
      int all = 0;
      for (int i = 0; i < 4; i++) {
        all += selected[i] ? 1 : 0;
        wrong += selected[i] && !(broken && i == 0) ? 1 : 0;
      }
      share += wrong / (double) Math.max(1, all);
      found += broken && selected[0] ? 1 : 0;
    }
    // Then: a share of at most 0.05 with four standard errors of 0.0015
    assertThat(share / frames).isLessThan(0.05 + 0.006);
    assertThat(found / (frames / 2.0)).isGreaterThan(0.8);
  }
}
