package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeldOutLabelsTest {
  private static final int N = 2_000;

  private final Random random = new Random(5);

  private interface Draw {
    /** Labels, then the nodes as they are read. */
    double[][] next();
  }

  private static HeldOutLabels draw(int n, Draw draw) {
    double[][] labels = new double[n][];
    double[][] nodes = new double[n][];
    for (int i = 0; i < n; i++) {
      double[][] both = draw.next();
      labels[i] = both[0];
      nodes[i] = both[1];
    }
    return new HeldOutLabels(labels, nodes);
  }

  private double normal() {
    return random.nextGaussian();
  }

  @Test
  void shouldFindTheDifferenceUnreadWhereFramesShowTheSum() {
    // Given
    HeldOutLabels sum =
        draw(
            N,
            () -> {
              double a = normal();
              double b = normal();
              return new double[][] {{a, b}, {(a + b) / 2, (a + b) / 2}};
            });
    // When
    HeldOutLabels.Combination worst = sum.worstCombination();
    // Then: w = (1, -1), w'Ew = 2, w'(S + 0.1 I)w = 2.2
    assertThat(worst.unread()).isEqualTo(2 / 2.2, within(0.02));
    assertThat(worst.weights()[0] / worst.weights()[1]).isEqualTo(-1, within(0.1));
  }

  @Test
  void shouldGiveTheErrorOfReadingWhereFactorsAreRead() {
    // Given errors of 0.2 that are independent
    HeldOutLabels read =
        draw(
            N,
            () -> {
              double a = normal();
              double b = normal();
              return new double[][] {{a, b}, {a + 0.2 * normal(), b + 0.2 * normal()}};
            });
    // When, Then: any w has 0.04 / 1.1; the largest of two sample variances is slightly above
    assertThat(read.worstCombination().unread()).isEqualTo(0.04 / 1.1, within(0.006));
  }

  @Test
  void shouldNotTakeCollinearLabelsForUnread() {
    // Given an effect with an own noise of 0.1, both read with an error of 0.1
    HeldOutLabels collinear =
        draw(
            N,
            () -> {
              double a = normal();
              double b = a + 0.1 * normal();
              return new double[][] {{a, b}, {a + 0.1 * normal(), b + 0.1 * normal()}};
            });
    // When, Then: w = (1, -1) has 0.02 / (0.01 + 0.2)
    assertThat(collinear.worstCombination().unread()).isEqualTo(0.02 / 0.21, within(0.02));
  }

  private static CausalGraph edge() {
    return CausalGraph.of(
        List.of("cause", "effect"), new boolean[][] {{false, true}, {false, false}});
  }

  private double ownNoise(double noise, double error) {
    HeldOutLabels checked =
        draw(
            N,
            () -> {
              double a = normal();
              double b = 0.8 * a + noise * normal();
              return new double[][] {{a, b}, {a + error * normal(), b + error * normal()}};
            });
    double[][] nodes = checked.nodes();
    Mechanisms equations = Mechanisms.fit(edge(), nodes, MechanismSettings.DEFAULTS);
    return checked.ownNoise(edge(), equations, 1);
  }

  @Test
  void shouldCompareOwnNoiseWithErrorsOfReading() {
    // When, Then: noise^2 / (error^2 (1 + 0.8^2))
    assertThat(ownNoise(0.6, 0.1)).isEqualTo(0.36 / 0.0164, within(5.0));
    assertThat(ownNoise(0.1, 0.1)).isEqualTo(0.01 / 0.0164, within(0.1));
    assertThat(ownNoise(0, 0.1)).isLessThan(0.02);
  }

  @Test
  void shouldFindWhereTwoValuesOfAFactorAreReadAsOne() {
    // Given a latent that is the factor's size
    HeldOutLabels folded =
        draw(
            N,
            () -> {
              double y = normal();
              return new double[][] {{y}, {Math.abs(y) + 0.01 * normal()}};
            });
    // When, Then: values are at least 1 apart for |y| >= 0.5, with probability 0.617
    assertThat(folded.folded(0)).isEqualTo(0.617, within(0.06));
  }

  @Test
  void shouldNotTakePoorReadingsOrTwoValuesForAFold() {
    // Given errors of 0.7; and a factor of two values that is read
    HeldOutLabels poor =
        draw(
            N,
            () -> {
              double y = normal();
              return new double[][] {{y}, {y + 0.7 * normal()}};
            });
    HeldOutLabels two =
        draw(
            N,
            () -> {
              double y = random.nextBoolean() ? 1 : -1;
              return new double[][] {{y}, {y + 0.1 * normal()}};
            });
    // When, Then
    assertThat(poor.folded(0)).isLessThan(0.03);
    assertThat(two.folded(0)).isZero();
  }

  @Test
  void shouldNotMeasureFewLabels() {
    // Given
    HeldOutLabels few = draw(19, () -> new double[][] {{normal(), normal()}, {normal(), normal()}});
    // When, Then
    assertThat(few.worstCombination().unread()).isNaN();
    assertThat(few.folded(0)).isNaN();
    Mechanisms equations =
        Mechanisms.fit(
            edge(),
            draw(N, () -> new double[][] {{0}, {normal(), normal()}}).nodes(),
            MechanismSettings.DEFAULTS);
    assertThat(few.ownNoise(edge(), equations, 1)).isNaN();
    double[][] unknown = new double[50][2];
    Arrays.setAll(unknown, i -> new double[] {Double.NaN, normal()});
    assertThat(new HeldOutLabels(unknown, few.nodes()).worstCombination().unread()).isNaN();
  }
}
