package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FactorScaleFitTest {
  /** Evenly spaced from -2 to 2, so that quantiles are known. */
  private static final double[] USUAL =
      IntStream.rangeClosed(0, 200).mapToDouble(i -> -2 + i / 50.0).toArray();

  private static double[] noisy(double sd) {
    Random random = new Random(3);
    return Arrays.stream(USUAL).map(z -> 30 - 7 * z + sd * random.nextGaussian()).toArray();
  }

  @Test
  void shouldFindTheLineOfLabelsAndTheUsualRange() {
    // When
    FactorScale exact = FactorScaleFit.of(USUAL, noisy(0), USUAL);
    // Then 2.5 % of 201 frames are outside on each side
    assertThat(exact.offset()).isCloseTo(30, within(1e-9));
    assertThat(exact.slope()).isCloseTo(-7, within(1e-9));
    assertThat(exact.low()).isCloseTo(30 - 7 * 1.9, within(1e-9));
    assertThat(exact.high()).isCloseTo(30 + 7 * 1.9, within(1e-9));
    // and errors of labels average out: sd(slope) = 1 / (sqrt(201) 1.16) = 0.061
    assertThat(FactorScaleFit.of(USUAL, noisy(1), USUAL).slope()).isCloseTo(-7, within(0.2));
  }

  @Test
  void shouldGiveNoScaleToALatentThatDoesNotFollowItsLabels() {
    // When, Then a latent that explains 89 % of the variance: 66 / (66 + 64)
    assertThat(FactorScaleFit.of(USUAL, noisy(8), USUAL)).isNull();
    double[] constant = new double[USUAL.length];
    assertThat(FactorScaleFit.of(USUAL, constant, USUAL)).isNull();
    assertThat(FactorScaleFit.of(constant, noisy(0), USUAL)).isNull();
  }

  @Test
  void shouldNeedTenKnownLabels() {
    // Given labels of which all but 9 are unknown
    double[] few = noisy(0);
    Arrays.fill(few, 9, few.length, Double.NaN);
    // When, Then
    assertThat(FactorScaleFit.of(USUAL, few, USUAL)).isNull();
    few[100] = 30 - 7 * USUAL[100];
    assertThat(FactorScaleFit.of(USUAL, few, USUAL).slope()).isCloseTo(-7, within(1e-9));
  }

  @Test
  void shouldCarryAScaleOverToTheLatentOfANewModel() {
    // Given a new model whose second latent is the old first one, mirrored and shifted
    Latent old = new Latent(0, "hole", true, new FactorScale(10, 2, 6, 14));
    double[][] before =
        Arrays.stream(USUAL).mapToObj(z -> new double[] {z}).toArray(double[][]::new);
    double[][] after =
        Arrays.stream(USUAL).mapToObj(z -> new double[] {0, 1 - z}).toArray(double[][]::new);
    // When
    FactorScale scale = FactorScaleFit.carried(old, before, 1, after);
    // Then
    assertThat(scale.of(1 - 0.5)).isCloseTo(11, within(1e-9));
    assertThat(FactorScaleFit.carried(old.withFactor(null), before, 1, after)).isNull();
  }
}
