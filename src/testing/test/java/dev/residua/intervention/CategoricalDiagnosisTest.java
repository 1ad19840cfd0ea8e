package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Latent;
import dev.residua.causal.Summary;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Six categories with an unobserved common cause, and no edges between them. */
class CategoricalDiagnosisTest {
  private static final CausalGraph GRAPH =
      CausalGraph.empty(List.of("object", "colour", "size", "rotation", "scene", "light"));
  private static final int[] VALUES = {5, 5, 3, 6, 16, 3};
  private static final int WINDOWS = 40;
  private static final int WINDOW = 128;
  private static MechanismReference reference;
  private static double[][] distributions;

  /** Frames: observed, expected, residuals. */
  private record Rows(float[][] observed, float[][] expected, float[][] residuals) {}

  /** Draws frames; each node favours the value that the common cause names. */
  private static Rows play(int n, long seed, int changed, UnaryOperator<double[]> change) {
    Random random = new Random(seed);
    float[][] observed = new float[n][6];
    float[][] expected = new float[n][6];
    float[][] residuals = new float[n][6];
    for (int t = 0; t < n; t++) {
      int cause = random.nextInt(4);
      for (int i = 0; i < 6; i++) {
        double[] p = new double[VALUES[i]];
        Arrays.fill(p, 1.0 / (VALUES[i] + 3));
        p[cause % VALUES[i]] *= 4;
        int value = draw(i == changed ? change.apply(p) : p, random.nextDouble());
        observed[t][i] = value;
        expected[t][i] = (float) CategoricalDistribution.mean(distributions[i]);
        residuals[t][i] =
            (float) CategoricalDistribution.deviate(distributions[i], value, random.nextDouble());
      }
    }
    return new Rows(observed, expected, residuals);
  }

  private static int draw(double[] p, double uniform) {
    int value = 0;
    double left = uniform;
    while (value < p.length - 1 && left >= p[value]) {
      left -= p[value++];
    }
    return value;
  }

  @BeforeAll
  static void calibrate() {
    distributions = new double[6][];
    for (int i = 0; i < 6; i++) {
      distributions[i] = new double[VALUES[i]];
      for (int cause = 0; cause < 4; cause++) {
        for (int v = 0; v < VALUES[i]; v++) {
          distributions[i][v] += (v == cause % VALUES[i] ? 4 : 1) / (4.0 * (VALUES[i] + 3));
        }
      }
    }
    Rows quiet = play(20_000, 1, -1, p -> p);
    reference =
        MechanismReference.calibrate(GRAPH, quiet.observed(), quiet.expected(), quiet.residuals());
  }

  private static Diagnosis diagnosis(long seed, int node, UnaryOperator<double[]> change) {
    return window(seed, node, change, FactorScales.NONE);
  }

  private static Diagnosis window(
      long seed, int node, UnaryOperator<double[]> change, FactorScales scales) {
    Rows rows = play(WINDOW, seed, node, change);
    MechanismWindow window = new MechanismWindow(6);
    for (int t = 0; t < WINDOW; t++) {
      window.push(rows.observed()[t], rows.expected()[t], rows.residuals()[t], false, false);
    }
    return Diagnosis.of(reference, GRAPH, scales, window, WINDOW, null);
  }

  private static double[] favouring(double[] p, int value) {
    double[] q = p.clone();
    for (int v = 0; v < q.length; v++) {
      q[v] *= 0.4;
    }
    q[value] += 0.6;
    return q;
  }

  @Test
  void shouldNameTheNodeWhoseDistributionChanged() {
    for (int node = 0; node < 6; node++) {
      int changed = node;
      int named = 0;
      for (int k = 0; k < WINDOWS; k++) {
        // When the last value occurs in 60 % more of the frames
        Diagnosis diagnosis = diagnosis(100 + k, node, p -> favouring(p, VALUES[changed] - 1));
        // Then
        named +=
            !diagnosis.causes().isEmpty()
                    && diagnosis.causes().get(0).latent().equals(GRAPH.name(node))
                ? 1
                : 0;
      }
      assertThat(named).as(GRAPH.name(node)).isGreaterThanOrEqualTo(WINDOWS * 90 / 100);
    }
  }

  @Test
  void shouldNameTheCategory() {
    // Given
    FactorScales names =
        FactorScales.of(
            IntStream.range(0, 6)
                .mapToObj(
                    i ->
                        new Latent(
                            i,
                            GRAPH.name(i),
                            true,
                            null,
                            IntStream.range(0, VALUES[i]).mapToObj(v -> "v" + v).toList()))
                .toList());
    // When
    Summary moved = window(100, 1, p -> favouring(p, 4), names).summary();
    Summary held = window(7, 1, p -> new double[] {0, 0, 0, 1, 0}, names).summary();
    // Then
    assertThat(moved.headline()).isEqualTo("Colour is mostly v4, unlike before");
    assertThat(held.headline()).isEqualTo("Colour is held at v3");
    assertThat(moved.explanation())
        .startsWith(
            "colour follows another distribution: over the last 128 frames it is v4 most often, in");
    assertThat(held.explanation()).startsWith("colour is held at v3: over the last ");
  }

  @Test
  void shouldCallAHeldCategoryHeld() {
    for (int node = 0; node < 6; node++) {
      // When it has its last value in every frame
      int changed = node;
      Diagnosis diagnosis =
          diagnosis(
              7,
              node,
              p -> {
                double[] q = new double[p.length];
                q[VALUES[changed] - 1] = 1;
                return q;
              });
      // Then
      assertThat(diagnosis.kind()).isEqualTo(InterventionKind.HARD_INTERVENTION);
      assertThat(diagnosis.causes().get(0).latent()).isEqualTo(GRAPH.name(node));
    }
  }

  @Test
  void shouldBlameNothingWhileNoDistributionChanges() {
    // Given
    int blamed = 0;
    for (int k = 0; k < 400; k++) {
      // When
      blamed += diagnosis(5_000 + k, -1, p -> p).causes().isEmpty() ? 0 : 1;
    }
    // Then 1 % and three standard errors
    assertThat(blamed).isLessThanOrEqualTo(10);
  }
}
