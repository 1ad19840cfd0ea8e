package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.training.metrics.Correlation;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatentLinearizationTest {
  private static final int N = 3_000;
  private static final CausalGraph GRAPH =
      CausalGraph.of(List.of("cause", "effect"), new boolean[][] {{false, true}, {false, false}});

  /** Oracle: the effect before it was bent, whose noise is additive. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldFindTheScaleOnWhichNoiseIsAdditive(long seed) {
    // Given an effect 1.5 sin(cause) + noise that is seen through a curve, as answers leave it
    double[][] straight = sample(seed, y -> y);
    double[][] bent = sample(seed, y -> Math.exp(0.8 * y));
    // When
    LatentLinearization found = of(bent, true);
    // Then
    double[] mapped = new double[N];
    double[] before = new double[N];
    double[] truth = new double[N];
    for (int r = 0; r < N; r++) {
      mapped[r] = found.apply(bent[r])[1];
      before[r] = bent[r][1];
      truth[r] = straight[r][1];
    }
    assertThat(Correlation.pearson(before, truth)).isLessThan(0.95);
    assertThat(Correlation.pearson(mapped, truth)).isGreaterThan(0.99);
    assertThat(found.map(0)).as("a root keeps its scale").isEmpty();
    assertThat(Arrays.stream(mapped).average().orElseThrow()).isCloseTo(0, within(1e-9));
    assertThat(Arrays.stream(mapped).map(y -> y * y).average().orElseThrow())
        .isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldLeaveAStraightLatentAlone(long seed) {
    assertThat(of(sample(seed, y -> y), true).isNone()).isTrue();
  }

  @Test
  void shouldNotMapALatentWhoseScaleIsKnown() {
    assertThat(of(sample(1, y -> Math.exp(0.8 * y)), false).isNone()).isTrue();
  }

  @Test
  void shouldContinueBeyondTheEndsAndInvert() {
    // Given slopes 2, 1 and 4
    MonotoneMap map = new MonotoneMap(new double[] {-1, 0, 2, 3}, new double[] {0, 2, 4, 8});
    // When, Then
    assertThat(map.apply(-2)).isEqualTo(-2);
    assertThat(map.apply(1)).isEqualTo(3);
    assertThat(map.apply(4)).isEqualTo(12);
    for (double x : new double[] {-5, -0.5, 0, 1.7, 2.2, 9}) {
      assertThat(map.inverse().apply(map.apply(x))).isCloseTo(x, within(1e-12));
    }
  }

  private static LatentLinearization of(double[][] z, boolean free) {
    boolean[][] holds = new boolean[z.length][2];
    for (boolean[] row : holds) {
      Arrays.fill(row, true);
    }
    return LatentLinearization.of(z, holds, GRAPH, new boolean[] {free, free}, 1);
  }

  /** Rows of cause and effect, both standardised. */
  private static double[][] sample(long seed, DoubleUnaryOperator curve) {
    Random random = new Random(seed);
    double[][] z = new double[N][2];
    for (double[] row : z) {
      row[0] = 4 * random.nextDouble() - 2;
      row[1] = curve.applyAsDouble(1.5 * Math.sin(row[0]) + 0.4 * random.nextGaussian());
    }
    for (int k = 0; k < 2; k++) {
      int column = k;
      double mean = Arrays.stream(z).mapToDouble(row -> row[column]).average().orElseThrow();
      double sd =
          Math.sqrt(
              Arrays.stream(z)
                  .mapToDouble(row -> Math.pow(row[column] - mean, 2))
                  .average()
                  .orElseThrow());
      for (double[] row : z) {
        row[k] = (row[k] - mean) / sd;
      }
    }
    return z;
  }
}
