package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.ImageStatistics;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.intervention.InterventionEvent;
import dev.residua.source.MinimumEffect;
import dev.residua.state.MonitorStates;
import dev.residua.state.StateBlocks;
import dev.residua.testing.PictureReferences;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Deviations that are too small to matter. */
class MinimumEffectTest {
  private static final int START = 300;
  private static final int END = 620;
  private static MonitorThresholds limits;
  private static MonitorThresholds ofPictures;

  /** Shift of the length of the shadow in a frame, in standard deviations. */
  private interface Shift {
    double at(int frame);
  }

  @BeforeAll
  static void calibrate() {
    Random random = new Random(3);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      frames.add(frame(random, i, 0, 1));
    }
    TestModels models = TestModels.ofShadow(frames).diagnoses().targetRunLength(10_000);
    ofPictures = new MonitorThresholds(models.build());
    limits = new MonitorThresholds(models.picture(PictureReferences.silent()).build());
  }

  private static ScoredFrame frame(Random random, int sequence, double shift, double errorFactor) {
    float[] values = new float[4];
    for (int k = 0; k < 4; k++) {
      values[k] = (float) random.nextGaussian();
    }
    float explained = 0.8f * values[0] - 0.5f * values[1];
    values[TestModels.LENGTH] += (float) shift;
    return Scored.nominal()
        .residuals(values)
        .expected(0, 0, explained, 0)
        .reconstructionError((float) (errorFactor * 0.0001 * Math.exp(0.2 * random.nextGaussian())))
        .frame(sequence);
  }

  private static SourceSettings settings(String minimumEffect, double minimumPixels) {
    return new SourceSettings(
        Optional.empty(),
        Severity.INFO,
        Map.of(),
        false,
        Optional.empty(),
        0,
        MinimumEffect.parse(minimumEffect),
        minimumPixels);
  }

  /** Results of all frames; the state is stored and restored after each if that is asked for. */
  private static List<MonitorResult> play(SourceSettings settings, Shift shift, boolean restarted) {
    Random random = new Random(5);
    SourceMonitor monitor = SourceMonitor.start(limits);
    List<MonitorResult> results = new ArrayList<>();
    for (int i = 0; i < END; i++) {
      results.add(monitor.next(frame(random, i, shift.at(i), 1), ActiveControls.EMPTY, settings));
      if (restarted) {
        byte[] bytes = MonitorStates.encode(monitor.state());
        monitor =
            SourceMonitor.restore(limits, MonitorStates.decode(bytes, StateBlocks.NONE), null);
      }
    }
    return results;
  }

  private static Shift of(double size) {
    return i -> i < START ? 0 : size;
  }

  private static List<Incident> incidents(List<MonitorResult> results) {
    return results.stream().flatMap(result -> result.incidents().stream()).toList();
  }

  private static List<InterventionEvent> diagnoses(List<MonitorResult> results) {
    return results.stream().flatMap(result -> result.interventions().stream()).toList();
  }

  /** All events of results. Scores have arrays, which are not compared by their contents. */
  private static List<Object> events(List<MonitorResult> results) {
    List<Object> events = new ArrayList<>();
    for (MonitorResult result : results) {
      events.addAll(result.anomalies());
      events.addAll(result.drifts());
      events.addAll(result.interventions());
      events.addAll(result.incidents());
    }
    return events;
  }

  @Test
  void shouldChangeNothingWithMinimumsOfZero() {
    for (double size : new double[] {0, 0.7, 3}) {
      // When
      List<MonitorResult> none = play(SourceSettings.NONE, of(size), false);
      List<MonitorResult> zero = play(settings("shadow_length=0, light=0", 0), of(size), false);
      // Then
      assertThat(events(zero)).isEqualTo(events(none));
    }
  }

  @Test
  void shouldRecordADeviationBelowItsMinimumWithoutAnIncident() {
    // When
    List<MonitorResult> results = play(settings("shadow_length=5", 0), of(3), false);
    // Then
    assertThat(incidents(results)).isEmpty();
    assertThat(results.stream().flatMap(r -> r.drifts().stream()))
        .extracting(DriftEvent::kind)
        .containsExactly(DriftEvent.Kind.ONSET);
    List<InterventionEvent> diagnoses = diagnoses(results);
    assertThat(diagnoses).hasSize(1);
    Finding finding = diagnoses.get(0).finding();
    assertThat(finding.isBelowMinimum()).isTrue();
    assertThat(finding.effect().size()).isBetween(2.5, 3.5);
    assertThat(finding.effect().unit()).isEqualTo(Effect.Unit.STANDARD_DEVIATIONS);
    assertThat(finding.summary().explanation())
        .contains("; shadow length is off by ")
        .endsWith(" standard deviations, below the minimum of 5 standard deviations");
    assertThat(finding.incidentId()).isEqualTo(finding.eventId());
  }

  @Test
  void shouldOpenOneIncidentAboveTheMinimumThatSaysSo() {
    // When
    List<Incident> incidents = incidents(play(settings("shadow_length=2", 0), of(3), false));
    // Then
    assertThat(incidents).extracting(Incident::state).containsExactly(Incident.State.OPENED);
    Incident incident = incidents.get(0);
    assertThat(incident.kind()).isEqualTo("INTERVENTION.OFFSET");
    assertThat(incident.subject()).isEqualTo(Subject.latent("shadow_length", false));
    assertThat(incident.effect().minimum()).isEqualTo(2);
    assertThat(incident.threshold())
        .startsWith(
            "Crossed the threshold of the false-alarm budget and the minimum effect: shadow length"
                + " is off by ")
        .endsWith(" standard deviations, above the minimum of 2 standard deviations.");
    assertThat(incident.openedSequence()).isBetween(START - 15L, START + 5L);
  }

  @Test
  void shouldOpenTheIncidentOnceTheEffectHasGrownAlsoAcrossRestarts() {
    // Given
    Shift growing = i -> i < START ? 0 : i < START + 150 ? 3 : 7;
    // When
    List<MonitorResult> results = play(settings("shadow_length=5", 0), growing, false);
    List<MonitorResult> restarted = play(settings("shadow_length=5", 0), growing, true);
    // Then
    List<Incident> incidents = incidents(results);
    assertThat(incidents.get(0).state()).isEqualTo(Incident.State.OPENED);
    assertThat(incidents.get(0).updatedSequence()).isBetween(START + 151L, START + 300L);
    assertThat(incidents.get(0).effect().isBelow()).isFalse();
    assertThat(incidents.get(0).summary().explanation()).doesNotContain("minimum");
    assertThat(diagnoses(results))
        .extracting(event -> event.finding().isBelowMinimum())
        .containsExactly(true, false);
    assertThat(events(restarted)).isEqualTo(events(results));
  }

  @Test
  void shouldOpenTheIncidentOfALatentWithoutAMinimum() {
    // When
    List<Incident> incidents = incidents(play(settings("light=5", 0), of(3), false));
    // Then
    assertThat(incidents).extracting(Incident::state).containsExactly(Incident.State.OPENED);
    assertThat(incidents.get(0).effect()).isNull();
    assertThat(incidents.get(0).threshold()).endsWith("alone: no minimum effect applies.");
  }

  @Test
  void shouldOpenTheIncidentOfARootThatIsHeldWhoseDeviationHasNoSize() {
    // Given
    Random random = new Random(5);
    SourceMonitor monitor = SourceMonitor.start(limits);
    List<Incident> incidents = new ArrayList<>();
    // When
    for (int i = 0; i < END; i++) {
      float[] values = new float[4];
      for (int k = 0; k < 4; k++) {
        values[k] = (float) random.nextGaussian();
      }
      values[1] = i < START ? values[1] : 0.3f + 0.001f * values[1];
      float explained = 0.8f * values[0] - 0.5f * values[1];
      ScoredFrame frame = Scored.nominal().residuals(values).expected(0, 0, explained, 0).frame(i);
      incidents.addAll(
          monitor.next(frame, ActiveControls.EMPTY, settings("light=50", 0)).incidents());
    }
    // Then
    assertThat(incidents.get(0).kind()).isEqualTo("INTERVENTION.HARD_INTERVENTION");
    assertThat(incidents.get(0).threshold())
        .isEqualTo(
            "Crossed the threshold of the false-alarm budget alone: the deviation of light has no"
                + " size in its unit, so the minimum of 50 standard deviations does not apply.");
  }

  private static List<MonitorResult> pictures(double minimumPixels, double later) {
    Random random = new Random(5);
    SourceMonitor monitor = SourceMonitor.start(ofPictures);
    SourceSettings settings = settings("", minimumPixels);
    List<MonitorResult> results = new ArrayList<>();
    for (int i = 0; i < END; i++) {
      double factor = i < START ? 1 : i < START + 150 ? 4 : later;
      results.add(monitor.next(frame(random, i, 0, factor), ActiveControls.EMPTY, settings));
    }
    return results;
  }

  @Test
  void shouldHoldBackChangesOfFewPixelsUntilTheyAreMore() {
    // Given errors of four times 0.0001, at most 1 % of the pixels, and later of ten times as much
    assertThat(ImageStatistics.pixelsOff(0.0004)).isCloseTo(0.01, within(1e-9));
    // When
    List<MonitorResult> none = pictures(0, 4);
    List<MonitorResult> few = pictures(0.05, 4);
    List<MonitorResult> more = pictures(0.05, 40);
    // Then
    assertThat(incidents(none)).extracting(Incident::subject).contains(Subject.PICTURE);
    assertThat(incidents(few)).isEmpty();
    DriftEvent onset = few.stream().flatMap(r -> r.drifts().stream()).findFirst().orElseThrow();
    assertThat(onset.finding().isBelowMinimum()).isTrue();
    assertThat(onset.finding().summary().explanation())
        .endsWith(" % of the pixels are off, below the minimum of 5 %");
    Incident opened = incidents(more).get(0);
    assertThat(opened.updatedSequence()).isGreaterThanOrEqualTo(START + 150);
    assertThat(opened.effect().size()).isGreaterThanOrEqualTo(0.05);
    assertThat(opened.threshold()).contains("and the minimum effect: ");
  }
}
