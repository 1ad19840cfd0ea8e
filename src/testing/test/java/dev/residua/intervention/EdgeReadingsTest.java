package dev.residua.intervention;

import static dev.residua.intervention.EdgeVerdict.CHANGED;
import static dev.residua.intervention.EdgeVerdict.KEPT;
import static dev.residua.intervention.EdgeVerdict.REMOVED;
import static dev.residua.intervention.EdgeVerdict.UNDETERMINED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.intervention.EdgeStreams.Change;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class EdgeReadingsTest {
  /** Newer frames of the first and of the second diagnosis of an alarm. */
  private static final int FIRST = 48;

  private static final int SECOND = 72;
  private static final int WINDOWS = 1_000;

  private static List<EdgeReading> tracker(Streams.Rows rows, int... frames) {
    return EdgeReadings.of(
        EdgeStreams.GRAPH,
        rows.observed(),
        rows.expected(),
        new double[4],
        EdgeStreams.TRACKER,
        frames);
  }

  private static List<EdgeReading> tracker(
      int frames, double rootMemory, double noiseMemory, long seed, Change change) {
    return tracker(
        new EdgeStreams(seed, rootMemory, noiseMemory).next(frames, change),
        IntStream.range(0, frames).toArray());
  }

  private static int count(
      IntFunction<List<EdgeReading>> window, Predicate<List<EdgeReading>> claim) {
    return (int) IntStream.range(0, WINDOWS).mapToObj(window).filter(claim).count();
  }

  @ParameterizedTest(name = "{0} frames, memory of roots {1}, of noise {2}: {3}")
  @CsvSource({
    "48, 0, 0, none",
    "48, .9, 0, none",
    "48, .9, .5, none",
    "48, .9, .9, none",
    "72, .9, .9, none",
    "48, 0, 0, offset",
    "48, .9, .9, offset",
    "72, .9, .5, offset",
    "48, 0, 0, noise",
    "48, .9, .9, noise",
    "72, .9, .5, noise"
  })
  void shouldClaimNoEdgeWhereNoneChanged(
      int frames, double rootMemory, double noiseMemory, String what) {
    // Given
    Change change =
        switch (what) {
          case "offset" -> Change.offset(1.5);
          case "noise" -> Change.noise(2.5);
          default -> Change.NONE;
        };
    // When
    int claims =
        count(
            k -> tracker(frames, rootMemory, noiseMemory, k, change),
            edges -> edges.stream().anyMatch(EdgeReading::isClaim));
    // Then 2 % over both edges, and three standard errors; the nominal level is 1 %
    assertThat(claims).isLessThanOrEqualTo(WINDOWS * 2 / 100 + 13);
  }

  @ParameterizedTest(name = "{0} frames, memory of roots {1}, of noise {2}")
  @CsvSource({"48, 0, 0, 95, 85", "72, 0, 0, 97, 97", "72, .9, 0, 95, 65", "72, .9, .9, 95, 90"})
  void shouldNameTheEdgeThatIsCut(
      int frames, double rootMemory, double noiseMemory, int found, int removed) {
    for (int cut : new int[] {EdgeStreams.LAMP, EdgeStreams.VALVE}) {
      // Given
      Change change = Change.influences(cut == 0 ? 0 : 1, cut == 1 ? 0 : 1);
      IntFunction<List<EdgeReading>> window =
          k -> tracker(frames, rootMemory, noiseMemory, k, change);
      // When
      int claimed = count(window, edges -> edges.get(cut).isClaim());
      int right = count(window, edges -> edges.get(cut).verdict() == REMOVED);
      int wrong = count(window, edges -> edges.get(1 - cut).isClaim());
      int kept = count(window, edges -> edges.get(cut).verdict() == KEPT);
      // Then
      assertThat(claimed).isGreaterThanOrEqualTo(WINDOWS * found / 100);
      assertThat(right).isGreaterThanOrEqualTo(WINDOWS * removed / 100);
      assertThat(wrong).isLessThanOrEqualTo(WINDOWS * 2 / 100);
      assertThat(kept).isLessThanOrEqualTo(WINDOWS / 100);
    }
  }

  @Test
  void shouldCallAHalvedInfluenceChanged() {
    // Given
    IntFunction<List<EdgeReading>> window =
        k -> tracker(SECOND, 0, 0, k, Change.influences(1, 0.5));
    // When and Then
    assertThat(count(window, edges -> edges.get(1).verdict() == CHANGED))
        .isGreaterThanOrEqualTo(WINDOWS * 95 / 100);
    assertThat(count(window, edges -> edges.get(0).verdict() == KEPT))
        .isGreaterThanOrEqualTo(WINDOWS * 95 / 100);
  }

  @Test
  void shouldSayNothingWhereCausesMoveTogetherOrNotAtAll() {
    // Given a valve whose influence is gone, and which follows the lamp or stands still
    IntFunction<List<EdgeReading>> together = k -> tracker(FIRST, 0, 0, k, Change.valve(0.99, 1));
    IntFunction<List<EdgeReading>> still = k -> tracker(FIRST, 0, 0, k, Change.valve(0, 0));
    // When and Then
    assertThat(
            count(
                together, edges -> edges.stream().allMatch(edge -> edge.verdict() == UNDETERMINED)))
        .isEqualTo(WINDOWS);
    assertThat(count(still, edges -> edges.get(1).verdict() == UNDETERMINED)).isEqualTo(WINDOWS);
    assertThat(still.apply(0).get(1)).isEqualTo(EdgeReading.undetermined("valve", "tracker"));
    assertThat(count(still, edges -> edges.get(0).verdict() == KEPT))
        .isGreaterThanOrEqualTo(WINDOWS * 90 / 100);
  }

  @Test
  void shouldNameNoOtherEdgeWhereTheEquationHasAKink() {
    // Given |a + b| + 0.5 b, of which a is cut, so that a polynomial does not describe it
    CausalGraph graph =
        CausalGraph.of(
            List.of("a", "b", "child"),
            new boolean[][] {{false, false, true}, {false, false, true}, new boolean[3]});
    int wrong = 0;
    for (int k = 0; k < WINDOWS; k++) {
      Random random = new Random(k);
      float[][] observed = new float[SECOND][3];
      float[][] expected = new float[SECOND][3];
      for (int t = 0; t < SECOND; t++) {
        float a = (float) random.nextGaussian();
        float b = (float) random.nextGaussian();
        float noise = 0.2f * (float) random.nextGaussian();
        observed[t] = new float[] {a, b, Math.abs(b) + 0.5f * b + noise};
        expected[t] = new float[] {0, 0, Math.abs(a + b) + 0.5f * b};
      }
      // When
      List<EdgeReading> edges =
          EdgeReadings.of(
              graph, observed, expected, new double[3], 2, IntStream.range(0, SECOND).toArray());
      // Then
      wrong += edges.get(1).isClaim() ? 1 : 0;
    }
    assertThat(wrong).isLessThanOrEqualTo(WINDOWS * 2 / 100);
  }

  @Test
  void shouldReadExactInfluencesOffALinearEquationWithoutNoise() {
    // Given child = 0.3 a - 0.8 b + 2 c of a model that learned a - 2 b + 2 c
    CausalGraph graph =
        CausalGraph.of(
            List.of("a", "b", "c", "child"),
            new boolean[][] {
              {false, false, false, true},
              {false, false, false, true},
              {false, false, false, true},
              new boolean[4]
            });
    Random random = new Random(5);
    float[][] observed = new float[64][4];
    float[][] expected = new float[64][4];
    for (int t = 0; t < 64; t++) {
      for (int i = 0; i < 3; i++) {
        observed[t][i] = (float) random.nextGaussian();
      }
      float[] z = observed[t];
      z[3] = 0.3f * z[0] - 0.8f * z[1] + 2 * z[2];
      expected[t][3] = z[0] - 2 * z[1] + 2 * z[2];
    }
    // When
    List<EdgeReading> edges =
        EdgeReadings.of(
            graph, observed, expected, new double[4], 3, IntStream.range(0, 64).toArray());
    // Then
    double[] influences = edges.stream().mapToDouble(EdgeReading::influence).toArray();
    assertThat(influences).containsExactly(new double[] {0.3, 0.4, 1}, within(1e-4));
    assertThat(edges).extracting(EdgeReading::verdict).containsExactly(CHANGED, CHANGED, KEPT);
    assertThat(edges).extracting(EdgeReading::from).containsExactly("a", "b", "c");
    assertThat(edges).extracting(EdgeReading::to).containsOnly("child");
  }

  @Test
  void shouldReadNothingOffRootsAndFewFrames() {
    // Given
    Streams.Rows rows = new EdgeStreams(1, 0, 0).next(FIRST, Change.influences(0, 1));
    // When and Then
    assertThat(
            EdgeReadings.of(
                EdgeStreams.GRAPH,
                rows.observed(),
                rows.expected(),
                new double[4],
                EdgeStreams.LAMP,
                IntStream.range(0, FIRST).toArray()))
        .isEmpty();
    for (int frames : new int[] {0, 1, 7, 8, 9}) {
      assertThat(tracker(rows, IntStream.range(0, frames).toArray()))
          .containsExactly(
              EdgeReading.undetermined("lamp", "tracker"),
              EdgeReading.undetermined("valve", "tracker"));
    }
  }

  @Test
  void shouldCorrectForTheNumberOfEdges() {
    // Given p-values of four tests, one of which gave none; then worked out by hand
    double[] pValues = {0.02, Double.NaN, 0.001, 0.015};
    // When
    double[] corrected = Holm.corrected(pValues);
    // Then 4 x .001, 3 x .015, and the larger of that and 2 x .02
    assertThat(corrected[2]).isEqualTo(0.004);
    assertThat(corrected[3]).isEqualTo(0.045);
    assertThat(corrected[0]).isEqualTo(0.045);
    assertThat(corrected[1]).isNaN();
  }
}
