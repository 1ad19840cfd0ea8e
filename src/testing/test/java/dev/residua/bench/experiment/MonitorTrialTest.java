package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AppearanceReference;
import dev.residua.bench.experiment.ScriptedEvents.Scripted;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import dev.residua.simulation.SimulatedScene;
import dev.residua.testing.TestEngine;
import dev.residua.training.MechanismSettings;
import dev.residua.training.Mechanisms;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MonitorTrialTest {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final SimulatedScene SCENE = new Pendulum();
  private static final List<Double> NOISE = List.of(0.5, 0.4);
  private static final long SEED = 3;
  private static final MonitorTrial.Size SIZE = new MonitorTrial.Size(400, 100, 1_000);

  /** Latents of the fake model are the factors in reverse. */
  private static final int[] REVERSED = {3, 2, 1, 0};

  private static final double[][] USUAL = usualFactors(300);

  private static List<MonitorTrial.Row> rows;

  /**
   * Gives the true factors, reversed and standardised, as codes. It cannot see them in the
   * pictures, so it draws the scenarios of the trial itself, in their order.
   */
  private static final class Omniscient extends TestEngine {
    private final Deque<ScenarioStream> streams = new ArrayDeque<>();
    private final Deque<Integer> frames = new ArrayDeque<>();
    private int left;

    Omniscient() {
      super(IMAGE, 4, (pixels, offset, code) -> 0);
      add(Scenario.nominal(SCENE, NOISE, SEED, 0), 2 * SIZE.frames());
      add(Scenario.nominal(SCENE, NOISE, SEED + 1_000, 0), SIZE.frames());
      List<Scripted> events = ScriptedEvents.of(SCENE, NOISE, SIZE.frames());
      for (int e = 0; e < events.size(); e++) {
        List<ScenarioEvent> script = List.of(events.get(e).event());
        add(
            new Scenario(SCENE, NOISE, 20, SEED + 2_000 + e, 0, SIZE.frames(), script),
            SIZE.frames());
      }
      left = frames.getFirst();
    }

    private void add(Scenario scenario, int count) {
      streams.add(new ScenarioStream(scenario, IMAGE));
      frames.add(count);
    }

    @Override
    public Encoded encodeAndReconstruct(byte[] pixels, int count, List<PixelMask> masks) {
      float[] codes = new float[4 * count];
      float[] errors = new float[count];
      byte[] own = new byte[IMAGE.size()];
      for (int n = 0; n < count; n++) {
        if (left == 0) {
          streams.removeFirst();
          frames.removeFirst();
          left = frames.getFirst();
        }
        left--;
        SimulatedFrame frame = streams.getFirst().next(own, 0);
        int from = n * IMAGE.size();
        // The frames really are those of the trial.
        assertThat(Arrays.equals(own, 0, own.length, pixels, from, from + own.length)).isTrue();
        System.arraycopy(standardized(frame.factors()), 0, codes, 4 * n, 4);
        errors[n] = 1 + (own[n % own.length] & 0xff) / 255f;
      }
      return new Encoded(codes, errors);
    }
  }

  private static double[][] usualFactors(int count) {
    ScenarioStream stream = new ScenarioStream(Scenario.nominal(SCENE, NOISE, 77, 0), IMAGE);
    byte[] pixels = new byte[IMAGE.size()];
    double[][] rows = new double[count][];
    Arrays.setAll(rows, n -> stream.next(pixels, 0).factors().clone());
    return rows;
  }

  /** By mean and standard deviation of usual frames. */
  private static float[] standardized(double[] factors) {
    float[] z = new float[4];
    for (int k = 0; k < 4; k++) {
      int factor = k;
      DoubleSummaryStatistics of =
          Arrays.stream(USUAL).mapToDouble(row -> row[factor]).summaryStatistics();
      double squares =
          Arrays.stream(USUAL).mapToDouble(row -> Math.pow(row[factor] - of.getAverage(), 2)).sum();
      z[REVERSED[k]] = (float) ((factors[k] - of.getAverage()) / Math.sqrt(squares / USUAL.length));
    }
    return z;
  }

  /** A scorer with equations that are fitted to the true factors. */
  private static ResidualScorer omniscient() {
    double[][] rows = new double[2_000][4];
    double[][] factors = usualFactors(rows.length);
    for (int n = 0; n < rows.length; n++) {
      float[] z = standardized(factors[n]);
      Arrays.setAll(rows[n], k -> z[k]);
    }
    return new Omniscient()
        .scorer(Mechanisms.fit(reversedGraph(), rows, MechanismSettings.DEFAULTS).equations());
  }

  private static CausalGraph reversedGraph() {
    boolean[][] edges = new boolean[4][4];
    for (CausalGraph.Edge edge : SCENE.graph().edgeList()) {
      edges[REVERSED[edge.from()]][REVERSED[edge.to()]] = true;
    }
    return CausalGraph.of(List.of("z0", "z1", "z2", "z3"), edges);
  }

  @BeforeAll
  static void play() {
    AppearanceReference.Builder appearance = AppearanceReference.builder(IMAGE);
    ScenarioStream stream = new ScenarioStream(Scenario.nominal(SCENE, NOISE, 9, 0), IMAGE);
    byte[] pixels = new byte[IMAGE.size()];
    for (int n = 0; n < 200; n++) {
      stream.next(pixels, 0);
      appearance.add(pixels, 0);
    }
    rows =
        MonitorTrial.run(
            SCENE,
            NOISE,
            omniscient(),
            reversedGraph(),
            appearance.build(),
            REVERSED,
            SEED,
            SIZE,
            done -> {});
  }

  private static MonitorTrial.Row row(String event) {
    return rows.stream().filter(one -> one.event().equals(event)).findFirst().orElseThrow();
  }

  @Test
  void shouldSeeInPerfectLatentsWhatItSeesInTheTruth() {
    // Given a model that knows everything, with its latents in another order
    assertThat(rows).hasSize(1 + 2 * 3 + 2 * 5 + 2);
    for (MonitorTrial.Row row : rows) {
      // Then up to thresholds from other random windows
      assertThat(row.detected().get("residuals"))
          .as(row.event())
          .isCloseTo(row.detected().get("true residuals"), within(0.2));
      assertThat(row.detected().get("latents without equations"))
          .as(row.event())
          .isCloseTo(row.detected().get("true factors"), within(0.2));
    }
  }

  @Test
  void shouldNameTheNodeOfEveryChangeOfAMechanism() {
    for (String node : List.of("shadow_length", "shadow_position")) {
      for (String change : List.of("cut from causes", "+1 noise sd", "noise x2", "+-4 noise sd")) {
        // When
        MonitorTrial.Row row = row(node + " " + change);
        // Then
        assertThat(row.detected().get("residuals")).as(row.event()).isGreaterThan(0.9);
        assertThat(row.localised().get("residuals")).as(row.event()).isGreaterThan(0.9);
      }
    }
    assertThat(row("light held").localised().get("residuals")).isEqualTo(1);
  }

  @Test
  void shouldSeeLessWithoutTheEquations() {
    // Given a shift of one noise deviation, small against the effect of the causes on the node
    MonitorTrial.Row row = row("shadow_length +1 noise sd");
    // Then
    assertThat(row.detected().get("latents without equations")).isLessThan(0.5);
  }

  @Test
  void shouldSeeADarkerPictureInItsStaticPixelsOnly() {
    // Given
    MonitorTrial.Row row = row("picture x0.85");
    // Then no node can be named
    assertThat(row.detected().get("appearance")).isEqualTo(1);
    assertThat(row.detected().get("true residuals")).isLessThan(0.15);
    assertThat(row.localised()).isEmpty();
    assertThat(row("light held").localised()).doesNotContainKeys("appearance", "reconstruction");
  }

  @Test
  void shouldBeQuietWhenNothingHappens() {
    // Given windows that share frames, so that the rate is above the level of the threshold
    MonitorTrial.Row row = row("nothing");
    // Then
    assertThat(row.detected().keySet()).containsExactlyElementsOf(MonitorTrial.CHANNELS);
    assertThat(row.detected().values()).allMatch(rate -> rate < 0.15);
    assertThat(row.localised()).isEmpty();
  }

  @Test
  void shouldRefuseAMatchingOfOtherLength() {
    assertThatThrownBy(
            () ->
                MonitorTrial.run(
                    SCENE,
                    NOISE,
                    omniscient(),
                    reversedGraph(),
                    AppearanceReference.builder(IMAGE).build(),
                    new int[] {0},
                    SEED,
                    done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 latents are matched to the 4 factors of pendulum");
  }
}
