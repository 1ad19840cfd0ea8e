package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Finding;
import dev.residua.causal.GeoLocation;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.ScoreCheck;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.incident.Subject;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceSettings;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.Stages;
import dev.residua.source.SourceRule;
import dev.residua.state.MonitorStates;
import dev.residua.state.StateBlocks;
import dev.residua.testing.Scorers;
import dev.residua.training.graph.GraphConstraints;
import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A pump whose speed is a variable of the model, from training to incidents, with a network that
 * reads pictures exactly. Seeds are fixed; at a mean run length of 20,000 frames a stream of 600
 * quiet ones has a false alarm with odds of 3 %.
 */
@Tag("slow")
class RunTimeVariablesTest {
  private static final int FRAMES = 4_000;
  private static final int CHANGE = 300;
  private static final int STREAM = 600;
  private static final int LEAK = 0;
  private static final int LEVEL = 1;
  private static final int PUMP = 2;
  private static final GeoLocation PLACE = new GeoLocation(52.5, 13.4);
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  private static ModelBundle with;
  private static ModelBundle without;

  @BeforeAll
  static void train() throws Exception {
    with = train(new PumpedTank(FRAMES, true, 1));
    without = train(new PumpedTank(FRAMES, false, 1));
  }

  private static ModelBundle train(PumpedTank data) throws Exception {
    TrainingSettings settings = TrainingSettings.DEFAULTS.withLatents(2).withSeed(3);
    ModelBundle bundle =
        new TrainingPipeline(
                new PumpedTank.Reader(),
                OnnxEngine::new,
                OnnxLatentDecoder::of,
                CLOCK,
                "test",
                new ExactDagSearchSettings(100, 1e-4, 0.1, 1_500, 4, 1),
                new MechanismSettings(64, new double[] {1.4}, new double[] {1e-5}, 2_000, 1),
                DriftSettings.DEFAULTS.withSimulation(50, 512).withFrequencies(16))
            .run(data, settings, null, null, TrainingProgress.SILENT)
            .bundle();
    return ModelBundle.read(new ByteArrayInputStream(bundle.toBytes()), "test");
  }

  private static List<ScoredFrame> score(ModelBundle bundle, PumpedTank data, double rate)
      throws Exception {
    return score(bundle, data, rate, SourceRule.DEFAULTS);
  }

  private static List<ScoredFrame> score(
      ModelBundle bundle, PumpedTank data, double rate, SourceRule rule) throws Exception {
    List<ScoredFrame> scores = new ArrayList<>();
    try (ScoringModel model = BundleOpener.scoring(bundle, 1)) {
      FrameBatch batch =
          new FrameBatch(
              model,
              new FrameLimits(1 << 20, 64, 1 << 12),
              new ReconstructionPlan(rate, 0),
              16,
              CLOCK,
              Stages.NONE);
      for (int i = 0; i < data.size(); i++) {
        batch.add(data.frame(i), new FramePosition("frames", 0, i), FrameTiming.ON_TIME, rule);
        if (batch.isFull() || i + 1 == data.size()) {
          scores.addAll(batch.score());
        }
      }
    }
    return scores;
  }

  private static MonitorModel monitored(ModelBundle bundle) throws Exception {
    return BundleOpener.monitor(
        bundle, AnomalySettings.DEFAULTS, 20_000, IncidentSettings.DEFAULTS);
  }

  private static List<MonitorResult> watch(ModelBundle bundle, PumpedTank data) throws Exception {
    return watch(bundle, data, SourceRule.DEFAULTS, SourceSettings.NONE);
  }

  private static List<MonitorResult> watch(
      ModelBundle bundle, PumpedTank data, SourceRule rule, SourceSettings settings)
      throws Exception {
    MonitorThresholds thresholds = new MonitorThresholds(monitored(bundle));
    SourceMonitor monitor = SourceMonitor.start(thresholds);
    List<MonitorResult> results = new ArrayList<>();
    for (ScoredFrame frame : score(bundle, data, 1, rule)) {
      assertThat(
              ScoreCheck.fault(
                  frame,
                  bundle.graph().size(),
                  bundle.manifest().variables().size(),
                  node -> false))
          .isEmpty();
      results.add(monitor.next(frame, ActiveControls.EMPTY, settings));
      monitor =
          settings == SourceSettings.NONE
              ? SourceMonitor.restore(
                  thresholds,
                  MonitorStates.decode(MonitorStates.encode(monitor.state()), StateBlocks.NONE),
                  null)
              : monitor;
    }
    return results;
  }

  private static List<Incident> incidents(List<MonitorResult> results) {
    return results.stream().flatMap(result -> result.incidents().stream()).toList();
  }

  /** Subjects of all incidents but those that were not diagnosed yet. */
  private static Set<String> subjects(List<MonitorResult> results) {
    Set<String> subjects = new TreeSet<>();
    incidents(results).forEach(incident -> subjects.add(incident.subject().toString()));
    subjects.remove(Subject.UNDETERMINED.toString());
    return subjects;
  }

  @Test
  void shouldFindThatThePumpDrivesTheLevel() {
    // Then
    CausalGraph graph = with.graph();
    assertThat(graph.names()).containsExactly("leak", "level", PumpedTank.PUMP);
    assertThat(graph.toString()).isEqualTo("leak -> level, pump_speed -> level");
    assertThat(with.manifest().latentNames()).containsExactly("leak", "level");
    assertThat(with.manifest().variables())
        .singleElement()
        .satisfies(
            variable -> {
              assertThat(variable.name()).isEqualTo(PumpedTank.PUMP);
              // standard errors over 2,800 frames: 4 and 1.7
              assertThat(variable.scale().offset()).isCloseTo(1000, within(15.0));
              assertThat(variable.scale().slope()).isCloseTo(200, within(7.0));
            });
    assertThat(with.manifest().provenance().hyperParameters())
        .containsEntry("variables", PumpedTank.PUMP);
    assertThat(without.manifest().variables()).isEmpty();
    assertThat(without.manifest().provenance().hyperParameters()).doesNotContainKey("variables");
  }

  @Test
  void shouldHaveTheNoiseOfTheLevelAsItsResidual() throws Exception {
    // Given
    PumpedTank data = new PumpedTank(500, true, 7);
    for (double rate : new double[] {1, 0}) {
      // When
      List<ScoredFrame> scores = score(with, data, rate);
      // Then, in units of the labels, whose standard deviation is that of the level
      double sd = Math.sqrt(0.8 * 0.8 + 0.5 * 0.5 + 0.3 * 0.3);
      for (int i = 0; i < data.size(); i++) {
        assertThat((double) scores.get(i).residuals()[LEVEL])
            .isCloseTo(PumpedTank.NOISE * data.noise(i) / sd, within(0.05));
      }
    }
  }

  @Test
  void shouldNameThePumpThatMovedAndNotTheLevelThatFollows() throws Exception {
    // When
    List<MonitorResult> results =
        watch(with, new PumpedTank(STREAM, true, 11).movePump(CHANGE, 2.5));
    // Then
    assertThat(subjects(results)).containsExactly("root:" + PumpedTank.PUMP);
    assertThat(results.subList(0, CHANGE)).allSatisfy(r -> assertThat(r.incidents()).isEmpty());
    assertThat(
            results.stream()
                .flatMap(r -> r.interventions().stream())
                .flatMap(e -> e.finding().causes().stream())
                .map(Finding.Cause::latent))
        .isNotEmpty()
        .containsOnly(PumpedTank.PUMP);
    // and says its speed in its own unit
    assertThat(incidents(results).get(0).summary().explanation()).contains("pump speed");
  }

  @Test
  void shouldBlameTheLevelForThePumpWithoutTheVariable() throws Exception {
    // When
    List<MonitorResult> results =
        watch(without, new PumpedTank(STREAM, false, 11).movePump(CHANGE, 2.5));
    // Then
    assertThat(subjects(results)).containsExactly("mechanism:level");
  }

  @Test
  void shouldNameTheLevelThatNoLongerFollowsThePump() throws Exception {
    // When
    List<MonitorResult> results =
        watch(with, new PumpedTank(STREAM, true, 13).disconnectPump(CHANGE));
    // Then
    assertThat(subjects(results)).containsExactly("mechanism:level");
  }

  @Test
  void shouldJudgeWhatIsKnownInFramesWithoutTheVariable() throws Exception {
    // Given
    PumpedTank complete = new PumpedTank(200, true, 17);
    PumpedTank lossy = new PumpedTank(200, true, 17);
    for (int i = 0; i < 200; i += 3) {
      lossy.lose(i);
    }
    // When
    List<ScoredFrame> all = score(with, complete, 0.5);
    List<ScoredFrame> some = score(with, lossy, 0.5);
    // Then every other number is as if nothing was missing
    for (int i = 0; i < 200; i++) {
      float[] p = some.get(i).statistics().pValues();
      if (i % 3 != 0) {
        assertThat(some.get(i).residuals()).isEqualTo(all.get(i).residuals());
        assertThat(p).isEqualTo(all.get(i).statistics().pValues());
        assertThat(some.get(i).statistics().isPartial()).isFalse();
        continue;
      }
      assertThat(some.get(i).latents()[LEAK]).isEqualTo(all.get(i).latents()[LEAK]);
      assertThat(some.get(i).latents()[LEVEL]).isEqualTo(all.get(i).latents()[LEVEL]);
      assertThat(some.get(i).residuals()[LEAK]).isEqualTo(all.get(i).residuals()[LEAK]);
      assertThat(p[LEAK]).isEqualTo(all.get(i).statistics().pValues()[LEAK]);
      for (float[] unknown :
          List.of(
              some.get(i).expected(),
              some.get(i).residuals(),
              some.get(i).statistics().standardized(),
              p)) {
        assertThat(unknown[LEVEL]).isNaN();
        assertThat(unknown[PUMP]).isNaN();
      }
      assertThat(some.get(i).latents()[PUMP]).isNaN();
      assertThat(some.get(i).statistics().isPartial()).isTrue();
      // the joint p-value looks at the leak alone
      assertThat(some.get(i).statistics().jointPValue())
          .isBetween(0f, 1f)
          .isGreaterThanOrEqualTo(all.get(i).statistics().jointPValue());
    }
  }

  @Test
  void shouldWatchTheOtherFramesAsIfThoseWithoutTheVariableDidNotExist() throws Exception {
    // Given a pump that moves, and every fifth frame without its speed
    PumpedTank data = new PumpedTank(STREAM, true, 19).movePump(CHANGE, 2.5);
    for (int i = 0; i < STREAM; i += 5) {
      data.lose(i);
    }
    // When
    List<MonitorResult> results = watch(with, data);
    // Then
    assertThat(subjects(results)).containsExactly("root:" + PumpedTank.PUMP);
  }

  @Test
  void shouldReportThatTheVariableIsMissingAndGoOnAfterwards() throws Exception {
    // Given 100 frames without the speed of the pump, and a broken mechanism later
    PumpedTank data = new PumpedTank(STREAM, true, 23).disconnectPump(450);
    for (int i = 100; i < 200; i++) {
      data.lose(i);
    }
    // When
    List<MonitorResult> results = watch(with, data);
    // Then
    assertThat(subjects(results)).containsExactly("mechanism:level", "sensor:variable_missing");
    assertThat(incidents(results.subList(0, 115))).isEmpty();
    Incident missing = incidents(results.subList(0, 130)).get(0);
    assertThat(missing.subject()).isEqualTo(Subject.VARIABLE_MISSING);
    assertThat(missing.summary().explanation())
        .contains("pump_speed is missing", "variable.pump_speed", "level", "not watched");
    assertThat(missing.subject().advice()).contains("attributes");
    assertThat(results.stream().flatMap(r -> r.anomalies().stream()))
        .filteredOn(event -> event.kind() == AnomalyKind.VARIABLE_MISSING)
        .hasSize(1);
    assertThat(incidents(results))
        .filteredOn(incident -> incident.subject().equals(Subject.VARIABLE_MISSING))
        .last()
        .satisfies(incident -> assertThat(incident.state()).isEqualTo(Incident.State.RESOLVED));
  }

  @Test
  void shouldCommissionASourceWithoutTheFramesThatLackTheVariable() throws Exception {
    // Given a source that learns what is normal, with every seventh frame incomplete
    PumpedTank complete = new PumpedTank(3_500, true, 29);
    for (int i = 0; i < 3_500; i += 7) {
      complete.lose(i);
    }
    // When
    List<MonitorResult> results =
        watch(with, complete, SourceRule.DEFAULTS, SourceSettings.NONE.withCommissioned(true));
    // Then it learned, and from numbers alone; the pictures differ by their rounding only
    assertThat(subjects(results)).isSubsetOf("picture");
    assertThat(results.get(3_499).score().orElseThrow().calibration().pValues())
        .hasSize(3)
        .doesNotContain(Float.NaN);
    assertThat(
            results.stream()
                .flatMap(r -> r.commissioning().stream())
                .map(CommissioningReport::calibration)
                .filter(Objects::nonNull)
                .flatMap(calibration -> calibration.latents().stream())
                .map(LatentCalibration::spread))
        .isNotEmpty()
        .allSatisfy(spread -> assertThat(spread).isFinite().isPositive());
  }

  @Test
  void shouldLeaveTrainingFramesOutThatLackTheVariable() throws Exception {
    // Given
    PumpedTank data = new PumpedTank(FRAMES, true, 1);
    for (int i = 0; i < FRAMES; i += 4) {
      data.lose(i);
    }
    // When
    ModelBundle bundle = train(data);
    // Then
    assertThat(bundle.graph().toString()).isEqualTo(with.graph().toString());
    assertThat(bundle.manifest().variables().get(0).scale().slope()).isCloseTo(200, within(8.0));
  }

  @Test
  void shouldRefuseToTrainWithAVariableThatIsHardlyThereOrDoesNotVary() {
    // Given
    PumpedTank rare = new PumpedTank(FRAMES, true, 1);
    for (int i = 0; i < FRAMES - 100; i++) {
      rare.lose(i);
    }
    // Then
    assertThatThrownBy(() -> train(rare))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("variables [pump_speed]");
  }

  private static PumpedTank yard(int n, String start, Duration step, long seed) {
    return PumpedTank.yard(n, PLACE, Instant.parse(start), step, seed);
  }

  /** Four weeks of a yard whose brightness follows the sun. */
  private static ModelBundle trainOnAYard() throws Exception {
    return train(yard(FRAMES, "2026-03-01T00:00:00Z", Duration.ofMinutes(10), 1));
  }

  @Test
  void shouldNotTakeTheDuskForAChange() throws Exception {
    // Given a model that knows the elevation of the sun, and ten hours around a sunset
    ModelBundle bundle = trainOnAYard();
    PumpedTank dusk = yard(STREAM, "2026-03-20T13:00:00Z", Duration.ofMinutes(1), 37);
    SourceRule rule = SourceRule.DEFAULTS.withLocation(PLACE);
    // When
    List<MonitorResult> results = watch(bundle, dusk, rule, SourceSettings.NONE);
    // Then the sun is a cause without causes, and nothing changed
    assertThat(bundle.graph().toString()).isEqualTo("leak -> level, sun.elevation -> level");
    assertThat(incidents(results)).isEmpty();
    // and the numbers are those of frames that bring the elevation themselves
    List<ScoredFrame> computed = score(bundle, dusk, 1, rule);
    for (int i = 0; i < STREAM; i++) {
      assertThat(computed.get(i).latents()[PUMP])
          .isEqualTo(bundle.manifest().observed().standardized(dusk.variables(i))[0]);
    }
  }

  @Test
  void shouldFindALampThatFailsWhileTheSunSets() throws Exception {
    // Given
    ModelBundle bundle = trainOnAYard();
    PumpedTank dusk =
        yard(STREAM, "2026-03-20T13:00:00Z", Duration.ofMinutes(1), 41).dim(CHANGE, 1);
    // When
    List<MonitorResult> results =
        watch(bundle, dusk, SourceRule.DEFAULTS.withLocation(PLACE), SourceSettings.NONE);
    // Then
    assertThat(subjects(results)).containsExactly("mechanism:level");
    assertThat(results.subList(0, CHANGE)).allSatisfy(r -> assertThat(r.incidents()).isEmpty());
  }

  @Test
  void shouldTakeTheDuskForAChangeIfTheLocationIsWrong() throws Exception {
    // Given a location on the other side of the earth
    SourceRule rule = SourceRule.DEFAULTS.withLocation(new GeoLocation(52.5, -166.6));
    // When
    List<MonitorResult> results =
        watch(
            trainOnAYard(),
            yard(STREAM, "2026-03-20T13:00:00Z", Duration.ofMinutes(1), 37),
            rule,
            SourceSettings.NONE);
    // Then
    assertThat(subjects(results)).contains("mechanism:level");
  }

  @Test
  void shouldAskForTheLocationThatTheRuleLacks() throws Exception {
    // When
    List<MonitorResult> results =
        watch(trainOnAYard(), yard(100, "2026-03-20T13:00:00Z", Duration.ofMinutes(1), 43));
    // Then
    assertThat(subjects(results)).containsExactly("sensor:variable_missing");
    assertThat(incidents(results).get(0).summary().explanation())
        .startsWith("sun.elevation is missing")
        .endsWith("; set location=52.5,13.4 in the rule of the source");
  }

  @Test
  void shouldRefuseACauseOfTheSun() {
    // Given
    List<String> names = List.of("leak", "level", PumpedTank.SUN.variable());
    boolean[][] required = new boolean[3][3];
    required[LEVEL][PUMP] = true;
    GraphConstraints known =
        new GraphConstraints(names, required, new boolean[3][3], new boolean[3][3]);
    PumpedTank data = yard(FRAMES, "2026-03-01T00:00:00Z", Duration.ofMinutes(10), 1);
    // Then
    assertThatThrownBy(
            () -> new TrainingInput(data, TrainingSettings.DEFAULTS.withLatents(2), known))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("an edge into sun.elevation, which has no causes");
  }

  @Test
  void shouldKeepTheVariableWhenTheModelIsCalibratedAgain() throws Exception {
    // Given
    PumpedTank other = new PumpedTank(600, true, 31);
    // When
    try (ResidualScorer scorer = Scorers.onnx(with.network());
        LatentDecoder decoder = OnnxLatentDecoder.of(with.network())) {
      ModelBundle again =
          ModelCalibration.again(
              with,
              scorer,
              decoder,
              other,
              DriftSettings.DEFAULTS.withSimulation(50, 512).withFrequencies(16),
              1,
              TrainingProgress.SILENT);
      // Then
      assertThat(again.manifest().variables()).isEqualTo(with.manifest().variables());
      assertThat(again.graph()).isEqualTo(with.graph());
      assertThatThrownBy(
              () ->
                  ModelCalibration.again(
                      with,
                      scorer,
                      decoder,
                      new PumpedTank(600, false, 31),
                      DriftSettings.DEFAULTS,
                      1,
                      TrainingProgress.SILENT))
          .hasMessageContaining("the model reads [pump_speed]");
    }
    assertThat(Arrays.asList(with.manifest().nodeNames().toArray()))
        .isEqualTo(with.graph().names());
  }
}
