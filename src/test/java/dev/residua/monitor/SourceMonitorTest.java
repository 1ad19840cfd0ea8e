package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.PictureNumbers;
import dev.residua.incident.ControlBoard;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.testing.Scored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SourceMonitorTest {
  private static final int LENGTH = 2;
  private static SourceMonitor.Limits limits;
  private static SourceMonitor.Limits otherModel;

  @BeforeAll
  static void calibrate() {
    limits = new SourceMonitor.Limits(model("model-1", 3));
    otherModel = new SourceMonitor.Limits(model("model-2", 4));
  }

  private static MonitorModel model(String id, long seed) {
    Random random = new Random(seed);
    int n = 1_000;
    float[] residuals = new float[n * 4];
    double[][] rows = new double[n][4];
    for (int i = 0; i < n * 4; i++) {
      residuals[i] = (float) random.nextGaussian();
      rows[i / 4][i % 4] = residuals[i];
    }
    float[] errors = new float[n];
    float[] appearance = new float[n];
    double[][] pictures = new double[n][PictureNumbers.COUNT];
    for (int i = 0; i < n; i++) {
      errors[i] = error(random);
      pictures[i][PictureNumbers.RECONSTRUCTION] =
          PictureNumbers.of(errors[i], 0, 2)[PictureNumbers.RECONSTRUCTION];
    }
    boolean[][] edges = new boolean[4][4];
    edges[0][LENGTH] = true;
    edges[1][LENGTH] = true;
    DriftSettings settings = DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(200, 1_024);
    AnomalyCalibration calibration = AnomalyCalibration.fit(residuals, 4, errors, appearance);
    return new MonitorModel(
        id,
        "ab12",
        CausalGraph.of(List.of("pendulum", "light", "shadow_length", "shadow_position"), edges),
        AnomalyRule.of(AnomalySettings.DEFAULTS.withFalseAlarmRate(0.002), calibration),
        DriftReference.calibrate(rows, settings, seed, fraction -> {}),
        Optional.of(DriftReference.calibrate(pictures, settings, seed, fraction -> {})),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        20_000,
        IncidentSettings.DEFAULTS);
  }

  private static float error(Random random) {
    return (float) (0.001 * Math.exp(0.2 * random.nextGaussian()));
  }

  private static ScoredFrame frame(Random random, int sequence, float shift, float errorFactor) {
    float[] values = new float[4];
    for (int k = 0; k < 4; k++) {
      values[k] = (float) random.nextGaussian();
    }
    values[LENGTH] += shift;
    return Scored.nominal()
        .residuals(values)
        .reconstructionError(errorFactor * error(random))
        .frame(sequence);
  }

  private static List<ScoredFrame> story() {
    Random random = new Random(77);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 1_400; i++) {
      frames.add(frame(random, i, i >= 300 && i < 400 ? 2 : 0, i >= 900 && i < 1_000 ? 3 : 1));
    }
    return frames;
  }

  @Test
  void shouldJudgeTheSameWhenItsStateIsWrittenAndReadAfterEveryFrame() {
    // Given
    List<Object> straight = new ArrayList<>();
    List<Object> interrupted = new ArrayList<>();
    SourceMonitor one = SourceMonitor.start(limits);
    SourceMonitor other = SourceMonitor.start(limits);
    // When
    for (ScoredFrame frame : story()) {
      straight.add(said(one.next(frame, ControlBoard.EMPTY)));
      other = SourceMonitor.fromBytes(limits, other.toBytes());
      interrupted.add(said(other.next(frame, ControlBoard.EMPTY)));
    }
    // Then
    assertThat(interrupted).isEqualTo(straight);
    assertThat(other.toBytes()).isEqualTo(one.toBytes());
    assertThat(straight.toString()).contains("DRIFT.PICTURE");
  }

  /** All of a judgement, with the contents of its arrays. */
  private static List<Object> said(Judgement judgement) {
    return List.of(
        judgement.score().statistic(),
        Arrays.toString(judgement.score().perScale()),
        judgement.anomalies(),
        judgement.drifts(),
        judgement.incidents());
  }

  @Test
  void shouldTellAMechanismFromAPicture() {
    // Given
    SourceMonitor monitor = SourceMonitor.start(limits);
    List<Incident> incidents = new ArrayList<>();
    List<DriftEvent> drifts = new ArrayList<>();
    // When
    for (ScoredFrame frame : story()) {
      Judgement judgement = monitor.next(frame, ControlBoard.EMPTY);
      incidents.addAll(judgement.incidents());
      drifts.addAll(judgement.drifts());
    }
    // Then
    assertThat(incidents)
        .extracting(Incident::kind)
        .containsExactly("DRIFT.RESIDUAL", "DRIFT.RESIDUAL", "DRIFT.PICTURE", "DRIFT.PICTURE");
    assertThat(incidents)
        .extracting(Incident::state)
        .containsExactly(
            Incident.State.OPENED,
            Incident.State.RESOLVED,
            Incident.State.OPENED,
            Incident.State.RESOLVED);
    assertThat(incidents.get(2).sentence()).contains("reconstructed worse than those of training");
    assertThat(drifts)
        .extracting(DriftEvent::channel)
        .containsExactly(
            DriftEvent.Channel.RESIDUAL,
            DriftEvent.Channel.RESIDUAL,
            DriftEvent.Channel.PICTURE,
            DriftEvent.Channel.PICTURE);
    assertThat(drifts)
        .allSatisfy(
            e ->
                assertThat(e.targetRunLength())
                    .as("each detector's share of the budget")
                    .isEqualTo(40_000));
  }

  @Test
  void shouldResolveTheIncidentOfAModelThatWasReplaced() {
    // Given
    List<ScoredFrame> story = story();
    SourceMonitor monitor = SourceMonitor.start(limits);
    for (ScoredFrame frame : story.subList(0, 350)) {
      monitor.next(frame, ControlBoard.EMPTY);
    }
    assertThat(monitor.incidentOpen()).isTrue();
    // When
    SourceMonitor next = SourceMonitor.fromBytes(otherModel, monitor.toBytes());
    List<Incident> incidents = new ArrayList<>();
    for (ScoredFrame frame : story.subList(400, 800)) {
      incidents.addAll(next.next(frame, ControlBoard.EMPTY).incidents());
    }
    // Then
    assertThat(incidents).extracting(Incident::state).containsExactly(Incident.State.RESOLVED);
  }

  @Test
  void shouldRefuseDamagedState() {
    // Given
    byte[] bytes = SourceMonitor.start(limits).toBytes();
    // When, Then
    assertThatThrownBy(() -> SourceMonitor.fromBytes(limits, Arrays.copyOf(bytes, 40)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("monitor state");
    bytes[3] = 99;
    assertThatThrownBy(() -> SourceMonitor.fromBytes(limits, bytes))
        .hasMessageContaining("version 99");
  }

  @Test
  void shouldCompareWhatWasSaidWithWhatHappened() {
    // Given
    Backtest backtest = new Backtest(limits, 200);
    story().forEach(backtest::next);
    // When
    Backtest.Comparison comparison =
        backtest.compare(
            List.of(
                new Backtest.Truth("cam1", "offset", "shadow_length", 300, 399),
                new Backtest.Truth("cam1", "object", null, 900, 999),
                new Backtest.Truth("cam1", "never", null, 1_395, 1_399)));
    // Then
    Backtest.KindResult offset = comparison.byKind().get("offset");
    assertThat(offset.detected()).isEqualTo(1);
    assertThat(offset.meanDelay()).isBetween(2.0, 40.0);
    assertThat(offset.named()).isEqualTo(1);
    assertThat(comparison.byKind().get("object").kinds()).containsEntry("drift PICTURE_ONSET", 1);
    assertThat(comparison.byKind().get("never").detected()).isZero();
    assertThat(comparison.quietFrames()).isEqualTo(1_400 - 300 - 300 - 5);
    assertThat(comparison.falseIncidents()).isZero();
  }
}
