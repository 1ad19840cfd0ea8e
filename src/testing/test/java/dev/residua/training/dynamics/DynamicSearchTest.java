package dev.residua.training.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.training.graph.GraphConstraints;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DynamicSearchTest {
  private static final List<String> NAMES = List.of("feed", "heat", "level", "gauge");
  private static final DynamicSearchSettings SETTINGS = DynamicSearchSettings.DEFAULTS;

  /**
   * The feed is an Ornstein-Uhlenbeck process; the heat follows it 4 frames later; the level
   * integrates the heat and is drained by the gauge 2 frames later; the gauge shows the level.
   */
  private static RegularSequence plant(long seed) {
    Random random = new Random(seed);
    int n = 2_000;
    double[][] x = new double[n][4];
    for (int t = 0; t < n; t++) {
      double[] last = x[Math.max(0, t - 1)];
      double early = x[Math.max(0, t - 5)][0];
      x[t][0] = last[0] - last[0] / 20 + 0.3 * random.nextGaussian();
      x[t][1] = 0.8 * last[1] + 0.2 * Math.tanh(early) + 0.05 * random.nextGaussian();
      x[t][2] = last[2] + 0.1 * last[1] - 0.05 * x[Math.max(0, t - 3)][3];
      x[t][2] += 0.02 * random.nextGaussian();
      x[t][3] = 2 * Math.tanh(x[t][2] / 2) + 0.1 * random.nextGaussian();
    }
    for (double[] row : x) {
      for (int i = 0; i < 4; i++) {
        row[i] += 0.005 * random.nextGaussian();
      }
    }
    return new RegularSequence(0.5, x);
  }

  /**
   * A valve fills a tank, and a gauge shows its level 3 frames later. Readings of level and gauge
   * have slow errors, and that of the gauge moves a little with the valve.
   */
  private static RegularSequence read(long seed, double lean) {
    Random random = new Random(seed);
    int n = 4_000;
    double[] valve = new double[n];
    double[] level = new double[n];
    double[] slow = new double[2];
    double[][] readings = new double[n][3];
    for (int t = 1; t < n; t++) {
      valve[t] = 0.98 * valve[t - 1] + 0.2 * random.nextGaussian();
      level[t] = 0.98 * level[t - 1] + 0.02 * valve[t - 1] + 0.01 * random.nextGaussian();
      for (int k = 0; k < 2; k++) {
        slow[k] = 0.95 * slow[k] + 0.007 * random.nextGaussian();
      }
      double late = level[Math.max(0, t - 3)];
      readings[t][0] = valve[t];
      readings[t][1] = level[t] + slow[0];
      readings[t][2] = late + slow[1] + lean * valve[t] + 0.02 * random.nextGaussian();
    }
    return new RegularSequence(0.5, readings);
  }

  private static DynamicModel search(long seed, GraphConstraints known, int threads) {
    return DynamicSearch.search(plant(seed), known, SETTINGS.withThreads(threads));
  }

  private static List<Integer> causes(DynamicEquation equation) {
    return equation.causes().stream().map(DelayedCause::variable).sorted().toList();
  }

  @Test
  void shouldNotTakeSlowErrorsOfReadingsForMemoryOrForCauses() {
    // Given a gauge that moves with the valve by 1.5 % of its deviation
    RegularSequence sequence = read(4, 0.012);
    GraphConstraints none = GraphConstraints.none(List.of("valve", "level", "gauge"));
    // When
    List<DynamicEquation> found =
        DynamicSearch.search(sequence, none, SETTINGS.withLeastInfluence(0.05)).equations();
    List<DynamicEquation> anyInfluence = DynamicSearch.search(sequence, none, SETTINGS).equations();
    // Then
    assertThat(found)
        .extracting(DynamicSearchTest::causes)
        .containsExactly(List.of(), List.of(0), List.of(1));
    assertThat(found)
        .extracting(DynamicEquation::memory)
        .containsExactly(Memory.FIRST_ORDER, Memory.FIRST_ORDER, Memory.SLOW_ERROR);
    assertThat(found.get(2).causes().get(0).delaySeconds()).isEqualTo(1.5);
    assertThat(anyInfluence)
        .extracting(DynamicSearchTest::causes)
        .containsExactly(List.of(), List.of(0), List.of(0, 1));
  }

  @Test
  void shouldFindCausesDelaysAndMemoryOfAPlantWithFeedback() {
    // When
    List<DynamicEquation> found = search(1, GraphConstraints.none(NAMES), 2).equations();
    // Then
    assertThat(found)
        .extracting(DynamicSearchTest::causes)
        .containsExactly(List.of(), List.of(0), List.of(1, 3), List.of(2));
    assertThat(found.get(0).memory()).isEqualTo(Memory.FIRST_ORDER);
    assertThat(found.get(1).memory()).isEqualTo(Memory.FIRST_ORDER);
    assertThat(found.get(2).memory()).isEqualTo(Memory.INTEGRATOR);
    assertThat(found.get(3).memory()).isEqualTo(Memory.NONE);
    assertThat(found.get(1).causes().get(0).delaySeconds()).isCloseTo(2, within(0.5));
    assertThat(found.get(3).causes().get(0).delaySeconds()).isZero();
  }

  @Test
  void shouldKeepRequiredAndForbiddenEdges() {
    // Given
    boolean[][] required = new boolean[4][4];
    boolean[][] forbidden = new boolean[4][4];
    required[0][3] = true;
    forbidden[1][2] = true;
    GraphConstraints known = new GraphConstraints(NAMES, required, forbidden, new boolean[4][4]);
    // When
    List<DynamicEquation> found = search(1, known, 2).equations();
    // Then
    assertThat(causes(found.get(3))).contains(0);
    assertThat(causes(found.get(2))).doesNotContain(1);
  }

  @Test
  void shouldNotDependOnThreads() {
    // When
    DynamicModel one = search(2, GraphConstraints.none(NAMES), 1);
    DynamicModel two = search(2, GraphConstraints.none(NAMES), 2);
    // Then
    for (int i = 0; i < 4; i++) {
      DynamicEquation a = one.equations().get(i);
      DynamicEquation b = two.equations().get(i);
      assertThat(causes(a)).isEqualTo(causes(b));
      assertThat(a.readingVariance()).isEqualTo(b.readingVariance());
      assertThat(a.constant()).isEqualTo(b.constant());
    }
  }

  @Test
  void shouldFindNothingAmongIndependentNoise() {
    // Given
    Random random = new Random(4);
    double[][] rows = new double[1_000][3];
    for (double[] row : rows) {
      for (int i = 0; i < 3; i++) {
        row[i] = random.nextGaussian();
      }
    }
    // When
    DynamicModel found =
        DynamicSearch.search(
            new RegularSequence(1, rows), GraphConstraints.none(NAMES.subList(0, 3)), SETTINGS);
    // Then
    assertThat(found.equations()).allMatch(e -> e.memory() == Memory.NONE && e.causes().isEmpty());
  }

  @Test
  void shouldRefuseMoreVariablesThanItCanSearch() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DynamicSearch.search(
                    new RegularSequence(1, new double[400][13]),
                    GraphConstraints.none(NAMES),
                    SETTINGS))
        .withMessageContaining("1 to 12 variables");
  }
}
