package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.Latent;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.CalibrationPhase;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.FrameTiming.Arrival;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.monitor.SourceState.LatentState;
import dev.residua.monitor.SourceState.LatentUnit;
import dev.residua.monitor.SourceState.OpenIncident;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.Scored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceStateTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final int LENGTH = 2;
  private static final SourceState QUIET =
      new SourceState(
          "cam1",
          0,
          Scored.time(0),
          "model-1",
          "ab12",
          CalibrationPhase.ARMED,
          20,
          10_000,
          List.of(new LatentState("light", 1, LatentUnit.FACTOR, null, null)),
          List.of());

  private final StageFrames frames = new StageFrames(1);
  private SourceMonitor monitor = SourceMonitor.start(StageFrames.thresholds());
  private final List<SourceState> published = new ArrayList<>();

  private void send(ScoredFrame frame) {
    monitor.next(frame, ActiveControls.EMPTY);
    monitor.news(frame, last(), INTERVAL).ifPresent(published::add);
  }

  private SourceState last() {
    return published.isEmpty() ? null : published.get(published.size() - 1);
  }

  /** A frame that does not show the shadow's length. */
  private ScoredFrame hiding(long sequence) {
    return frames.scored(Float.NaN, 1).unknown(LENGTH).frame(sequence);
  }

  private LatentState length() {
    return last().latents().get(LENGTH);
  }

  @Test
  void shouldPublishTheFirstFrameAndThenOneFramePerInterval() {
    // Given
    List<Double> lengths = new ArrayList<>();
    // When
    for (int i = 0; i <= 600; i++) {
      ScoredFrame frame = frames.scored(0, 1).frame(i);
      lengths.add((double) frame.latents()[LENGTH]);
      send(frame);
    }
    // Then
    assertThat(published).extracting(SourceState::sequence).containsExactly(0L, 200L, 400L, 600L);
    assertThat(published)
        .extracting(state -> state.latents().get(LENGTH).value())
        .containsExactly(lengths.get(0), lengths.get(200), lengths.get(400), lengths.get(600));
    assertThat(published.get(0).framesPerSecond()).isNaN();
    assertThat(last().framesPerSecond()).isCloseTo(20, within(0.01));
    assertThat(last().capturedAt()).isEqualTo(Scored.time(600));
    assertThat(last().phase()).isEqualTo(CalibrationPhase.MODEL);
    assertThat(last().runLength()).isEqualTo(StageFrames.model().targetRunLength());
    assertThat(last().modelDigest()).isEqualTo(StageFrames.model().digest());
  }

  @Test
  void shouldKeepTheLastKnownValueOfALatentThatCannotBeRead() {
    // Given
    for (int i = 0; i < 29; i++) {
      send(frames.scored(0, 1).frame(i));
    }
    send(Scored.nominal().residuals(0, 0, 0.25f, 0).frame(29));
    // When
    for (int i = 30; i < 300; i++) {
      send(hiding(i));
    }
    // Then
    assertThat(length().value()).isEqualTo(0.25);
    assertThat(length().unreadableSince()).isEqualTo(Scored.time(30));
    assertThat(published).extracting(SourceState::sequence).startsWith(0L, 30L);
    assertThat(last().incidents())
        .extracting(OpenIncident::subject)
        .containsExactly(Subject.UNREADABLE);
    // When
    send(Scored.nominal().residuals(0, 0, 0.5f, 0).frame(400));
    // Then
    assertThat(length())
        .isEqualTo(
            new LatentState("shadow_length", 0.5, LatentUnit.STANDARD_DEVIATIONS, null, null));
  }

  @Test
  void shouldPublishNoMoreThanATenthOfTheIntervalForALatentAtItsLimit() {
    // When 100 s of frames of which every other one hides the latent
    for (int i = 0; i < 2_000; i++) {
      send(i % 2 == 0 ? frames.scored(0, 1).frame(i) : hiding(i));
    }
    // Then
    List<SourceState> ofReadability =
        published.stream().filter(state -> state.sequence() > 200).toList();
    for (int i = 1; i < ofReadability.size(); i++) {
      assertThat(
              Duration.between(
                  ofReadability.get(i - 1).capturedAt(), ofReadability.get(i).capturedAt()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
    assertThat(ofReadability).hasSizeBetween(50, 90);
  }

  @Test
  void shouldSayNothingNewOfALateFrame() {
    // Given
    send(frames.scored(0, 1).frame(1_000));
    // When
    for (int i = 0; i < 500; i++) {
      send(frames.scored(0, 1).timing(new FrameTiming(Arrival.LATE, 0)).frame(i));
    }
    // Then
    assertThat(published).extracting(SourceState::sequence).containsExactly(1_000L);
  }

  @Test
  void shouldGiveValuesInTheUnitsOfTheirFactors() {
    // Given
    FactorScales factors =
        FactorScales.of(
            List.of(
                new Latent(0, "pendulum", true, new FactorScale(10, 2, 6, 14)),
                new Latent(1, "light", true, null, List.of("off", "on"))));
    monitor =
        SourceMonitor.start(
            new MonitorThresholds(
                ChangedModel.of(
                    StageFrames.model(),
                    model -> {
                      model.factors = factors;
                      model.variables = 1;
                    })));
    // When
    send(Scored.nominal().residuals(1.5f, 1, 0.25f, Float.NaN).unknown(3).frame(0));
    // Then
    assertThat(last().latents())
        .extracting(
            LatentState::value,
            LatentState::unit,
            LatentState::category,
            LatentState::unreadableSince)
        .containsExactly(
            tuple(13.0, LatentUnit.FACTOR, null, null),
            tuple(1.0, LatentUnit.CATEGORY, "on", null),
            tuple(0.25, LatentUnit.STANDARD_DEVIATIONS, null, null),
            tuple(Double.NaN, LatentUnit.STANDARD_DEVIATIONS, null, Scored.time(0)));
  }

  @Test
  void shouldPublishEveryChangeOfModelPhaseAndIncidents() {
    // Given
    OpenIncident open =
        new OpenIncident(
            "i",
            Subject.SILENCE,
            "SILENCE",
            Finding.Severity.WARNING,
            "No frame for 5 min",
            Incident.State.OPENED,
            Instant.EPOCH);
    // When, Then
    assertThat(QUIET.isNewsAfter(QUIET, INTERVAL)).isFalse();
    assertThat(QUIET.isNewsAfter(null, INTERVAL)).isTrue();
    assertThat(other("model-2", "ab12", CalibrationPhase.ARMED, List.of())).isTrue();
    assertThat(other("model-1", "cd34", CalibrationPhase.ARMED, List.of())).isTrue();
    assertThat(other("model-1", "ab12", CalibrationPhase.NEEDS_REVIEW, List.of())).isTrue();
    assertThat(other("model-1", "ab12", CalibrationPhase.ARMED, List.of(open))).isTrue();
    assertThat(other("model-1", "ab12", CalibrationPhase.ARMED, List.of())).isFalse();
  }

  /** Compares {@link #QUIET} with a state of another frame rate, run length and value. */
  private static boolean other(
      String modelId, String digest, CalibrationPhase phase, List<OpenIncident> incidents) {
    return new SourceState(
            "cam1",
            1,
            Scored.time(1),
            modelId,
            digest,
            phase,
            25,
            20_000,
            List.of(new LatentState("light", 2, LatentUnit.FACTOR, null, null)),
            incidents)
        .isNewsAfter(QUIET, INTERVAL);
  }

  @Test
  void shouldRefuseARunLengthThatIsNotPositive() {
    assertThatThrownBy(
            () ->
                new SourceState(
                    "cam1",
                    0,
                    Instant.EPOCH,
                    "model-1",
                    "",
                    CalibrationPhase.MODEL,
                    Double.NaN,
                    0,
                    List.of(),
                    List.of()))
        .hasMessageContaining("run length 0.0");
  }
}
