package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MechanismReferenceTest {
  private static final CausalGraph GRAPH = Streams.GRAPH;

  private static MechanismReference of(Streams.Rows rows) {
    return MechanismReference.calibrate(
        GRAPH, rows.observed(), rows.expected(), rows.standardized());
  }

  @Test
  void shouldFindTheSpreadOfTheMeanAndOfTheCorrelationOfIndependentFrames() {
    // Given
    MechanismReference reference = of(Streams.play(40_000, 4, Streams.NONE));
    for (int m : new int[] {8, 20, 32, 50, 128}) {
      // When one standard error above what is expected
      double mean = reference.standardized(MechanismTest.MEAN, 2, m, 1 / Math.sqrt(m));
      double lower = reference.standardized(MechanismTest.MEAN, 2, m, -1 / Math.sqrt(m));
      double fisher = reference.standardized(MechanismTest.DEPENDENCE, 2, m, 1 / Math.sqrt(m - 3));

      // Then mean ~ N(0, 1 / m), atanh r ~ N(0, 1 / (m - 3))
      assertThat(mean).isCloseTo(1, within(0.15));
      assertThat(lower).isCloseTo(-1, within(0.15));
      assertThat(fisher).isCloseTo(1, within(m == 8 ? 0.3 : 0.2));
    }
  }

  @Test
  void shouldWidenWithAutocorrelation() {
    // Given roots with r = 0.9, whose means of 128 frames have a variance (1 + r) / (1 - r) = 19
    // times larger
    MechanismReference reference = of(Streams.play(80_000, 5, Streams.NONE, 0.9));

    // When
    double shift = reference.standardized(MechanismTest.MEAN, 0, 128, Math.sqrt(19.0 / 128));

    // Then
    assertThat(shift).isCloseTo(1, within(0.2));
  }

  @Test
  void shouldKnowRangeAndSupport() {
    // Given
    MechanismReference reference = of(Streams.play(20_000, 6, Streams.NONE));
    int[] parents = GRAPH.parents(2);
    // When
    // Then normal roots: 99.8 % within 3.09, squared distances in two dimensions within 13.8
    assertThat(reference.outOfRange(0, 2.7f)).isFalse();
    assertThat(reference.outOfRange(0, 3.6f)).isTrue();
    assertThat(reference.outOfSupport(parents, 2, new float[] {2.3f, -2.3f, 0, 0})).isFalse();
    assertThat(reference.outOfSupport(parents, 2, new float[] {3, -3, 0, 0})).isTrue();
    assertThat(reference.outOfSupport(GRAPH.parents(0), 0, new float[] {99, 0, 0, 0})).isFalse();
    assertThat(reference.off(2)).isCloseTo(1.2 * 3.29, within(0.25));
  }

  @Test
  void shouldJudgeTheSameFromItsBytes() {
    // Given
    MechanismReference reference = of(Streams.play(3_000, 7, Streams.NONE));
    byte[] bytes = reference.toBytes();
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(
        window, Streams.play(40, 8, (i, f, n, random) -> f + n + (i == 2 ? 1 : 0)), false, false);

    // When
    MechanismReference read = MechanismReference.fromBytes(bytes);

    // Then
    assertThat(read.toBytes()).isEqualTo(bytes);
    assertThat(Diagnosis.of(read, GRAPH, window, 30))
        .isEqualTo(Diagnosis.of(reference, GRAPH, window, 30));
  }

  @Test
  void shouldRefuseDamagedBytes() {
    // Given
    byte[] bytes = of(Streams.play(600, 9, Streams.NONE)).toBytes();
    byte[] damaged = bytes.clone();
    damaged[40] ^= 1;
    byte[] newer = bytes.clone();
    newer[7] = 2;
    // When
    // Then
    assertThatThrownBy(() -> MechanismReference.fromBytes(damaged))
        .hasMessage("mechanism reference is damaged: its checksum is wrong");
    assertThatThrownBy(() -> MechanismReference.fromBytes(newer))
        .hasMessage("mechanism reference has version 2, expected 1");
    assertThatThrownBy(() -> MechanismReference.fromBytes(new byte[20]))
        .hasMessage("20 bytes are not a mechanism reference");
  }

  @Test
  void shouldRefuseWhatItCannotLearnFrom() {
    // Given
    Streams.Rows few = Streams.play(511, 10, Streams.NONE);
    Streams.Rows rows = Streams.play(512, 10, Streams.NONE);
    rows.expected()[7][3] = Float.NaN;
    double[][] singular = new double[4][4];
    // When
    // Then
    assertThatThrownBy(() -> of(few))
        .hasMessage("mechanisms need at least 512 nominal frames but got 511");
    assertThatThrownBy(() -> of(rows))
        .hasMessage("expected latent 3 of frame 7 is NaN, expected a finite number");
    rows.expected()[7][3] = 0;
    assertThatThrownBy(
            () ->
                MechanismReference.calibrate(
                    GRAPH, rows.observed(), rows.expected(), rows.standardized(), singular))
        .hasMessage("the matrix has no inverse");
  }

  @Test
  void shouldInvertMatrices() {
    // Given
    Random random = new Random(11);
    double[][] matrix = new double[5][5];
    for (double[] row : matrix) {
      for (int j = 0; j < 5; j++) {
        row[j] = random.nextGaussian();
      }
    }
    matrix[0][0] = 0; // needs a pivot

    // When
    double[][] inverse = Matrices.inverse(matrix, 5);

    // Then
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        double sum = 0;
        for (int k = 0; k < 5; k++) {
          sum += matrix[i][k] * inverse[k][j];
        }
        assertThat(sum).isCloseTo(i == j ? 1 : 0, within(1e-9));
      }
    }
  }

  @Test
  void shouldKnowTheNormalTail() {
    // Given P(|Z| >= z) of scipy.stats.norm.sf
    List<double[]> table =
        List.of(
            new double[] {0, 1},
            new double[] {1, 0.31731050786},
            new double[] {1.959963984540054, 0.05},
            new double[] {4, 6.334248366623973e-05},
            new double[] {-6, 1.973175290075396e-09});
    for (double[] row : table) {
      // When
      double tail = NormalTail.twoSided(row[0]);
      // Then
      assertThat(tail).isCloseTo(row[1], within(3e-7 * row[1]));
      assertThat(NormalTail.twoSidedQuantile(tail)).isCloseTo(Math.abs(row[0]), within(2e-7));
    }
    assertThat(NormalTail.twoSided(40)).isEqualTo(NormalTail.SMALLEST);
  }
}
