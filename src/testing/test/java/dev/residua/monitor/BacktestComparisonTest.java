package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Summary;
import dev.residua.incident.IncidentSettings;
import dev.residua.monitor.Backtest.Opening;
import dev.residua.monitor.Backtest.Truth;
import dev.residua.monitor.BacktestComparison.Pair;
import dev.residua.monitor.BacktestComparison.Side;
import dev.residua.testing.ChangedModel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class BacktestComparisonTest {
  private static final int GRACE = 200;
  private static final double RATE = 20;
  private static final double FRAMES_PER_WEEK = 7 * 24 * 3_600 * RATE;

  /** Residuals are shifted from frame 300 to 399, the picture is odd from 900 to 999. */
  private static final List<Truth> TRUTHS =
      List.of(
          new Truth("cam1", "offset", "shadow_length", 300, 399),
          new Truth("cam1", "object", null, 900, 999));

  private static final Side NONE = new Side(0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());

  /** A backtest whose incidents open after so many frames with an alarm in a row. */
  private static Backtest opensAfter(int frames) {
    MonitorModel model = SourceMonitorTest.model("model-1", 3);
    MonitorModel changed =
        ChangedModel.of(
            model,
            other ->
                other.incidents =
                    IncidentSettings.DEFAULTS.with(of -> of.alarmFrames(frames).ofFrames(frames)));
    return new Backtest(new MonitorThresholds(changed), GRACE, SourceSettings.NONE);
  }

  @Test
  void shouldOpenLaterByTheFramesThatAreAskedForInAddition() {
    // Given settings that differ in nothing but the frames with an alarm: 1 and 10
    Backtest one = opensAfter(1);
    Backtest ten = opensAfter(10);
    SourceMonitorTest.story()
        .forEach(
            frame -> {
              one.next(frame);
              ten.next(frame);
            });

    // When
    BacktestComparison compared = BacktestComparison.of(one, ten, TRUTHS, RATE);

    // Then alarms, which do not depend on that, are the same, and incidents are nine frames later
    assertThat(compared.onlyA()).isEmpty();
    assertThat(compared.onlyB()).isEmpty();
    assertThat(compared.both())
        .hasSize(2)
        .allSatisfy(pair -> assertThat(pair.later()).isEqualTo(9));
    assertThat(compared.meanLater()).isEqualTo(9);
    assertThat(compared.both().get(0).a().opened()).isBetween(300L, 399L);
    assertThat(compared.both().get(1).a().opened()).isBetween(900L, 999L);
    assertThat(compared.a()).isEqualTo(compared.b());
    assertThat(compared.a().incidents()).isEqualTo(2);
    assertThat(compared.a().perWeek()).isCloseTo(2 * FRAMES_PER_WEEK / 1_400, within(1e-6));
    assertThat(compared.a().falseIncidents()).isZero();
    assertThat(compared.a().events()).isEqualTo(2);
    assertThat(compared.a().detected()).isEqualTo(2);
    assertThat(compared.a().nameable()).isEqualTo(1);
    assertThat(compared.a().named()).isEqualTo(1);
    assertThat(compared.a().meanDelay()).isBetween(1.0, 40.0);
  }

  @Test
  void shouldCountIncidentsThatNothingExplainsAsFalse() {
    // Given
    Backtest one = opensAfter(1);
    Backtest same = opensAfter(1);
    SourceMonitorTest.story()
        .forEach(
            frame -> {
              one.next(frame);
              same.next(frame);
            });

    // When the second event is not known: 1,400 frames less 100 of the first and its grace
    BacktestComparison compared = BacktestComparison.of(one, same, TRUTHS.subList(0, 1), RATE);

    // Then
    assertThat(compared.a().falseIncidents()).isEqualTo(1);
    assertThat(compared.a().falsePerWeek())
        .isCloseTo(FRAMES_PER_WEEK / (1_400 - 300), within(1e-6));
    assertThat(compared.meanLater()).isZero();
  }

  @Test
  void shouldPairIncidentsOfOneSourceAtOneTime() {
    // Given
    Opening early = opening("cam1", 100, 150);
    Opening late = opening("cam1", 1_000, 1_100);
    Opening graced = opening("cam1", 1_150, 1_160); // 50 frames after the last one
    Opening other = opening("cam2", 100, 150);
    Opening far = opening("cam1", 2_000, 2_010);

    // When
    BacktestComparison compared =
        BacktestComparison.of(NONE, NONE, List.of(early, late), List.of(graced, far, other), 60);
    BacktestComparison strict =
        BacktestComparison.of(NONE, NONE, List.of(early, late), List.of(graced, far, other), 49);

    // Then
    assertThat(compared.both()).containsExactly(new Pair(late, graced));
    assertThat(compared.onlyA()).containsExactly(early);
    assertThat(compared.onlyB()).containsExactly(far, other);
    assertThat(compared.meanLater()).isEqualTo(150);
    assertThat(strict.both()).isEmpty();
    assertThat(strict.meanLater()).isNaN();
  }

  @Test
  void shouldPairEachIncidentOnce() {
    // Given a long incident that two short ones lie in
    Opening whole = opening("cam1", 100, 900);
    Opening first = opening("cam1", 100, 200);
    Opening second = opening("cam1", 700, 800);

    // When
    BacktestComparison compared =
        BacktestComparison.of(NONE, NONE, List.of(whole), List.of(first, second), 0);

    // Then
    assertThat(compared.both()).containsExactly(new Pair(whole, first));
    assertThat(compared.onlyB()).containsExactly(second);
  }

  @Test
  void shouldRefuseBacktestsOfDifferentFrames() {
    // Given
    Backtest one = opensAfter(1);
    Backtest none = opensAfter(1);
    one.next(SourceMonitorTest.story().get(0));

    // When, Then
    assertThatThrownBy(() -> BacktestComparison.of(one, none, List.of(), RATE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 1 and of 0 frames");
  }

  private static Opening opening(String source, long opened, long last) {
    return new Opening(
        source, opened, last, null, new Summary("Something is odd", "something is odd"));
  }
}
