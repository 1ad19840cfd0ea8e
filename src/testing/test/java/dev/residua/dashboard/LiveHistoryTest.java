package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.Latent;
import dev.residua.causal.Summary;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.dashboard.LiveHistory.Query;
import dev.residua.dashboard.LiveHistory.Seen;
import dev.residua.dashboard.LiveHistory.SourceAnswer;
import dev.residua.dashboard.LiveViews.CommissioningView;
import dev.residua.dashboard.LiveViews.Overview;
import dev.residua.dashboard.LiveViews.Row;
import dev.residua.dashboard.LiveViews.SourceView;
import dev.residua.dashboard.LiveViews.UnreadableView;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.HumanDuration;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Arm;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.monitor.Sensitivity;
import dev.residua.testing.Detectors;
import dev.residua.testing.Incidents;
import dev.residua.testing.Scored;
import dev.residua.testing.Visits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveHistoryTest {
  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("a", "b", "c", "d"),
          new boolean[][] {
            {false, false, true, false},
            {false, false, true, true},
            {false, false, false, false},
            {false, false, false, false}
          });

  private final LiveHistory history = new LiveHistory();

  private void frames(String source, long from, long to) {
    for (long i = from; i < to; i++) {
      history.scored(Scored.nominal().source(source).residuals(0.5f, -1, 2, 0).frame(i), true);
      history.drift(drift(source, i, 0.5f));
    }
  }

  private static DriftScore drift(String source, long sequence, float statistic) {
    return drift(source, sequence, statistic, DriftScore.Calibration.MODEL);
  }

  /** The score of a source that no calibration holds for. */
  private static DriftScore unwatched(String source, long sequence, CalibrationPhase phase) {
    return drift(source, sequence, 0, new DriftScore.Calibration(phase, 0, true, new float[0]));
  }

  private static DriftScore drift(
      String source, long sequence, float statistic, DriftScore.Calibration calibration) {
    return new DriftScore(
        source,
        sequence,
        Scored.time(sequence),
        "model-1",
        "0123456789ab",
        statistic,
        2,
        1e6,
        new float[] {statistic, statistic / 2},
        new int[] {1, 128},
        sequence + 1,
        calibration,
        new DriftScore.Others(
            statistic, 8, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
  }

  private static CommissioningReport report(
      String source,
      CalibrationPhase phase,
      double progress,
      @Nullable SourceCalibration calibration,
      String... reasons) {
    return new CommissioningReport(
        source,
        7,
        Scored.time(7),
        "model-1",
        "ab12",
        List.of("a", "b"),
        new CommissioningStatus(
            phase,
            calibration == null ? 0 : calibration.revision(),
            progress,
            true,
            List.of(reasons)),
        null,
        calibration,
        null);
  }

  private static SourceCalibration calibration() {
    return new SourceCalibration(
        List.of(
            new LatentCalibration(2, 0.5, List.of(), 1, 900),
            new LatentCalibration(-0.25, 3, List.of(0.6), 0.875, 1_234.5)),
        2_000,
        3);
  }

  private static Incident incident(String source, String kind, @Nullable Instant resolved) {
    return new Incident(
        "incident-of-" + source,
        source,
        Subject.latent("shadow_length", false),
        resolved == null ? Incident.State.OPENED : Incident.State.RESOLVED,
        null,
        Finding.Severity.WARNING,
        kind,
        new Summary("C is held at 2", "c is held at 2 over 64 frames"),
        null,
        List.of(new Finding.Cause("c", List.of("a", "b"), 5, 1e-6, 1)),
        null,
        null,
        Scored.time(100),
        Scored.time(100),
        resolved,
        100,
        100,
        1,
        0,
        null,
        null,
        "model-1",
        "ab12",
        null,
        Map.of());
  }

  /** Just after the frame with this sequence. */
  private static Instant after(long sequence) {
    return Scored.time(sequence).plusMillis(50);
  }

  private Overview overview(String text, Instant now) {
    return history.overview(
        Visits.OWNER, new Query(text, Optional.empty(), Optional.empty(), 0, 50), now);
  }

  private SourceCondition condition(String source, Instant now) {
    return overview(source, now).rows().get(0).condition();
  }

  @Test
  void shouldCallASourceSilentThatHasAnIncidentAboutSilence() {
    // Given
    frames("cam1", 0, 200);
    history.incident(
        Incidents.with(
            i -> {
              i.id = "drift";
              i.state = State.SUSPENDED;
            }));
    history.incident(
        Incidents.with(
            i -> {
              i.id = "silence";
              i.subject = Subject.SILENCE;
              i.kind = "SILENCE";
            }));
    // When, Then
    assertThat(condition("cam1", after(200).plusSeconds(400))).isEqualTo(SourceCondition.SILENT);
  }

  @Test
  void shouldKeepFewerSourcesInASmallHeap() {
    assertThat(SourceIndex.maxSources(1L << 30)).isEqualTo(SourceIndex.MAX_SOURCES);
    assertThat(SourceIndex.maxSources(400L << 20)).isEqualTo(4_096);
    assertThat(SourceIndex.maxSources(1 << 20)).isEqualTo(100);
  }

  @Test
  void shouldSayHowASourceIs() {
    // Given
    frames("cam1", 0, 100);
    // When, Then
    assertThat(condition("cam1", after(100))).isEqualTo(SourceCondition.WARMING_UP);
    frames("cam1", 100, 200);
    assertThat(condition("cam1", after(200))).isEqualTo(SourceCondition.NORMAL);
    assertThat(condition("cam1", after(200).plusSeconds(60))).isEqualTo(SourceCondition.SILENT);
    history.drift(drift("cam1", 200, 2));
    assertThat(condition("cam1", after(200))).isEqualTo(SourceCondition.DRIFTING);
    history.incident(incident("cam1", "INTERVENTION.OFFSET", null));
    assertThat(condition("cam1", after(200))).isEqualTo(SourceCondition.ANOMALOUS);
    history.incident(incident("cam1", "DRIFT.RESIDUAL", null));
    assertThat(condition("cam1", after(200))).isEqualTo(SourceCondition.DRIFTING);
    history.incident(incident("cam1", "DRIFT.RESIDUAL", after(200)));
    history.drift(drift("cam1", 201, 1));
    assertThat(condition("cam1", after(201))).isEqualTo(SourceCondition.NORMAL);
  }

  @Test
  void shouldListWhatNeedsAPersonFirstAndPageByPage() {
    // Given
    for (int i = 0; i < 120; i++) {
      frames("cam%03d".formatted(i), 0, 130);
    }
    history.incident(incident("cam119", "INTERVENTION.OFFSET", null));
    history.incident(incident("cam007", "INTERVENTION.OFFSET", after(130)));
    // When
    Overview first = overview("", after(130));
    Overview last =
        history.overview(
            Visits.OWNER, new Query(" CAM", Optional.empty(), Optional.empty(), 9, 50), after(130));
    // Then
    assertThat(first.counts())
        .isEqualTo(Map.of(SourceCondition.ANOMALOUS, 1, SourceCondition.NORMAL, 119));
    assertThat(first.rows()).hasSize(50);
    assertThat(first.rows())
        .extracting(Row::name)
        .startsWith("cam119", "cam000", "cam001")
        .endsWith("cam048");
    assertThat(first.rows().get(0).sentence()).isEqualTo("C is held at 2");
    assertThat(first.openIncidents()).hasSize(1);
    assertThat(first.openCount()).isEqualTo(1);
    assertThat(first.closed()).extracting("source").containsExactly("cam007");
    assertThat(last.page()).as("the last there is").isEqualTo(2);
    assertThat(last.rows()).hasSize(20);
    assertThat(
            history
                .overview(
                    Visits.OWNER,
                    new Query("", Optional.of(SourceCondition.ANOMALOUS), Optional.empty(), 0, 50),
                    after(130))
                .rows())
        .hasSize(1);
  }

  @Test
  void shouldTellAReaderOnlyWhatIsNew() {
    // Given
    history.model("model-1", GRAPH, FactorScales.NONE, 0, null, null);
    frames("cam1", 0, 200);
    // When
    SourceAnswer first =
        history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(200)).orElseThrow();
    frames("cam1", 200, 203);
    SourceAnswer second =
        history.source(Visits.OWNER, "cam1", first.seen(), after(203)).orElseThrow();
    history.incident(incident("cam1", "INTERVENTION.OFFSET", null));
    SourceAnswer third =
        history.source(Visits.OWNER, "cam1", second.seen(), after(203)).orElseThrow();
    // Then
    SourceView whole = first.view();
    assertThat(whole.scores().reset()).isTrue();
    assertThat(whole.scores().millis()).hasSize(200);
    assertThat(whole.scores().columns()).hasSize(5);
    assertThat(whole.scores().columns().get(2)).endsWith(2.0);
    assertThat(whole.drift().columns()).hasSize(SourceHistory.DRIFT_COLUMNS + 2);
    assertThat(whole.drift().columns().get(2)).as("picture statistic").containsOnly(0.5);
    assertThat(whole.graph()).isNotNull();
    assertThat(whole.incidents()).isEmpty();
    assertThat(whole.last().readings()).extracting("latent").containsExactly("a", "b", "c", "d");
    assertThat(second.view().scores().reset()).isFalse();
    assertThat(second.view().scores().millis()).hasSize(3);
    assertThat(second.view().graph()).isNull();
    assertThat(second.view().incidents()).isNull();
    assertThat(third.view().scores().millis()).isEmpty();
    assertThat(third.view().incidents()).hasSize(1);
    assertThat(third.view().row().condition()).isEqualTo(SourceCondition.ANOMALOUS);
    assertThat(history.source(Visits.OWNER, "cam2", Seen.NOTHING, after(0))).isEmpty();
  }

  @Test
  void shouldCountListAndFilterSourcesByThePhaseOfTheirCalibration() {
    // Given
    for (String source : List.of("armed", "learning", "model", "other", "review")) {
      frames(source, 0, 130);
    }
    history.drift(unwatched("learning", 130, CalibrationPhase.LEARNING));
    history.commissioning(report("armed", CalibrationPhase.ARMED, 1, calibration()));
    history.commissioning(report("learning", CalibrationPhase.LEARNING, 0.1, null, "no frame yet"));
    history.commissioning(report("learning", CalibrationPhase.LEARNING, 0.4567, null, "400 of it"));
    history.commissioning(
        report("review", CalibrationPhase.NEEDS_REVIEW, 1, calibration(), "a is off", "b varies"));
    history.commissioning(report("gone", CalibrationPhase.NEEDS_REVIEW, 1, null, "a is off"));
    // When
    Overview all = overview("", after(130));
    Overview reviews =
        history.overview(
            Visits.OWNER,
            new Query("", Optional.empty(), Optional.of(CalibrationPhase.NEEDS_REVIEW), 0, 50),
            after(130));
    // Then
    assertThat(all.phases())
        .as("of sources with frames")
        .isEqualTo(
            Map.of(
                CalibrationPhase.MODEL, 2,
                CalibrationPhase.LEARNING, 1,
                CalibrationPhase.ARMED, 1,
                CalibrationPhase.NEEDS_REVIEW, 1));
    assertThat(all.rows())
        .extracting(Row::name)
        .as("what needs a person first")
        .containsExactly("review", "learning", "armed", "model", "other");
    assertThat(all.rows())
        .extracting(Row::condition)
        .startsWith(SourceCondition.NORMAL, SourceCondition.NOT_WATCHED, SourceCondition.NORMAL);
    assertThat(all.rows()).extracting(Row::progress).startsWith(1.0, 0.457, 1.0);
    assertThat(all.rows()).extracting(Row::sentence).startsWith("a is off; b varies", null);
    assertThat(reviews.rows()).extracting(Row::name).containsExactly("review");
    assertThat(reviews.matching()).isEqualTo(1);
  }

  @Test
  void shouldListASourceThatNeedsAReviewBehindOnesWithAnIncident() {
    // Given
    frames("cam1", 0, 130);
    frames("cam2", 0, 130);
    history.commissioning(report("cam1", CalibrationPhase.NEEDS_REVIEW, 1, null, "a is off"));
    // When
    history.incident(incident("cam2", "INTERVENTION.OFFSET", null));
    history.incident(incident("cam1", "DRIFT.RESIDUAL", null));
    // Then
    assertThat(overview("", after(130)).rows())
        .extracting(Row::name, Row::sentence)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("cam2", "C is held at 2"),
            org.assertj.core.groups.Tuple.tuple("cam1", "C is held at 2"));
  }

  @Test
  void shouldTakeThePhaseFromTheScoreUntilAReportIsRead() {
    // When
    history.scored(Scored.nominal().source("cam1").frame(1), true);
    history.drift(unwatched("cam1", 1, CalibrationPhase.LEARNING));
    // Then
    Row row = overview("", after(1)).rows().get(0);
    assertThat(row.phase()).isEqualTo(CalibrationPhase.LEARNING);
    assertThat(row.progress()).isZero();
  }

  @Test
  void shouldShowNoStatisticWhileASourceIsNotWatched() {
    // Given
    for (long i = 0; i < 3; i++) {
      history.scored(Scored.nominal().source("cam1").frame(i), true);
      history.drift(unwatched("cam1", i, CalibrationPhase.LEARNING));
    }
    SourceView learning =
        history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(3)).orElseThrow().view();
    // When
    float[] pValues = {0.25f, 0.5f, 1, 0.125f};
    history.drift(
        drift(
            "cam1", 3, 0.5f, new DriftScore.Calibration(CalibrationPhase.ARMED, 1, true, pValues)));
    history.drift(
        drift("cam1", 4, 0, new DriftScore.Calibration(CalibrationPhase.ARMED, 1, true, pValues)));
    SourceView armed =
        history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(3)).orElseThrow().view();
    // Then
    assertThat(learning.row().condition()).isEqualTo(SourceCondition.NOT_WATCHED);
    assertThat(learning.row().statistic()).isNull();
    assertThat(learning.row().threshold()).isEqualTo(2);
    assertThat(learning.row().trend()).containsOnlyNulls();
    assertThat(learning.pValues()).isEmpty();
    for (int column : new int[] {0, 2, 4, 5}) {
      assertThat(learning.drift().columns().get(column)).hasSize(3).containsOnlyNulls();
    }
    assertThat(armed.row().statistic()).isZero();
    assertThat(armed.row().trend()).contains(0.25);
    assertThat(armed.pValues()).containsExactly(0.25, 0.5, 1.0, 0.125);
    assertThat(armed.drift().columns().get(0)).endsWith(null, 0.5, 0.0);
    assertThat(armed.drift().columns().get(2))
        .as("a picture that is still learned reads 0")
        .endsWith(null, 0.5, null);
    assertThat(armed.drift().columns().get(5)).endsWith(null, 0.25, 0.0);
  }

  @Test
  void shouldTellAReaderWhatIsNormalAndOnlyWhenThatIsNews() {
    // Given
    frames("cam1", 0, 3);
    SourceAnswer before =
        history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(3)).orElseThrow();
    history.commissioning(
        report("cam1", CalibrationPhase.NEEDS_REVIEW, 1, calibration(), "a is off"));
    // When
    SourceAnswer first =
        history.source(Visits.OWNER, "cam1", before.seen(), after(3)).orElseThrow();
    SourceAnswer second =
        history.source(Visits.OWNER, "cam1", first.seen(), after(3)).orElseThrow();
    // Then
    assertThat(before.view().commissioning()).isNull();
    assertThat(second.view().commissioning()).isNull();
    CommissioningView view = first.view().commissioning();
    assertThat(view.phase()).isEqualTo(CalibrationPhase.NEEDS_REVIEW);
    assertThat(view.revision()).isEqualTo(3);
    assertThat(view.provisional()).isTrue();
    assertThat(view.reasons()).containsExactly("a is off");
    assertThat(view.at()).isEqualTo(Scored.time(7).toEpochMilli());
    assertThat(view.frames()).isEqualTo(2_000);
    assertThat(view.effectiveSamples()).isEqualTo(900);
    assertThat(view.latents())
        .containsExactly(
            new LiveViews.LatentNormalView("a", 2.0, 0.5, 0.0, 1.0, 900.0, List.of()),
            new LiveViews.LatentNormalView("b", -0.25, 3.75, 0.6, 0.875, 1_234.5, List.of()));
  }

  @Test
  void shouldStateTheSmallestChangesOfAWatchedSource() {
    // Given
    Sensitivity sensitivity =
        new Sensitivity(Detectors.normal(2), Detectors.calibration(2), FactorScales.NONE, null);
    history.model("model-1", GRAPH, FactorScales.NONE, 0, null, sensitivity);
    frames("cam1", 0, 3);
    history.commissioning(report("cam1", CalibrationPhase.ARMED, 1, calibration()));
    SourceAnswer model = history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(3)).orElseThrow();
    // When
    DriftScore.Calibration armed =
        new DriftScore.Calibration(CalibrationPhase.ARMED, 3, true, new float[] {1, 1, 1, 1});
    history.drift(drift("cam1", 3, 0.5f, armed));
    SourceAnswer watched =
        history.source(Visits.OWNER, "cam1", model.seen(), after(3)).orElseThrow();
    // Then the phase of the last frame is news, and the threshold is the one in force
    assertThat(model.view().commissioning().latents())
        .allMatch(latent -> latent.smallest().isEmpty());
    double interval = HumanDuration.seconds(Duration.between(Scored.time(0), Scored.time(1)));
    for (int k = 0; k < 2; k++) {
      assertThat(watched.view().commissioning().latents().get(k).smallest())
          .hasSize(3)
          .isEqualTo(sensitivity.of(k, calibration(), 2, interval));
    }
  }

  @Test
  void shouldShowThatRecalibrationIsProposed() {
    // Given
    frames("cam1", 0, 3);
    frames("cam2", 0, 3);
    NonUniformity found = new NonUniformity(Scored.time(5), 4_100, 0.3242, 0.5, 0.3125, 1e-20);
    CommissioningReport report = report("cam1", CalibrationPhase.ARMED, 1, calibration());
    // When
    history.commissioning(
        new CommissioningReport(
            report.source(),
            report.sequence(),
            report.capturedAt(),
            report.modelId(),
            report.modelDigest(),
            report.latents(),
            report.status().with(List.of(new RecalibrationProposal("", "b", found))),
            null,
            report.calibration(),
            null));
    // Then
    assertThat(overview("", after(3)).recalibrationsProposed()).isEqualTo(1);
    assertThat(overview("", after(3)).rows())
        .extracting(LiveViews.Row::name, LiveViews.Row::recalibrationProposed)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("cam1", true),
            org.assertj.core.groups.Tuple.tuple("cam2", false));
    assertThat(
            history
                .source(Visits.OWNER, "cam1", Seen.NOTHING, after(3))
                .orElseThrow()
                .view()
                .commissioning()
                .proposals())
        .singleElement()
        .satisfies(
            proposal -> {
              assertThat(proposal.latent()).isEqualTo("b");
              assertThat(proposal.direction()).isEqualTo(NonUniformity.Direction.TOO_SMALL);
              assertThat(proposal.since()).isEqualTo(Scored.time(5).toEpochMilli());
              assertThat(proposal.samples()).isEqualTo(4_100);
              assertThat(proposal.smallShare()).isEqualTo(0.324);
              assertThat(proposal.distance()).isEqualTo(0.313);
              assertThat(proposal.text()).startsWith("b: p-values are too small");
            });
  }

  @Test
  void shouldShowALearningSourceWithoutACalibration() {
    // Given
    frames("cam1", 0, 3);
    // When
    history.commissioning(report("cam1", CalibrationPhase.LEARNING, 0.5, null, "400 of it"));
    // Then
    CommissioningView view =
        history
            .source(Visits.OWNER, "cam1", Seen.NOTHING, after(3))
            .orElseThrow()
            .view()
            .commissioning();
    assertThat(view.progress()).isEqualTo(0.5);
    assertThat(view.frames()).isZero();
    assertThat(view.effectiveSamples()).isNull();
    assertThat(view.latents()).isEmpty();
  }

  @Test
  void shouldForgetTheOldestReportsOfTooMany() {
    // Given
    frames("cam0", 0, 130);
    frames("cam1", 0, 130);
    history.commissioning(report("cam0", CalibrationPhase.ARMED, 1, null));
    history.commissioning(report("cam1", CalibrationPhase.ARMED, 1, null));
    history.commissioning(report("cam0", CalibrationPhase.NEEDS_REVIEW, 1, null, "a is off"));
    // When
    for (int i = 2; i <= SourceIndex.MAX_SOURCES; i++) {
      history.commissioning(report("cam" + i, CalibrationPhase.ARMED, 1, null));
    }
    // Then
    assertThat(overview("", after(130)).phases())
        .as("the report of cam0 is newer than that of cam1")
        .isEqualTo(Map.of(CalibrationPhase.NEEDS_REVIEW, 1, CalibrationPhase.MODEL, 1));
  }

  @Test
  void shouldForgetWhatWasNormalForASourceThatIsGone() {
    // Given
    frames("cam1", 0, 130);
    history.commissioning(report("cam1", CalibrationPhase.ARMED, 1, calibration()));
    // When
    history.forgotten("cam1");
    // Then
    assertThat(overview("", after(130)).phases()).isEqualTo(Map.of(CalibrationPhase.MODEL, 1));
    assertThat(
            history
                .source(Visits.OWNER, "cam1", Seen.NOTHING, after(3))
                .orElseThrow()
                .view()
                .commissioning())
        .isNull();
  }

  @Test
  void shouldListWhatOperatorsDecidedAboutACalibration() {
    // Given
    frames("cam1", 0, 3);
    // When
    history.ordered("1", new Arm(new Order("1", "cam1", "ann", "new lens", after(1))));
    history.ordered("2", new Learn(new Order("2", "cam1", "ann", "cleaned", after(2))));
    // Then
    assertThat(
            history
                .source(Visits.OWNER, "cam1", Seen.NOTHING, after(3))
                .orElseThrow()
                .view()
                .commands())
        .extracting("kind")
        .containsExactly("learn", "arm");
  }

  @Test
  void shouldBeginAnewForAModelWithOtherLatents() {
    // Given
    frames("cam1", 0, 10);
    Seen seen = history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(10)).orElseThrow().seen();
    // When
    history.scored(
        Scored.nominal().residuals(1, 2).expected(0, 0).modelId("model-2").frame(10), true);
    SourceView view = history.source(Visits.OWNER, "cam1", seen, after(11)).orElseThrow().view();
    // Then
    assertThat(view.scores().reset()).isTrue();
    assertThat(view.scores().millis()).hasSize(1);
    assertThat(view.scores().columns()).hasSize(3);
    assertThat(view.last().readings()).extracting("latent").containsExactly("z0", "z1");
  }

  private SourceView page() {
    return history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(30)).orElseThrow().view();
  }

  /** Frames that do not show a latent, and so no residual of its effect. */
  private void hide(String source, long from, long to) {
    for (long i = from; i < to; i++) {
      history.scored(
          Scored.nominal()
              .source(source)
              .residuals(0.5f, Float.NaN, Float.NaN, Float.NaN)
              .unknown(1, 2, 3)
              .frame(i),
          true);
    }
  }

  @Test
  void shouldShowSinceWhenALatentIsUnreadableAndItsLastValue() {
    // Given a model whose last node is a variable
    FactorScales scales =
        FactorScales.of(List.of(new Latent(1, "b", true, new FactorScale(10, 2, 5, 15))));
    history.model("model-1", GRAPH, scales, 2, null, null);
    frames("cam1", 0, 10);
    // When
    hide("cam1", 10, 12);
    // Then
    SourceView view = page();
    assertThat(view.last().unreadable())
        .containsExactly(new UnreadableView("b", Scored.time(10).toEpochMilli(), 2, -1.0, 8.0));
    assertThat(view.row().unreadable()).as("too few frames").isEmpty();
    assertThat(view.scores().columns().get(1)).endsWith(-1.0, null, null);

    // When more frames do not show it
    hide("cam1", 12, 20);
    // Then
    assertThat(page().row().unreadable()).containsExactly("b");
    assertThat(history.known(Visits.OWNER, "cam1").orElseThrow().unreadable())
        .containsExactly(new UnreadableLatent("b", Scored.time(10), 10, "8", List.of("c", "d")));

    // When frames show it again
    frames("cam1", 20, 28);
    // Then
    assertThat(page().last().unreadable()).isEmpty();
  }

  @Test
  void shouldForgetReadingsOfAnotherModelAndIgnoreLateFrames() {
    // Given
    frames("cam1", 0, 10);
    Scored hidden = Scored.nominal().residuals(Float.NaN, 0, 0, 0);
    // When
    history.scored(hidden.timing(new FrameTiming(FrameTiming.Arrival.LATE, 0)).frame(4), true);
    // Then
    assertThat(page().last().unreadable()).isEmpty();

    // When
    history.scored(hidden.timing(FrameTiming.ON_TIME).modelId("model-2").frame(11), true);
    // Then the last value of the other model means nothing
    assertThat(page().last().unreadable())
        .containsExactly(new UnreadableView("z0", Scored.time(11).toEpochMilli(), 1, null, null));
  }

  @Test
  void shouldShowWhatOperatorsSaidUntilItIsTakenBack() {
    // Given
    frames("cam1", 0, 200);
    Instant now = after(200);
    Order order = new Order("belt", "cam.*", "ann", "belt change", now);
    // When, Then
    history.ordered("belt", new Maintenance(order, new Period(now, now.plusSeconds(60))));
    assertThat(condition("cam1", now)).isEqualTo(SourceCondition.MAINTENANCE);
    assertThat(
            history.source(Visits.OWNER, "cam1", Seen.NOTHING, now).orElseThrow().view().commands())
        .singleElement()
        .satisfies(one -> assertThat(one.kind()).isEqualTo("silence"));
    history.ordered("belt", null);
    assertThat(condition("cam1", now)).isEqualTo(SourceCondition.NORMAL);
    assertThat(
            history.source(Visits.OWNER, "cam1", Seen.NOTHING, now).orElseThrow().view().commands())
        .isEmpty();

    history.incident(incident("cam1", "INTERVENTION.OFFSET", null));
    ControlCommand verdict =
        new Feedback(
            new Order("f", ".*", "ann", "a shadow", now),
            "incident-of-cam1",
            FeedbackVerdict.FALSE_ALARM);
    history.ordered("f", verdict);
    assertThat(overview("", now).openIncidents().get(0).verdict()).isEqualTo("false");
  }

  @Test
  void shouldRememberEventsOfASourceUpToALimit() {
    // Given
    frames("cam1", 0, 10);
    // When
    for (int i = 0; i < SourceHistory.MAX_EVENTS + 5; i++) {
      Finding finding =
          new Finding(
              "event-" + i,
              "event-" + i,
              "cam1",
              i,
              i,
              Scored.time(i),
              Scored.time(i),
              "model-1",
              "digest",
              Finding.Severity.INFO,
              new Summary("C is odd", "c is odd"),
              List.of(),
              List.of(new Finding.Reading("c", 1.23456f, Float.NaN)),
              new FramePosition("residua.frames", 0, i),
              Map.of(),
              null);
      history.happened(
          new AnomalyEvent(
              finding, AnomalyKind.RESIDUAL, 4, 3, Double.NaN, "exchangeable", null, null, null));
    }
    // Then
    SourceView view =
        history.source(Visits.OWNER, "cam1", Seen.NOTHING, after(10)).orElseThrow().view();
    assertThat(view.events()).hasSize(SourceHistory.MAX_EVENTS);
    assertThat(view.events().get(0).eventId()).isEqualTo("event-64");
    assertThat(view.events().get(0).pValue()).isNull();
    assertThat(view.events().get(0).readings().get(0).observed()).isEqualTo(1.235);
    assertThat(view.events().get(0).readings().get(0).expected()).isNull();
  }

  @Test
  void shouldRememberLessOfEachSourceWhereThereAreMany() {
    // Given
    frames("cam0", 0, SourceIndex.MAX_ROWS + 100);
    Instant now = after(SourceIndex.MAX_ROWS);
    assertThat(rows("cam0", now)).isEqualTo(SourceIndex.MAX_ROWS);
    // When
    for (int i = 1; i < 1_000; i++) {
      frames("cam" + i, 0, 1);
    }
    // Then
    assertThat(rows("cam0", now)).isBetween(200, 400);
    assertThat(history.knows("cam999")).isTrue();
  }

  private int rows(String source, Instant now) {
    return history
        .source(Visits.OWNER, source, Seen.NOTHING, now)
        .orElseThrow()
        .view()
        .scores()
        .millis()
        .size();
  }

  @Test
  void shouldForgetTheSourcesThatSaidNothingForTheLongestTime() {
    // When
    for (int i = 0; i <= SourceIndex.MAX_SOURCES; i++) {
      history.drift(drift("cam" + i, 0, 0));
    }
    // Then
    assertThat(history.knows("cam0")).isFalse();
    assertThat(history.knows("cam" + SourceIndex.MAX_SOURCES)).isTrue();
    assertThat(overview("", after(0)).matching()).isEqualTo(SourceIndex.MAX_SOURCES);
  }

  @Test
  void shouldCountOnlyNewFramesAsScoredSinceTheStart() {
    // When
    history.scored(Scored.nominal().frame(1), false);
    history.scored(Scored.nominal().frame(2), true);
    history.deadLetter("corrupt");
    // Then
    assertThat(history.status(Visits.OWNER).framesScored()).isEqualTo(1);
    assertThat(history.status(Visits.OWNER).sources().get(0).frames()).isEqualTo(2);
    assertThat(overview("", after(2)).deadLetters()).isEqualTo(Map.of("corrupt", 1L));
  }

  @Test
  void shouldRefusePagesThatCannotBeMeant() {
    assertThatThrownBy(() -> new Query("", Optional.empty(), Optional.empty(), -1, 50))
        .hasMessage("page must be at least 0 but was -1");
    assertThatThrownBy(() -> new Query("", Optional.empty(), Optional.empty(), 0, 5_000))
        .hasMessage("size must be from 1 to 200 but was 5000");
  }

  @Test
  void shouldShowNoScoreOfMoreScalesThanAnyModelHas() {
    // When
    int scales = SourceHistory.MAX_COLUMNS + 1;
    history.drift(
        new DriftScore(
            "wide",
            1,
            Scored.time(1),
            "model-1",
            "0123456789ab",
            1,
            2,
            1e6,
            new float[scales],
            new int[scales],
            2,
            DriftScore.Calibration.MODEL,
            DriftScore.Others.NONE));
    // Then
    assertThat(
            history
                .source(Visits.OWNER, "wide", Seen.NOTHING, after(2))
                .orElseThrow()
                .view()
                .scales())
        .isEmpty();
  }

  @Test
  void shouldForgetTheOldestOfTooManyOpenIncidents() {
    // When
    for (int i = 0; i < 3_000; i++) {
      history.incident(incident("cam" + i, "DRIFT.RESIDUAL", null));
    }
    // Then
    assertThat(overview("", after(200)).openCount()).isEqualTo(2_000);
  }
}
