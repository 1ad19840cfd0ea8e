package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.dashboard.LiveHistory.Query;
import dev.residua.dashboard.LiveHistory.Seen;
import dev.residua.dashboard.LiveHistory.SourceAnswer;
import dev.residua.dashboard.LiveViews.Overview;
import dev.residua.dashboard.LiveViews.Row;
import dev.residua.dashboard.LiveViews.SourceView;
import dev.residua.drift.DriftScore;
import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.testing.Scored;
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
    return new DriftScore(
        source,
        sequence,
        Scored.time(sequence),
        "model-1",
        statistic,
        2,
        1e6,
        new float[] {statistic, statistic / 2},
        new int[] {1, 128},
        sequence + 1,
        DriftScore.Calibration.MODEL,
        DriftScore.Others.NONE);
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
        "c is held at 2",
        null,
        List.of(new Finding.Cause("c", List.of("a", "b"), 5, 1e-6, 1)),
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
        null,
        Map.of());
  }

  /** Just after the frame with this sequence. */
  private static Instant after(long sequence) {
    return Scored.time(sequence).plusMillis(50);
  }

  private Overview overview(String text, Instant now) {
    return history.overview(new Query(text, Optional.empty(), 0, 50), now);
  }

  private SourceCondition condition(String source, Instant now) {
    return overview(source, now).rows().get(0).condition();
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
    Overview last = history.overview(new Query(" CAM", Optional.empty(), 9, 50), after(130));
    // Then
    assertThat(first.counts())
        .isEqualTo(Map.of(SourceCondition.ANOMALOUS, 1, SourceCondition.NORMAL, 119));
    assertThat(first.rows()).hasSize(50);
    assertThat(first.rows())
        .extracting(Row::name)
        .startsWith("cam119", "cam000", "cam001")
        .endsWith("cam048");
    assertThat(first.rows().get(0).sentence()).isEqualTo("c is held at 2");
    assertThat(first.openIncidents()).hasSize(1);
    assertThat(first.openCount()).isEqualTo(1);
    assertThat(first.closed()).extracting("source").containsExactly("cam007");
    assertThat(last.page()).as("the last there is").isEqualTo(2);
    assertThat(last.rows()).hasSize(20);
    assertThat(
            history
                .overview(new Query("", Optional.of(SourceCondition.ANOMALOUS), 0, 50), after(130))
                .rows())
        .hasSize(1);
  }

  @Test
  void shouldTellAReaderOnlyWhatIsNew() {
    // Given
    history.model("model-1", GRAPH, FactorScales.NONE);
    frames("cam1", 0, 200);
    // When
    SourceAnswer first = history.source("cam1", Seen.NOTHING, after(200)).orElseThrow();
    frames("cam1", 200, 203);
    SourceAnswer second = history.source("cam1", first.seen(), after(203)).orElseThrow();
    history.incident(incident("cam1", "INTERVENTION.OFFSET", null));
    SourceAnswer third = history.source("cam1", second.seen(), after(203)).orElseThrow();
    // Then
    SourceView whole = first.view();
    assertThat(whole.scores().reset()).isTrue();
    assertThat(whole.scores().millis()).hasSize(200);
    assertThat(whole.scores().columns()).hasSize(5);
    assertThat(whole.scores().columns().get(2)).endsWith(2.0);
    assertThat(whole.drift().columns()).hasSize(SourceHistory.DRIFT_COLUMNS + 2);
    assertThat(whole.drift().columns().get(2)).as("no picture statistic").containsOnlyNulls();
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
    assertThat(history.source("cam2", Seen.NOTHING, after(0))).isEmpty();
  }

  @Test
  void shouldBeginAnewForAModelWithOtherLatents() {
    // Given
    frames("cam1", 0, 10);
    Seen seen = history.source("cam1", Seen.NOTHING, after(10)).orElseThrow().seen();
    // When
    history.scored(
        Scored.nominal().residuals(1, 2).expected(0, 0).modelId("model-2").frame(10), true);
    SourceView view = history.source("cam1", seen, after(11)).orElseThrow().view();
    // Then
    assertThat(view.scores().reset()).isTrue();
    assertThat(view.scores().millis()).hasSize(1);
    assertThat(view.scores().columns()).hasSize(3);
    assertThat(view.last().readings()).extracting("latent").containsExactly("z0", "z1");
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
    assertThat(history.source("cam1", Seen.NOTHING, now).orElseThrow().view().orders())
        .singleElement()
        .satisfies(one -> assertThat(one.kind()).isEqualTo("silence"));
    history.ordered("belt", null);
    assertThat(condition("cam1", now)).isEqualTo(SourceCondition.NORMAL);
    assertThat(history.source("cam1", Seen.NOTHING, now).orElseThrow().view().orders()).isEmpty();

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
              "c is odd",
              List.of(),
              List.of(new Finding.Reading("c", 1.23456f, Float.NaN)),
              new FramePosition("residua.frames", 0, i),
              Map.of());
      history.happened(
          new AnomalyEvent(
              finding, AnomalyKind.RESIDUAL, 4, 3, Double.NaN, "exchangeable", null, null));
    }
    // Then
    SourceView view = history.source("cam1", Seen.NOTHING, after(10)).orElseThrow().view();
    assertThat(view.events()).hasSize(SourceHistory.MAX_EVENTS);
    assertThat(view.events().get(0).id()).isEqualTo("event-64");
    assertThat(view.events().get(0).pValue()).isNull();
    assertThat(view.events().get(0).readings().get(0).observed()).isEqualTo(1.235);
    assertThat(view.events().get(0).readings().get(0).expected()).isNull();
  }

  @Test
  void shouldRememberLessOfEachSourceWhereThereAreMany() {
    // Given
    frames("cam0", 0, LiveHistory.MAX_ROWS + 100);
    Instant now = after(LiveHistory.MAX_ROWS);
    assertThat(rows("cam0", now)).isEqualTo(LiveHistory.MAX_ROWS);
    // When
    for (int i = 1; i < 1_000; i++) {
      frames("cam" + i, 0, 1);
    }
    // Then
    assertThat(rows("cam0", now)).isBetween(200, 400);
    assertThat(history.knows("cam999")).isTrue();
  }

  private int rows(String source, Instant now) {
    return history.source(source, Seen.NOTHING, now).orElseThrow().view().scores().millis().size();
  }

  @Test
  void shouldForgetTheSourcesThatSaidNothingForTheLongestTime() {
    // When
    for (int i = 0; i <= LiveHistory.MAX_SOURCES; i++) {
      history.drift(drift("cam" + i, 0, 0));
    }
    // Then
    assertThat(history.knows("cam0")).isFalse();
    assertThat(history.knows("cam" + LiveHistory.MAX_SOURCES)).isTrue();
    assertThat(overview("", after(0)).matching()).isEqualTo(LiveHistory.MAX_SOURCES);
  }

  @Test
  void shouldCountOnlyNewFramesAsScoredSinceTheStart() {
    // When
    history.scored(Scored.nominal().frame(1), false);
    history.scored(Scored.nominal().frame(2), true);
    history.deadLetter("corrupt");
    // Then
    assertThat(history.status().framesScored()).isEqualTo(1);
    assertThat(history.status().sources().get(0).frames()).isEqualTo(2);
    assertThat(overview("", after(2)).deadLetters()).isEqualTo(Map.of("corrupt", 1L));
  }

  @Test
  void shouldRefusePagesThatCannotBeMeant() {
    assertThatThrownBy(() -> new Query("", Optional.empty(), -1, 50))
        .hasMessage("page must be at least 0 but was -1");
    assertThatThrownBy(() -> new Query("", Optional.empty(), 0, 5_000))
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
            1,
            2,
            1e6,
            new float[scales],
            new int[scales],
            2,
            DriftScore.Calibration.MODEL,
            DriftScore.Others.NONE));
    // Then
    assertThat(history.source("wide", Seen.NOTHING, after(2)).orElseThrow().view().scales())
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
