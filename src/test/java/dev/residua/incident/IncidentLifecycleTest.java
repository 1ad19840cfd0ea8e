package dev.residua.incident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.frame.FramePosition;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IncidentLifecycleTest {
  private static final IncidentSettings SETTINGS = new IncidentSettings(1, 1, 5, 10, 50);

  private IncidentLifecycle life = IncidentLifecycle.QUIET;
  private final List<Incident> published = new ArrayList<>();
  private long sequence = 100;

  private static Finding finding(long sequence, Severity severity, String sentence) {
    return new Finding(
        "event-" + sequence,
        "event-" + sequence,
        "cam1",
        sequence - 3,
        sequence,
        Instant.ofEpochSecond(sequence - 3),
        Instant.ofEpochSecond(sequence),
        "model-1",
        "ab12",
        severity,
        sentence,
        List.of(new Finding.Cause("light", List.of(), 4.5, Double.NaN, 1)),
        List.of(new Finding.Reading("light", 1f, 0.5f)),
        new FramePosition("residua.frames", 0, sequence),
        Map.of("picture", "/p"));
  }

  private void frame(IncidentSettings settings, boolean alarm, Report... reports) {
    step(settings, alarm ? Alarm.ON : Alarm.NONE, reports);
  }

  private void step(IncidentSettings settings, Alarm alarm, Report... reports) {
    Evidence evidence =
        new Evidence(
            "cam1",
            sequence,
            Instant.ofEpochSecond(sequence),
            "residua.frames-0@" + sequence,
            "model-1",
            alarm,
            List.of(reports));
    IncidentLifecycle.Step step = life.next(evidence, settings);
    life = step.next();
    if (step.changed() != null) {
      published.add(step.changed());
    }
    sequence++;
  }

  private void frames(int count, boolean alarm) {
    for (int i = 0; i < count; i++) {
      frame(SETTINGS, alarm);
    }
  }

  private Report change() {
    return new Report(
        Weight.CHANGE, "DRIFT.RESIDUAL", finding(sequence, Severity.WARNING, "light has moved"));
  }

  private List<State> states() {
    return published.stream().map(Incident::state).toList();
  }

  @Test
  void shouldOpenOnceAndResolveOnce() {
    // When
    frames(10, false);
    frame(SETTINGS, true, change());
    frames(20, true);
    frames(30, false);
    // Then
    assertThat(states()).containsExactly(State.OPENED, State.RESOLVED);
    Incident opened = published.get(0);
    assertThat(opened.kind()).isEqualTo("DRIFT.RESIDUAL");
    assertThat(opened.openedSequence()).isEqualTo(107);
    assertThat(opened.updatedSequence()).isEqualTo(110);
    Incident resolved = published.get(1);
    assertThat(resolved.id()).isEqualTo(opened.id());
    assertThat(resolved.resolvedAt()).isEqualTo(Instant.ofEpochSecond(110 + 20 + 5));
  }

  @Test
  void shouldStayOpenThroughGapsShorterThanTheQuietStretch() {
    // When
    frame(SETTINGS, true, change());
    for (int i = 0; i < 8; i++) {
      frames(4, false);
      frames(1, true);
    }
    // Then
    assertThat(states()).containsExactly(State.OPENED);
  }

  @Test
  void shouldReopenTheSameIncidentWithinTheCooldown() {
    // When
    frame(SETTINGS, true, change());
    frames(5 + 10 - 1, false);
    frame(SETTINGS, true, change());
    // Then
    assertThat(states()).containsExactly(State.OPENED, State.RESOLVED, State.OPENED);
    assertThat(published.get(2).id()).isEqualTo(published.get(0).id());
    assertThat(published.get(2).flaps()).isEqualTo(1);
    assertThat(published.get(2).resolvedAt()).isNull();
  }

  @Test
  void shouldOpenAnotherIncidentAfterTheCooldown() {
    // When
    frame(SETTINGS, true, change());
    frames(5 + 10, false);
    frame(SETTINGS, true, change());
    // Then
    assertThat(published.get(2).id()).isNotEqualTo(published.get(0).id());
    assertThat(published.get(2).flaps()).isZero();
  }

  @Test
  void shouldEscalateWhenMoreIsKnown() {
    // When
    frame(SETTINGS, true, change());
    frame(
        SETTINGS,
        true,
        new Report(
            Weight.DIAGNOSIS,
            "INTERVENTION.OFFSET",
            finding(sequence, Severity.CRITICAL, "an offset")));
    frame(SETTINGS, true, change());
    // Then
    assertThat(states()).containsExactly(State.OPENED, State.ESCALATED);
    assertThat(published.get(1).kind()).isEqualTo("INTERVENTION.OFFSET");
    assertThat(published.get(1).severity()).isEqualTo(Severity.CRITICAL);
    assertThat(published.get(1).events()).isEqualTo(2);
  }

  @Test
  void shouldBecomeCriticalWhenItLastsLong() {
    // When
    frame(SETTINGS, true, change());
    frames(80, true);
    // Then
    assertThat(states()).containsExactly(State.OPENED, State.ESCALATED);
    assertThat(published.get(1).severity()).isEqualTo(Severity.CRITICAL);
    assertThat(published.get(1).updatedSequence()).isEqualTo(100 + 50);
  }

  @Test
  void shouldCountSmallFindingsWithoutPublishingThem() {
    // When
    frame(SETTINGS, true, change());
    for (int i = 0; i < 8; i++) {
      frame(
          SETTINGS,
          true,
          new Report(
              Weight.FRAME,
              "ANOMALY.RESIDUAL",
              finding(sequence, Severity.WARNING, "one odd frame")));
    }
    frames(10, false);
    // Then
    assertThat(states()).containsExactly(State.OPENED, State.RESOLVED);
    assertThat(published.get(1).events()).isEqualTo(9);
    assertThat(published.get(1).sentence()).isEqualTo("light has moved");
  }

  @Test
  void shouldNotOpenForSingleUnusualFrames() {
    // When
    for (int i = 0; i < 20; i++) {
      frame(
          SETTINGS,
          false,
          new Report(
              Weight.FRAME,
              "ANOMALY.RESIDUAL",
              finding(sequence, Severity.WARNING, "one odd frame")));
    }
    // Then
    assertThat(published).isEmpty();
  }

  @Test
  void shouldWaitForKOfNFrames() {
    // Given
    IncidentSettings threeOfFive = new IncidentSettings(3, 5, 5, 10, 50);
    // When
    frame(threeOfFive, true, change());
    frame(threeOfFive, false);
    frame(threeOfFive, true);
    frame(threeOfFive, false);
    assertThat(published).isEmpty();
    frame(threeOfFive, true);
    // Then
    assertThat(states()).containsExactly(State.OPENED);
    assertThat(published.get(0).sentence()).isEqualTo("light has moved");
  }

  @Test
  void shouldOpenWithTheEarlierFindingWhenAnAlarmIsNoLongerHeldBack() {
    // Given
    step(SETTINGS, Alarm.SUPPRESSED, change());
    for (int i = 0; i < 30; i++) {
      step(SETTINGS, Alarm.SUPPRESSED);
    }
    assertThat(published).isEmpty();
    // When
    frame(SETTINGS, true);
    // Then
    assertThat(states()).containsExactly(State.OPENED);
    assertThat(published.get(0).openedSequence()).isEqualTo(97);
  }

  @Test
  void shouldForgetAnAcceptedIncident() {
    // Given
    frame(SETTINGS, true, change());
    // When
    IncidentLifecycle.Step step =
        life.accepted(
            new Evidence("cam1", sequence, Instant.EPOCH, "x", "model-1", Alarm.NONE, List.of()));
    // Then
    assertThat(step.next()).isEqualTo(IncidentLifecycle.QUIET);
    assertThat(step.changed().state()).isEqualTo(State.RESOLVED);
    assertThat(
            IncidentLifecycle.QUIET
                .accepted(
                    new Evidence("cam1", 1, Instant.EPOCH, "x", "model-1", Alarm.NONE, List.of()))
                .changed())
        .isNull();
  }
}
