package dev.residua.intervention;

import static dev.residua.intervention.InterventionKind.COVARIATE_DRIFT;
import static dev.residua.intervention.InterventionKind.HARD_INTERVENTION;
import static dev.residua.intervention.InterventionKind.MECHANISM_CHANGE;
import static dev.residua.intervention.InterventionKind.NOISE_CHANGE;
import static dev.residua.intervention.InterventionKind.OFFSET;
import static dev.residua.intervention.InterventionKind.OUTLIER;
import static dev.residua.intervention.InterventionKind.STOCHASTIC_INTERVENTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Effect;
import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.Latent;
import dev.residua.causal.Summary;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.dynamics.DynamicModel;
import dev.residua.intervention.Streams.Change;
import dev.residua.testing.DynamicEquations;
import dev.residua.testing.Headlines;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiagnosisTest {
  private static final int WINDOWS = 40;
  private static final CausalGraph GRAPH = Streams.GRAPH;
  private static MechanismReference reference;

  @BeforeAll
  static void calibrate() {
    Streams.Rows quiet = Streams.play(20_000, 1, Streams.NONE);
    reference =
        MechanismReference.calibrate(
            GRAPH, quiet.observed(), quiet.expected(), quiet.standardized());
  }

  static List<Arguments> changes() {
    return List.of(
        change("z1 held", 0, HARD_INTERVENTION, (f, n, r) -> 1.5),
        change("z3 held", 2, HARD_INTERVENTION, (f, n, r) -> 1),
        change("z4 held", 3, HARD_INTERVENTION, (f, n, r) -> 0.3),
        change("z3 drawn", 2, STOCHASTIC_INTERVENTION, (f, n, r) -> 1 + 0.3 * r),
        change("z3 drawn widely", 2, STOCHASTIC_INTERVENTION, (f, n, r) -> r),
        change("z2 narrowed", 1, STOCHASTIC_INTERVENTION, (f, n, r) -> 0.3 * n),
        change("z3 turned round", 2, MECHANISM_CHANGE, (f, n, r) -> -f + n),
        change("z4 shifted", 3, OFFSET, (f, n, r) -> f + 0.9 + n),
        change("z3 shifted", 2, OFFSET, (f, n, r) -> f + 0.9 + n),
        change("z3 noise", 2, NOISE_CHANGE, (f, n, r) -> f + 2.5 * n),
        change("z4 noise", 3, NOISE_CHANGE, (f, n, r) -> f + 2.5 * n),
        change("z1 drifts", 0, COVARIATE_DRIFT, (f, n, r) -> 1.2 + 0.8 * n),
        change("z1 shifted out of range", 0, OFFSET, (f, n, r) -> n + 2.5),
        change("z3 outliers", 2, OUTLIER, (f, n, r) -> f + n + (Math.abs(r) > 1.5 ? 5 : 0)));
  }

  /** One node's change as a function of what explains it, its noise and a draw of its own. */
  private interface Own {
    double of(double explained, double noise, double draw);
  }

  private static Arguments change(String name, int node, InterventionKind kind, Own own) {
    Change change =
        (i, explained, noise, random) -> {
          double draw = random.nextGaussian();
          return i == node ? own.of(explained, noise, draw) : explained + noise;
        };
    return Arguments.of(name, node, kind, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void shouldNameKindAndLatent(String name, int node, InterventionKind kind, Change change) {
    // Given windows of 32 frames of which the first 4 are from before the change
    int right = 0;
    int named = 0;
    StringBuilder seen = new StringBuilder();
    for (int k = 0; k < WINDOWS; k++) {
      MechanismWindow window = new MechanismWindow(4);
      Streams.push(window, Streams.play(104, 100 + k, Streams.NONE), false, false);
      Streams.push(window, Streams.play(28, 900 + k, change), false, false);

      // When
      Diagnosis diagnosis = Diagnosis.of(reference, GRAPH, window, 32);

      // Then
      right += diagnosis.kind() == kind ? 1 : 0;
      named += first(diagnosis).equals(GRAPH.name(node)) ? 1 : 0;
      seen.append('\n')
          .append(diagnosis.summary().explanation())
          .append("  ")
          .append(diagnosis.causes());
    }

    assertThat(named).as("latent of %s:%s", name, seen).isGreaterThanOrEqualTo(WINDOWS * 90 / 100);
    assertThat(right).as("kind of %s:%s", name, seen).isGreaterThanOrEqualTo(WINDOWS * 80 / 100);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void shouldGiveAHeadlineThatFits(String name, int node, InterventionKind kind, Change change) {
    // Given
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(window, Streams.play(104, 100, Streams.NONE), false, false);
    Streams.push(window, Streams.play(28, 900, change), false, false);
    for (String latent : Headlines.NAMES) {
      CausalGraph graph =
          CausalGraph.of(
              IntStream.range(0, GRAPH.size()).mapToObj(i -> latent + i + latent).toList(),
              GRAPH.edges());
      for (FactorScales scales : List.of(FactorScales.NONE, scales())) {
        // When
        Summary summary = Diagnosis.of(reference, graph, scales, window, 32, null).summary();
        // Then
        Headlines.assertHeadline(summary);
        assertThat(summary.explanation()).contains(graph.spokenName(node));
      }
    }
  }

  @Test
  void shouldSayInTheHeadlineWhatIsWrong() {
    // Given
    List<Arguments> changes = new ArrayList<>(changes());
    changes.add(change("z3 weakened", 2, MECHANISM_CHANGE, (f, n, r) -> 0.4 * f + n));
    changes.add(change("z4 strengthened", 3, MECHANISM_CHANGE, (f, n, r) -> 2.5 * f + n));
    // When
    Set<String> headlines = new LinkedHashSet<>();
    for (Arguments change : changes) {
      MechanismWindow window = new MechanismWindow(4);
      Streams.push(window, Streams.play(128, 101, Streams.NONE), false, false);
      Streams.push(window, Streams.play(64, 901, (Change) change.get()[3]), false, false);
      headlines.add(Diagnosis.of(reference, GRAPH, window, 64).summary().headline());
      headlines.add(
          Diagnosis.of(reference, GRAPH, scales(), window, 64, null).summary().headline());
    }
    // Then
    assertThat(headlines)
        .containsExactly(
            "Z1 is held at 1.50",
            "Z1 is held at 115",
            "Shadow length is held at 1.00",
            "Shadow length is held at 110",
            "Z4 is held at 0.30",
            "Z4 is held at 103",
            "Shadow length varies on its own, not with its causes",
            "Z2 varies less than normal",
            "Shadow length moves against its causes",
            "Z4 is higher than its causes explain",
            "Z4 is off by 8",
            "Shadow length is higher than its causes explain",
            "Shadow length is off by 10",
            "Shadow length deviates 2.4 times as much as normal",
            "Z4 deviates 2.3 times as much as normal",
            "Z1 has drifted up",
            "Z1 has drifted to 111",
            "Z1 is out of its known range",
            "Z1 is at 124, out of its known range",
            "Shadow length is far off in single frames",
            "Shadow length follows its causes only 43 %",
            "Z4 follows its causes 2.4 times as strongly");
  }

  private static String first(Diagnosis diagnosis) {
    return diagnosis.causes().isEmpty() ? "" : diagnosis.causes().get(0).latent();
  }

  private static FactorScales scales() {
    return FactorScales.of(
        IntStream.range(0, GRAPH.size())
            .mapToObj(i -> new Latent(i, GRAPH.name(i), true, new FactorScale(100, 10, 80, 120)))
            .toList());
  }

  private static Diagnosis withMinimums(int frames, Change change, Double... minimums) {
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(window, Streams.play(128 - frames, 100, Streams.NONE), false, false);
    Streams.push(window, Streams.play(frames, 900, change), false, false);
    return Diagnosis.of(
        reference,
        GRAPH,
        scales(),
        window,
        frames,
        null,
        AlarmedMeans.NONE,
        new EffectMinimums(List.of(minimums), 60));
  }

  @Test
  void shouldGiveTheEffectInTheUnitOfTheFactor() {
    // Given an offset of 2, noise three times as far, a gain and a held value, 10 units each
    Change offset = (i, explained, noise, random) -> explained + noise + (i == 3 ? 2 : 0);
    Change noisy = (i, explained, noise, random) -> explained + (i == 3 ? 4 : 1) * noise;
    Change weaker = (i, explained, noise, random) -> (i == 3 ? 0.2 : 1) * explained + noise;
    Change heldRoot = (i, explained, noise, random) -> i == 0 ? 0.5 : explained + noise;
    // When
    Effect ofOffset = withMinimums(64, offset, 0.0, 0.0, 0.0, 30.0).effect();
    Effect ofNoise = withMinimums(64, noisy, 0.0, 0.0, 0.0, 30.0).effect();
    Effect ofGain = withMinimums(64, weaker, 0.0, 0.0, 0.0, 30.0).effect();
    Effect ofHeld = withMinimums(64, heldRoot, 30.0, 0.0, 0.0, 0.0).effect();
    // Then
    assertThat(ofOffset.latent()).isEqualTo("z4");
    assertThat(ofOffset.unit()).isEqualTo(Effect.Unit.FACTOR);
    assertThat(ofOffset.size()).isBetween(17.0, 23.0);
    assertThat(ofOffset.isBelow()).isTrue();
    assertThat(ofNoise.size()).isBetween(15.0, 24.0); // 0.8 of 24
    assertThat(ofGain.size()).isBetween(3.0, 15.0);
    assertThat(ofHeld.size()).isNaN();
    assertThat(ofHeld.isBelow()).isFalse();
  }

  @Test
  void shouldNameALatentBelowItsMinimumAfterTheOthers() {
    // Given two changes, of which that of z4 is larger
    Change both =
        (i, explained, noise, random) -> explained + noise + (i == 3 ? 3 : i == 2 ? 1.2 : 0);
    // When
    Diagnosis plain = withMinimums(64, both, 0.0, 0.0, 0.0, 0.0);
    Diagnosis small = withMinimums(64, both, 0.0, 0.0, 0.0, 1_000.0);
    Diagnosis allSmall = withMinimums(64, both, 1_000.0, 1_000.0, 1_000.0, 1_000.0);
    // Then
    assertThat(first(plain)).isEqualTo("z4");
    assertThat(plain.effect()).isNull();
    assertThat(small.causes())
        .extracting(Finding.Cause::latent)
        .startsWith("shadow_length")
        .contains("z4");
    assertThat(small.summary().headline()).startsWith("Shadow length");
    assertThat(small.effect()).isNull();
    assertThat(first(allSmall)).isEqualTo("z4");
    assertThat(allSmall.effect().isBelow()).isTrue();
  }

  @Test
  void shouldBoundAChangeWithoutACauseIfEveryLatentHasAMinimum() {
    // When
    Diagnosis all = withMinimums(32, Streams.NONE, 100.0, 100.0, 100.0, 100.0);
    Diagnosis most = withMinimums(32, Streams.NONE, 100.0, 100.0, 0.0, 100.0);
    // Then
    assertThat(all.kind()).isEqualTo(InterventionKind.UNKNOWN);
    assertThat(all.effect().isBelow()).isTrue();
    assertThat(all.effect().size()).isBetween(3.0, 12.0);
    assertThat(most.effect()).isNull();
  }

  @Test
  void shouldSayHowFarInTheUnitOfTheFactor() {
    // Given a root that moves, and a child with an offset, both with scales
    FactorScales scales = scales();
    int child =
        IntStream.range(0, GRAPH.size()).filter(i -> !GRAPH.isRoot(i)).findFirst().orElseThrow();
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(window, Streams.play(96, 100, Streams.NONE), false, false);
    Streams.push(
        window,
        Streams.play(
            32, 900, (i, explained, noise, random) -> explained + noise + (i == child ? 2 : 0)),
        false,
        false);
    // When
    String without = Diagnosis.of(reference, GRAPH, window, 32).summary().explanation();
    String with = Diagnosis.of(reference, GRAPH, scales, window, 32, null).summary().explanation();
    // Then the mean of what the causes do not explain is in the window: 2 and the mean of the noise
    float[][] observed = window.observed(32);
    float[][] expected = window.expected(32);
    double shift = 0;
    for (int t = 0; t < 32; t++) {
      shift += (observed[t][child] - expected[t][child]) / 32.0;
    }
    assertThat(without).contains(" is off by ", " standard deviations from what ");
    assertThat(with)
        .contains(" is off by %.0f (".formatted(10 * shift), " standard deviations) from what ");
  }

  /** Of a deviation of the last latent the residual shows three fifths, and the model says so. */
  @Test
  void shouldSayTheWholeSizeOfADeviationOfWhichTheResidualShowsAPart() {
    // Given
    double shown = 0.6;
    int node = 3;
    double[][] leakage = new double[4][4];
    for (int i = 0; i < 4; i++) {
      leakage[i][i] = i == node ? shown : 1;
    }
    Streams.Rows quiet = Streams.play(5_000, 3, (i, f, n, r) -> f + (i == node ? shown : 1) * n);
    MechanismReference leaning =
        MechanismReference.calibrate(
            GRAPH, quiet.observed(), quiet.expected(), quiet.standardized(), leakage);
    FactorScales scales = scales();
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(
        window,
        Streams.play(32, 900, (i, f, n, r) -> i == node ? f + shown * (n + 2) : f + n),
        false,
        false);
    // When
    String sentence =
        Diagnosis.of(leaning, GRAPH, scales, window, 32, null).summary().explanation();
    // Then
    double size = 0;
    for (int t = 0; t < 32; t++) {
      size += (window.observed(32)[t][node] - window.expected(32)[t][node]) / shown / 32;
    }
    assertThat(size).isBetween(1.6, 2.4);
    assertThat(sentence).contains("z4 is off by %.0f (".formatted(10 * size));
  }

  @Test
  void shouldBlameNothingInQuietWindows() {
    // Given
    int blamed = 0;
    for (int k = 0; k < 400; k++) {
      MechanismWindow window = new MechanismWindow(4);
      Streams.push(window, Streams.play(128, 5_000 + k, Streams.NONE), false, false);

      // When
      Diagnosis diagnosis = Diagnosis.of(reference, GRAPH, window, 8 + k % 25);

      // Then
      blamed += diagnosis.causes().isEmpty() ? 0 : 1;
      assertThat(diagnosis.kind() == InterventionKind.UNKNOWN)
          .isEqualTo(diagnosis.causes().isEmpty());
    }

    assertThat(blamed).isLessThanOrEqualTo(8); // 1 % and three standard errors
  }

  @Test
  void shouldNotCallAutocorrelatedFramesAChange() {
    // Given a reference of slow frames and other slow frames
    Streams.Rows slow = Streams.play(20_000, 2, Streams.NONE, 0.9);
    MechanismReference own =
        MechanismReference.calibrate(GRAPH, slow.observed(), slow.expected(), slow.standardized());
    int blamed = 0;
    int blamedByFast = 0;
    for (int k = 0; k < 200; k++) {
      MechanismWindow window = new MechanismWindow(4);
      Streams.push(window, Streams.play(128, 7_000 + k, Streams.NONE, 0.9), false, false);

      // When
      blamed += Diagnosis.of(own, GRAPH, window, 32).causes().isEmpty() ? 0 : 1;
      blamedByFast += Diagnosis.of(reference, GRAPH, window, 32).causes().isEmpty() ? 0 : 1;
    }

    // Then

    assertThat(blamed).isLessThanOrEqualTo(6);
    assertThat(blamedByFast).isGreaterThan(100);
  }

  @Test
  void shouldCallAnOutlierWhatHappensInOneFrame() {
    // Given
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(window, Streams.play(107, 31, Streams.NONE), false, false);
    Streams.push(
        window,
        Streams.play(
            1, 32, (i, explained, noise, random) -> explained + noise + (i == 3 ? 4.8 : 0)),
        false,
        false);
    Streams.push(window, Streams.play(20, 33, Streams.NONE), false, false);

    // When
    Diagnosis diagnosis = Diagnosis.of(reference, GRAPH, window, 24);

    // Then
    assertThat(diagnosis.kind()).isEqualTo(OUTLIER);
    assertThat(first(diagnosis)).isEqualTo("z4");
    assertThat(diagnosis.summary().explanation())
        .matches(
            "1 of 24 frames have a z4 far from what shadow length explains, by up to .* normal");
  }

  @Test
  void shouldNotExplainALastingChangeOfAnEquationOverTimeByASingleFrameOfACause() {
    // Given
    DynamicModel equations = DynamicEquations.four();
    DynamicHistory history = new DynamicHistory(equations, equations.start());
    int child = 0;
    int cause = 0;
    for (int k = 0; k < WINDOWS; k++) {
      // Given a shifted child, and one frame that shows a cause far off
      MechanismWindow window = new MechanismWindow(4);
      Streams.push(window, Streams.play(104, 100 + k, Streams.NONE), false, false);
      Streams.Rows rows =
          Streams.play(28, 900 + k, (i, f, n, random) -> f + n + (i == 2 ? 1.5 : 0));
      for (float[][] of : List.of(rows.observed(), rows.standardized())) {
        of[14][0] += 5;
      }
      Streams.push(window, rows, false, false);

      // When
      Diagnosis overTime = Diagnosis.of(reference, GRAPH, FactorScales.NONE, window, 32, history);
      Diagnosis single = Diagnosis.of(reference, GRAPH, window, 32);

      // Then
      child += first(overTime).equals("shadow_length") ? 1 : 0;
      cause += first(single).equals("z1") ? 1 : 0;
    }
    assertThat(child).isGreaterThanOrEqualTo(WINDOWS * 90 / 100);
    assertThat(cause).as("values may be turned back into the range").isGreaterThan(WINDOWS / 2);
  }

  private static Diagnosis alarmed(int latent, double standardErrors, int frames, boolean above) {
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(window, Streams.play(128, 7, Streams.NONE), false, false);
    List<AlarmedMeans.Mean> means = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      means.add(new AlarmedMeans.Mean(k == latent ? standardErrors : 1, k == latent ? 0.2 : 0));
    }
    DynamicModel equations = DynamicEquations.four();
    return Diagnosis.of(
        reference,
        GRAPH,
        FactorScales.NONE,
        window,
        64,
        new DynamicHistory(equations, equations.start()),
        new AlarmedMeans(means, frames, above),
        new EffectMinimums(List.of(0.0, 0.0, 0.3, 0.0), 60));
  }

  @Test
  void shouldNameALastingChangeThatOnlyALongerChartShows() {
    // When
    Diagnosis offset = alarmed(2, 6.5, 512, true);
    // Then
    assertThat(offset.kind()).isEqualTo(OFFSET);
    assertThat(offset.causes()).extracting(Finding.Cause::latent).containsExactly("shadow_length");
    assertThat(offset.statistic()).isEqualTo(6.5);
    assertThat(offset.pValue()).isNaN();
    assertThat(offset.summary().explanation())
        .isEqualTo(
            "shadow length is off by 0.20 standard deviations from what its equation expects, over"
                + " 512 frames");
    assertThat(offset.effect().size()).isEqualTo(0.2);
    assertThat(offset.effect().isBelow()).isTrue();
  }

  @Test
  void shouldNameNoLastingChangeWithoutEvidence() {
    assertThat(
            List.of(
                alarmed(2, 6.5, 512, false), // which has ended
                alarmed(2, 6.5, 64, true), // which saw no more frames
                alarmed(2, 2, 512, true), // which may be chance
                alarmed(1, 6.5, 512, true), // a root
                alarmed(3, 6.5, 512, true))) // no equation over time
        .extracting(Diagnosis::kind)
        .containsOnly(InterventionKind.UNKNOWN);
  }

  @Test
  void shouldNotAccuseAChildWhoseCausesAreBeyondWhatIsKnown() {
    // Given a root far outside its range, where the equation of its child means nothing
    MechanismWindow window = new MechanismWindow(4);
    Streams.Rows rows = Streams.play(40, 41, (i, f, n, random) -> f + n + (i == 0 ? 6 : 0));
    for (float[] row : rows.standardized()) {
      row[2] += 50;
    }
    Streams.push(window, rows, false, false);

    // When
    Diagnosis diagnosis = Diagnosis.of(reference, GRAPH, window, 32);

    // Then
    assertThat(diagnosis.kind()).isEqualTo(OFFSET);
    assertThat(diagnosis.causes()).extracting(Finding.Cause::latent).startsWith("z1");
    assertThat(diagnosis.causes())
        .extracting(Finding.Cause::latent)
        .doesNotContain("shadow_length");
  }

  @Test
  void shouldNameNoMechanismInAChangedOrFrozenPicture() {
    // Given
    MechanismWindow changed = new MechanismWindow(4);
    Streams.push(changed, Streams.play(8, 51, Streams.NONE), false, false);
    Streams.push(changed, Streams.play(24, 52, (i, f, n, random) -> f + n + 3 * i), true, false);
    MechanismWindow frozen = new MechanismWindow(4);
    Streams.push(frozen, Streams.play(8, 53, Streams.NONE), false, false);
    Streams.Rows one = Streams.play(1, 54, Streams.NONE);
    for (int t = 0; t < 24; t++) {
      Streams.push(frozen, one, false, false);
    }
    MechanismWindow flagged = new MechanismWindow(4);
    Streams.push(flagged, Streams.play(32, 55, Streams.NONE), false, true);

    // When
    Diagnosis ofChanged = Diagnosis.of(reference, GRAPH, changed, 32);
    Diagnosis ofFrozen = Diagnosis.of(reference, GRAPH, frozen, 32);
    Diagnosis ofFlagged = Diagnosis.of(reference, GRAPH, flagged, 32);

    // Then
    assertThat(ofChanged.kind()).isEqualTo(InterventionKind.APPEARANCE_SHIFT);
    assertThat(ofChanged.summary().explanation())
        .isEqualTo(
            "the picture as a whole has changed in 24 of 24 frames, so no mechanism is named");
    assertThat(ofFrozen.kind()).isEqualTo(InterventionKind.FROZEN_CAMERA);
    assertThat(ofFlagged.kind()).isEqualTo(InterventionKind.FROZEN_CAMERA);
    assertThat(List.of(ofChanged, ofFrozen, ofFlagged)).allMatch(d -> d.causes().isEmpty());
  }

  @Test
  void shouldSpeakInTheNamesOfTheDomainWithNumbers() {
    // Given
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(
        window, Streams.play(32, 61, (i, f, n, random) -> i == 2 ? 1.2 : f + n), false, false);

    // When
    Diagnosis diagnosis = Diagnosis.of(reference, GRAPH, window, 32);

    // Then
    assertThat(diagnosis.summary().explanation())
        .isEqualTo(
            "shadow length no longer follows z1 and z2: its residual moves against the prediction (correlation -1.00 over 32 frames) and it is held at 1.20");
    Finding.Cause cause = diagnosis.causes().get(0);
    assertThat(cause.parents()).containsExactly("z1", "z2");
    assertThat(cause.share()).isGreaterThan(0.9);
    assertThat(diagnosis.statistic()).isGreaterThan(diagnosis.threshold());
    assertThat(diagnosis.pValue()).isPositive().isLessThan(1e-6);
    assertThat(diagnosis.condition()).contains("exchangeable");
  }

  @Test
  void shouldTakeTheLeakageOut() {
    // Given residuals of which that of z3 follows the noise of z4 more than its own does
    double[][] leakage = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0.2, 1.5}, {0, 0, 1, 1}};
    MechanismReference plain = mixedReference(leakage, null);
    MechanismReference sharpened = mixedReference(leakage, leakage);
    int plainRight = 0;
    int sharpenedRight = 0;
    for (int k = 0; k < 40; k++) {
      MechanismWindow window = new MechanismWindow(4);
      Streams.push(
          window,
          mixed(Streams.play(32, 600 + k, (i, f, n, r) -> f + n + (i == 3 ? 0.9 : 0)), leakage),
          false,
          false);

      // When
      plainRight += first(Diagnosis.of(plain, GRAPH, window, 32)).equals("z4") ? 1 : 0;
      sharpenedRight += first(Diagnosis.of(sharpened, GRAPH, window, 32)).equals("z4") ? 1 : 0;
    }

    // Then

    assertThat(sharpenedRight).isGreaterThan(35);
    assertThat(plainRight).isLessThan(25);
  }

  private static MechanismReference mixedReference(double[][] leakage, double[][] known) {
    Streams.Rows rows = mixed(Streams.play(5_000, 3, Streams.NONE), leakage);
    return known == null
        ? MechanismReference.calibrate(GRAPH, rows.observed(), rows.expected(), rows.standardized())
        : MechanismReference.calibrate(
            GRAPH, rows.observed(), rows.expected(), rows.standardized(), known);
  }

  private static Streams.Rows mixed(Streams.Rows rows, double[][] leakage) {
    float[][] mixed = new float[rows.standardized().length][4];
    for (int t = 0; t < mixed.length; t++) {
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          mixed[t][i] += (float) (leakage[i][j] * rows.standardized()[t][j]);
        }
      }
    }
    return new Streams.Rows(rows.observed(), rows.expected(), mixed);
  }

  @Test
  void shouldSayWhichCausesStillMoveTheLatent() {
    // Given
    Streams.Rows quiet = new EdgeStreams(1, 0, 0).next(20_000, EdgeStreams.Change.NONE);
    MechanismReference own =
        MechanismReference.calibrate(
            EdgeStreams.GRAPH, quiet.observed(), quiet.expected(), quiet.standardized());
    int right = 0;
    for (int k = 0; k < WINDOWS; k++) {
      MechanismWindow window = new MechanismWindow(4);
      EdgeStreams stream = new EdgeStreams(100 + k, 0, 0);
      Streams.push(window, stream.next(60, EdgeStreams.Change.NONE), false, false);
      Streams.push(window, stream.next(64, EdgeStreams.Change.influences(0, 1)), false, false);

      // When
      Diagnosis diagnosis = Diagnosis.of(own, EdgeStreams.GRAPH, window, 64);

      // Then
      assertThat(first(diagnosis)).isEqualTo("tracker");
      assertThat(diagnosis.kind()).isEqualTo(MECHANISM_CHANGE);
      right +=
          diagnosis
                  .summary()
                  .explanation()
                  .matches(
                      "tracker answers lamp and valve differently: .*; lamp no longer moves it"
                          + " \\(.* \\+- .* of its trained influence\\); valve still moves it"
                          + " \\(.* \\+- .*\\)")
              ? 1
              : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(WINDOWS * 80 / 100);
  }

  @Test
  void shouldSayNothingOfEdgesWhereOnlyAConstantIsAdded() {
    // Given
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(
        window,
        Streams.play(64, 77, (i, f, n, random) -> f + n + (i == 2 ? 0.9 : 0)),
        false,
        false);
    // When
    Diagnosis diagnosis = Diagnosis.of(reference, GRAPH, window, 64);
    // Then
    assertThat(diagnosis.kind()).isEqualTo(OFFSET);
    assertThat(diagnosis.edges()).extracting(EdgeReading::from).containsExactly("z1", "z2");
    assertThat(diagnosis.edges()).noneMatch(EdgeReading::isClaim);
    assertThat(diagnosis.summary().explanation()).doesNotContain("moves it");
  }

  @Test
  void shouldRefuseWhatDoesNotBelongTogether() {
    // Given
    MechanismWindow window = new MechanismWindow(4);
    Streams.push(window, Streams.play(10, 71, Streams.NONE), false, false);
    // When
    // Then
    assertThatThrownBy(() -> Diagnosis.of(reference, GRAPH, window, 7))
        .hasMessage("a diagnosis needs 8 to 10 frames but was asked for 7");
    assertThatThrownBy(() -> Diagnosis.of(reference, GRAPH, window, 11))
        .hasMessage("a diagnosis needs 8 to 10 frames but was asked for 11");
    assertThatThrownBy(() -> Diagnosis.of(reference, CausalGraph.empty(GRAPH.names()), window, 8))
        .hasMessageContaining("do not belong together");
  }
}
