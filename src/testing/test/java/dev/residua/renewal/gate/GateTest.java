package dev.residua.renewal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final GatePolicy POLICY = GatePolicy.DEFAULTS;

  private static GateVerdict judge(Consumer<Figures> champion, Consumer<Figures> candidate) {
    return judge(POLICY, champion, candidate);
  }

  private static GateVerdict judge(
      GatePolicy policy, Consumer<Figures> champion, Consumer<Figures> candidate) {
    Figures first = Figures.champion();
    Figures second = Figures.candidate();
    champion.accept(first);
    candidate.accept(second);
    return Gate.decide(policy, first.examination(), second.examination());
  }

  /** A candidate that is much better at redrawing, changed by the test. */
  private static GateVerdict judge(Consumer<Figures> candidate) {
    return judge(
        champion -> {},
        figures -> {
          figures.errorFactor = 0.5;
          candidate.accept(figures);
        });
  }

  @Test
  void shouldPromoteWhatIsBetterAndNotWorse() {
    // When
    GateVerdict verdict = judge(candidate -> {});
    // Then
    assertThat(verdict.promoted()).isTrue();
    assertThat(verdict.broken()).isEmpty();
    assertThat(verdict.sentence())
        .isEqualTo(
            "promoted: candidate replaces champion, it is better: it reconstructs frames with 0.500 times the error");
  }

  @Test
  void shouldRefuseWhatCannotReadSomethingHoweverGoodItIs() {
    // When
    GateVerdict verdict =
        judge(candidate -> candidate.findings = List.of("the frames do not determine light"));
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.FINDINGS);
    assertThat(verdict.sentence()).contains("the frames do not determine light");
  }

  @Test
  void shouldKeepTheChampionInATie() {
    // When
    GateVerdict verdict = judge(champion -> {}, candidate -> {});
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.NO_BETTER);
    assertThat(verdict.sentence()).isEqualTo("kept: candidate is no better than champion");
    GateVerdict.Ruling error = verdict.ruling(GateRule.RECONSTRUCTION);
    assertThat(error.sentence()).contains("1.000 times the champion's (1.000 to 1.000");
  }

  @Test
  void shouldRefusePValuesThatAreNotUniform() {
    // When
    GateVerdict verdict =
        judge(
            figures -> {
              figures.distance = 0.2;
              figures.pValue = 1e-6;
            });
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.CALIBRATION);
    assertThat(verdict.ruling(GateRule.CALIBRATION).champion()).isEqualTo(0.02);
    assertThat(verdict.ruling(GateRule.CALIBRATION).candidate()).isEqualTo(0.2);
    assertThat(verdict.ruling(GateRule.CALIBRATION).bound()).isEqualTo(0.05);
  }

  @Test
  void shouldLetPassADeviationThatIsSignificantAndSmall() {
    // When
    GateVerdict verdict =
        judge(
            figures -> {
              figures.distance = 0.05;
              figures.pValue = 1e-6;
            });
    // Then
    assertThat(verdict.promoted()).isTrue();
  }

  @Test
  void shouldRefuseTooFewIndependentFrames() {
    // When
    GateVerdict verdict = judge(figures -> figures.effectiveFrames = 29);
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.CALIBRATION);
    assertThat(verdict.ruling(GateRule.CALIBRATION).sentence())
        .isEqualTo("the frames are worth 29 independent ones, too few for a test (at least 30)");
  }

  @Test
  void shouldPromoteOnceTheChampionIsOutOfCalibration() {
    // Given a world that has moved
    Consumer<Figures> out =
        figures -> {
          figures.distance = 0.2;
          figures.pValue = 1e-6;
        };
    // When
    GateVerdict fresh = judge(out, candidate -> {});
    GateVerdict asBad = judge(out, out);
    // Then
    assertThat(fresh.promoted()).isTrue();
    assertThat(fresh.sentence()).contains("p-values of joint were 0.20 from uniform");
    assertThat(asBad.broken()).containsExactly(GateRule.CALIBRATION, GateRule.NO_BETTER);
  }

  @Test
  void shouldRefuseDependentResiduals() {
    assertThat(judge(figures -> figures.dependence = 0.151).broken())
        .containsExactly(GateRule.INDEPENDENCE);
    assertThat(judge(figures -> figures.dependence = 0.149).promoted()).isTrue();
    // Given a champion whose residuals depend as well
    assertThat(
            judge(
                    champion -> champion.dependence = 0.4,
                    candidate -> {
                      candidate.errorFactor = 0.5;
                      candidate.dependence = 0.44;
                    })
                .promoted())
        .isTrue();
  }

  @Test
  void shouldRefuseLargerErrors() {
    // When
    GateVerdict verdict =
        judge(champion -> champion.alarms = 100, candidate -> candidate.errorFactor = 1.06);
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.RECONSTRUCTION);
    assertThat(
            judge(champion -> champion.alarms = 100, candidate -> candidate.errorFactor = 1.04)
                .promoted())
        .isTrue();
  }

  @Test
  void shouldNotCallASmallGainBetter() {
    assertThat(judge(champion -> {}, candidate -> candidate.errorFactor = 0.985).broken())
        .containsExactly(GateRule.NO_BETTER);
  }

  @Test
  void shouldRefuseAlarmsOnQuietFrames() {
    // Given 4 alarms to expect: a Poisson number of mean 6 is above 15 in less than 1 of 1,000
    // cases
    assertThat(judge(figures -> figures.alarms = 15).promoted()).isTrue();
    // When
    GateVerdict verdict = judge(figures -> figures.alarms = 16);
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.RUN_LENGTH);
    assertThat(verdict.ruling(GateRule.RUN_LENGTH).bound()).isEqualTo(15);
  }

  @Test
  void shouldRefuseLostFaults() {
    // Given two of twenty lost at different latents, then three
    assertThat(judge(figures -> figures.found = k -> k < 2 ? Fault.Found.MISSED : ok(k)).promoted())
        .isTrue();
    // When
    GateVerdict verdict = judge(figures -> figures.found = k -> k < 3 ? Fault.Found.MISSED : ok(k));
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.DETECTION);
    assertThat(verdict.ruling(GateRule.DETECTION).champion()).isEqualTo(1);
    assertThat(verdict.ruling(GateRule.DETECTION).candidate()).isEqualTo(0.85);
    assertThat(verdict.ruling(GateRule.DETECTION).bound()).isEqualTo(0.9);
  }

  private static Fault.Found ok(int fault) {
    return Figures.alarmed(fault, 5);
  }

  @Test
  void shouldRefuseBlindnessAtOneLatentHoweverMuchIsFoundElsewhere() {
    // Given a champion that finds c, and little else, and a candidate that finds all but c
    GateVerdict verdict =
        judge(
            champion -> champion.found = k -> k % 4 > 1 ? ok(k) : Fault.Found.MISSED,
            candidate -> candidate.found = k -> k % 4 == 2 ? Fault.Found.MISSED : ok(k));
    // Then
    assertThat(verdict.broken()).contains(GateRule.DETECTION);
    assertThat(verdict.ruling(GateRule.DETECTION).sentence()).endsWith("it detects nothing at c");
  }

  @Test
  void shouldCountMoreFaultsFoundAsBetter() {
    // Given seven of twenty: a coin falls so in 1 of 128 cases; six: in 1 of 64
    assertThat(
            judge(
                    champion -> champion.found = k -> k < 7 ? Fault.Found.NOTHING_SHOWN : ok(k),
                    candidate -> {})
                .promoted())
        .isTrue();
    assertThat(
            judge(
                    champion -> champion.found = k -> k < 6 ? Fault.Found.NOTHING_SHOWN : ok(k),
                    candidate -> {})
                .broken())
        .containsExactly(GateRule.NO_BETTER);
  }

  @Test
  void shouldRefuseLateAlarms() {
    // Given a bound of 5 * 1.25 + 2 frames
    assertThat(judge(figures -> figures.found = k -> Figures.alarmed(k, 8)).promoted()).isTrue();
    // When
    GateVerdict verdict = judge(figures -> figures.found = k -> Figures.alarmed(k, 9));
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.DELAY);
    assertThat(verdict.ruling(GateRule.DELAY).bound()).isEqualTo(8.25);
  }

  @Test
  void shouldNotRefuseOneLateAlarm() {
    // Given a mean that one fault spoils, which is not evidence
    assertThat(
            judge(figures -> figures.found = k -> Figures.alarmed(k, k == 0 ? 95 : 5)).promoted())
        .isTrue();
  }

  @Test
  void shouldCountEarlierAlarmsAsBetter() {
    assertThat(
            judge(champion -> champion.found = k -> Figures.alarmed(k, 9), candidate -> {})
                .promoted())
        .isTrue();
  }

  @Test
  void shouldRefuseWrongNames() {
    // When
    GateVerdict verdict =
        judge(figures -> figures.found = k -> k < 3 ? new Fault.Found(false, 5, null) : ok(k));
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.LOCALISATION);
  }

  @Test
  void shouldRefuseALatentThatIsNeverNamed() {
    // Given another one that is blamed in its place, while others are named better than before
    GateVerdict verdict =
        judge(
            champion -> champion.found = k -> k % 4 < 2 ? new Fault.Found(false, 5, "d") : ok(k),
            candidate ->
                candidate.found = k -> k % 4 == 2 ? new Fault.Found(false, 5, "d") : ok(k));
    // Then
    assertThat(verdict.broken()).contains(GateRule.LOCALISATION);
    assertThat(verdict.ruling(GateRule.LOCALISATION).sentence()).endsWith("it never names c");
  }

  @Test
  void shouldIgnoreNamesWithoutMeaning() {
    // Given latents that no label anchors
    Consumer<Figures> nameless =
        figures -> {
          figures.anchored = new boolean[4];
          figures.errorFactor = 0.5;
          figures.found = k -> new Fault.Found(false, 5, "another");
        };
    // When
    GateVerdict verdict = judge(champion -> {}, nameless);
    // Then
    assertThat(verdict.promoted()).isTrue();
    assertThat(verdict.ruling(GateRule.LOCALISATION).sentence())
        .isEqualTo(
            "it names the right latent for 0 of 0 faults that both detect, the champion for 0");
  }

  @Test
  void shouldRefuseALostOrReversedEdge() {
    int[][] without = {{0, 2}, {0, 3}, {1, 2}};
    int[][] reversed = {{0, 2}, {0, 3}, {1, 2}, {3, 1}};
    for (int[][] edges : List.of(without, reversed)) {
      // When
      GateVerdict verdict =
          judge(
              champion -> champion.graph = Figures.graph(Figures.NAMES, edges(), 0.95),
              candidate -> {
                candidate.errorFactor = 0.5;
                candidate.graph = Figures.graph(Figures.NAMES, edges, 0.95);
              });
      // Then
      assertThat(verdict.broken()).containsExactly(GateRule.GRAPH);
      assertThat(verdict.ruling(GateRule.GRAPH).sentence())
          .isEqualTo("it lacks edge b -> d, structural Hamming distance 1");
    }
  }

  private static int[][] edges() {
    return new int[][] {{0, 2}, {0, 3}, {1, 2}, {1, 3}};
  }

  @Test
  void shouldLetAnUnsureEdgeGo() {
    assertThat(
            judge(
                    champion -> champion.graph = Figures.graph(Figures.NAMES, edges(), 0.89),
                    candidate -> {
                      candidate.errorFactor = 0.5;
                      candidate.graph = Figures.graph(Figures.NAMES, new int[][] {{0, 2}}, 0.89);
                    })
                .promoted())
        .isTrue();
  }

  @Test
  void shouldAllowAnotherGraphWhereThePolicyDoes() {
    // Given
    Consumer<Figures> other =
        figures -> {
          figures.errorFactor = 0.5;
          figures.graph = Figures.graph(List.of("a", "b", "c", "e"), new int[][] {{0, 2}}, 1);
        };
    // When
    GateVerdict verdict = judge(champion -> {}, other);
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.GRAPH);
    assertThat(verdict.ruling(GateRule.GRAPH).sentence())
        .isEqualTo("it lacks latent d, edge b -> c");
    assertThat(judge(POLICY.withGraphMayChange(true), champion -> {}, other).promoted()).isTrue();
  }

  @Test
  void shouldSayHowBadlyLatentsMatchThatLostTheirNames() {
    // When
    GateVerdict verdict =
        judge(
            figures -> {
              figures.graph = Figures.graph(List.of("z_1", "z_2", "c", "d"), new int[0][], 1);
              figures.identities =
                  Map.of(
                      "z_1", new LatentIdentity(-0.97, 0.02, 0.81),
                      "c", new LatentIdentity(0.99, 0.95, 1));
            });
    // Then
    assertThat(verdict.broken()).containsExactly(GateRule.GRAPH);
    assertThat(verdict.ruling(GateRule.GRAPH).sentence())
        .isEqualTo(
            "latents a, b could not be matched: z_1 has correlation 0.97, margin 0.02 and confidence 0.81 (at least 0.80, 0.40 and 0.95 are needed)");
  }

  @Test
  void shouldRefuseASlowOne() {
    assertThat(judge(figures -> figures.frameNanos = new double[] {126, 151, 138}).broken())
        .containsExactly(GateRule.SPEED);
    // Given one batch that was interrupted
    assertThat(judge(figures -> figures.frameNanos = new double[] {100, 9_000, 110}).promoted())
        .isTrue();
  }

  @Test
  void shouldRefuseALargeOne() {
    assertThat(judge(figures -> figures.bytes = 1_501).broken()).containsExactly(GateRule.MEMORY);
    assertThat(judge(figures -> figures.bytes = 1_500).promoted()).isTrue();
  }

  @Test
  void shouldRefuseLeakage() {
    assertThat(judge(figures -> figures.estimatedLeakage = 0.51).broken())
        .containsExactly(GateRule.MONITORABILITY);
    assertThat(judge(figures -> figures.estimatedLeakage = Double.POSITIVE_INFINITY).broken())
        .containsExactly(GateRule.MONITORABILITY);
    // Given the statements of both calibrations
    assertThat(
            judge(
                    champion -> champion.statedLeakage = OptionalDouble.of(0.1),
                    candidate -> {
                      candidate.errorFactor = 0.5;
                      candidate.statedLeakage = OptionalDouble.of(0.6);
                    })
                .broken())
        .containsExactly(GateRule.MONITORABILITY);
  }

  @Test
  void shouldRefuseACollapsedLatent() {
    // Given a smallest variance of the champion's of 0.8, and a bound of a twentieth of that
    assertThat(judge(figures -> figures.spread = new double[] {1, 0.039, 1, 1}).broken())
        .containsExactly(GateRule.COLLAPSE);
    assertThat(judge(figures -> figures.spread = new double[] {1, 0.041, 1, 1}).promoted())
        .isTrue();
  }

  @Test
  void shouldRefuseAPictureThatIsAlwaysTheSame() {
    // Given errors as large as the variance of the pictures
    GateVerdict verdict = judge(champion -> {}, candidate -> candidate.errorFactor = 60);
    // Then
    assertThat(verdict.broken())
        .containsExactly(GateRule.RECONSTRUCTION, GateRule.COLLAPSE, GateRule.NO_BETTER);
  }

  @Test
  void shouldRefuseFiguresThatDoNotBelongTogether() {
    Examination champion = Figures.champion().examination();
    Figures other = Figures.candidate();
    other.frameNanos = new double[] {1};
    assertThatThrownBy(() -> Gate.decide(POLICY, champion, other.examination()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "models champion and candidate were not examined together: 500 and 500 frames, 20 and 20 faults, 3 and 1 timed batches");
  }

  @Test
  void shouldRefuseAPolicyOutOfRange() {
    assertThatThrownBy(
            () ->
                new GatePolicy(
                    0.5, 0.01, 0.05, 30, 0.15, 0.05, 0.05, 0.02, 1.5, 0.1, 3, 1.25, 2, 0.05, 0.1,
                    0.5, 0.9, false, 1.25, 1.5, 0.5, 0.2, 0.05, 0.1, 2_000, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("refusal of the gate's policy must be in [")
        .hasMessageEndingWith("0.1] but was 0.5");
  }

  @Test
  void shouldHoldTheCandidateAgainstABoundWhereTheChampionIsNoMeasure() {
    // Given a champion that alarms without a fault
    Consumer<Figures> moved = champion -> champion.found = k -> Fault.Found.NOTHING_SHOWN;
    // When
    GateVerdict good = judge(moved, candidate -> {});
    GateVerdict half =
        judge(moved, candidate -> candidate.found = k -> k < 10 ? ok(k) : Fault.Found.MISSED);
    GateVerdict blind =
        judge(moved, candidate -> candidate.found = k -> k < 9 ? ok(k) : Fault.Found.MISSED);
    GateVerdict nameless =
        judge(moved, candidate -> candidate.found = k -> new Fault.Found(false, 5, null));
    // Then
    assertThat(good.promoted()).isTrue();
    assertThat(half.promoted()).isTrue();
    assertThat(blind.broken()).containsExactly(GateRule.DETECTION);
    assertThat(nameless.broken()).containsExactly(GateRule.LOCALISATION);
    assertThat(nameless.ruling(GateRule.LOCALISATION).bound()).isEqualTo(0.5);
  }
}
