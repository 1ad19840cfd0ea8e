package dev.residua.incident;

import static dev.residua.incident.IncidentHistory.LENGTH;
import static dev.residua.incident.IncidentHistory.LIGHT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceIncidentsTest {
  private static final Subject DARK = new Subject(Subject.Kind.SENSOR, "dark");
  private static final Subject TORN = new Subject(Subject.Kind.SENSOR, "torn");

  private final IncidentHistory history = new IncidentHistory();

  @Test
  void shouldOpenUndeterminedTakeTheDiagnosedSubjectAndResolve() {
    // When
    history.alarm(20);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.alarm(10);
    history.quiet(30);
    // Then
    assertThat(history.log())
        .containsExactly(
            "undetermined OPENED", "mechanism:length UPDATED", "mechanism:length RESOLVED");
    assertThat(history.published)
        .extracting(Incident::id)
        .containsOnly(history.published.get(0).id());
    assertThat(history.published.get(0).openedSequence()).isEqualTo(97);
    assertThat(history.published.get(2).updatedSequence()).isEqualTo(100 + 31 + 4);
  }

  @Test
  void shouldEscalateOnlyWhenTheSeverityRises() {
    // When
    history.alarm(20);
    history.diagnosis(Severity.CRITICAL, LENGTH);
    // Then
    assertThat(history.log()).containsExactly("undetermined OPENED", "mechanism:length ESCALATED");
  }

  @Test
  void shouldBecomeCriticalWhenItsFlapsTogetherLastLong() {
    // Given
    history.frames(30, Alarm.ON, Alarm.NONE);
    history.quiet(6);
    assertThat(history.log()).containsExactly("undetermined OPENED", "undetermined RESOLVED");
    // When
    history.alarm(30);
    // Then
    assertThat(history.log()).endsWith("undetermined OPENED", "undetermined ESCALATED");
    Incident last = history.published.get(3);
    assertThat(last.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(last.id()).isEqualTo(history.published.get(0).id());
    assertThat(last.flaps()).isEqualTo(1);
  }

  @Test
  void shouldReopenADiagnosedIncidentOnlyWhenTheDiagnosisIsTheSame() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.quiet(6);
    // When the alarm comes back within the cooldown, nothing opens before it is diagnosed
    history.alarm(8);
    assertThat(history.log()).hasSize(3);
    history.diagnosis(Severity.WARNING, LENGTH);
    // Then
    Incident again = history.published.get(3);
    assertThat(again.state()).isEqualTo(State.OPENED);
    assertThat(again.id()).isEqualTo(history.published.get(0).id());
    assertThat(again.flaps()).isEqualTo(1);
  }

  @Test
  void shouldOpenAnotherIncidentWhenAnotherSubjectAlarmsWithinTheCooldown() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.quiet(6);
    // When
    history.alarm(8);
    history.diagnosis(Severity.WARNING, LIGHT);
    // Then
    assertThat(history.log()).endsWith("root:light OPENED");
    assertThat(history.published.get(3).id()).isNotEqualTo(history.published.get(0).id());
  }

  @Test
  void shouldOpenAnAlarmWithinTheCooldownAfterAWhileWithoutADiagnosis() {
    // Given
    history.settings = IncidentHistory.SETTINGS.withCooldownFrames(500);
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.quiet(6);
    // When
    history.alarm(SourceIncidents.WAIT_FRAMES + 1);
    // Then
    assertThat(history.log()).endsWith("undetermined OPENED");
    history.diagnosis(Severity.WARNING, LENGTH);
    assertThat(history.log()).endsWith("mechanism:length UPDATED");
    Incident last = history.published.get(history.published.size() - 1);
    assertThat(last.flaps()).as("it is the same problem").isEqualTo(1);
  }

  @Test
  void shouldMergeIntoAnOpenIncidentOfTheDiagnosedSubject() {
    // Given a picture incident that is older than what a second alarm may join
    history.frames(1, Alarm.NONE, Alarm.ON);
    IncidentHistory.Frame named = new IncidentHistory.Frame();
    named.picture = Alarm.ON;
    named.named = java.util.List.of(Subject.PICTURE);
    history.frame(named);
    history.frames(SourceIncidents.JOIN_FRAMES + 1, Alarm.NONE, Alarm.ON);
    // When
    history.frames(1, Alarm.ON, Alarm.ON);
    IncidentHistory.Frame diagnosed = new IncidentHistory.Frame();
    diagnosed.picture = Alarm.ON;
    diagnosed.residuals = Alarm.ON;
    diagnosed.named = java.util.List.of(Subject.PICTURE);
    history.frame(diagnosed);
    // Then
    assertThat(history.log())
        .containsSubsequence(
            "picture UPDATED", "undetermined OPENED", "undetermined CLOSED MERGED");
    Incident merged = history.published.get(history.published.size() - 1);
    assertThat(merged.mergedInto()).isEqualTo(history.published.get(0).id());
    assertThat(history.incidents.open())
        .extracting(Incident::subject)
        .containsExactly(Subject.PICTURE);
  }

  @Test
  void shouldFollowACorrectedDiagnosisOnceItHoldsTwice() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.CRITICAL, LENGTH);
    history.alarm(10);
    // When
    history.laterDiagnosis(false, LIGHT);
    assertThat(history.log()).hasSize(2);
    history.laterDiagnosis(true, LIGHT);
    // Then
    assertThat(history.log()).endsWith("root:light OPENED", "mechanism:length CLOSED REDIAGNOSED");
    Incident follower = history.published.get(2);
    assertThat(follower.follows()).isEqualTo(history.published.get(0).id());
    assertThat(follower.id()).isNotEqualTo(follower.follows());
    assertThat(follower.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(follower.openedAt()).isEqualTo(history.published.get(0).openedAt());
  }

  @Test
  void shouldNotFollowADiagnosisThatDidNotHold() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    // When
    history.laterDiagnosis(false, LIGHT);
    history.laterDiagnosis(false, LENGTH);
    history.laterDiagnosis(false, LIGHT);
    // Then
    assertThat(history.log()).hasSize(2);
  }

  @Test
  void shouldContinueAfterAGapShorterThanTheQuietStretch() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    // When
    for (int i = 0; i < 6; i++) {
      history.quiet(4);
      history.alarm(1);
    }
    // Then
    assertThat(history.log()).containsExactly("undetermined OPENED", "mechanism:length UPDATED");
  }

  @Test
  void shouldOpenASecondProblemWhenTheFirstIsStillNamed() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    // When
    history.laterDiagnosis(false, LIGHT, LENGTH);
    history.laterDiagnosis(true, LIGHT, LENGTH);
    // Then
    assertThat(history.incidents.open())
        .extracting(Incident::subject)
        .containsExactly(LENGTH, LIGHT);
    // When only the second is left
    history.laterDiagnosis(false, LIGHT);
    history.alarm(6);
    // Then
    assertThat(history.log()).endsWith("mechanism:length RESOLVED");
    assertThat(history.incidents.open()).extracting(Incident::subject).containsExactly(LIGHT);
  }

  @Test
  void shouldTakeAnAlarmOfThePictureAsPartOfARecentProblem() {
    // When
    history.alarm(10);
    history.frames(5, Alarm.ON, Alarm.ON);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.quiet(10);
    // Then
    assertThat(history.log())
        .containsExactly(
            "undetermined OPENED", "mechanism:length UPDATED", "mechanism:length RESOLVED");
  }

  @Test
  void shouldExplainAlarmsByAFaultOfTheSensor() {
    // When an alarm opens just before the fault is found
    history.alarm(3);
    history.fault(20, DARK);
    history.quiet(10);
    // Then
    assertThat(history.log())
        .containsExactly("undetermined OPENED", "sensor:dark ESCALATED", "sensor:dark RESOLVED");
  }

  @Test
  void shouldNotShowAFrozenCameraInTheIncidentOfALatent() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.alarm(SourceIncidents.JOIN_FRAMES);
    // When the camera freezes, and a diagnosis finds that
    history.alarm(1);
    IncidentHistory.Frame frame = new IncidentHistory.Frame();
    frame.residuals = Alarm.ON;
    frame.reports.add(
        history.report(
            Channel.RESIDUALS, Weight.DIAGNOSIS, "INTERVENTION.FROZEN_CAMERA", Severity.CRITICAL));
    history.frame(frame);
    // Then
    assertThat(history.incidents.open())
        .extracting(i -> i.subject() + " " + i.kind())
        .containsExactly("mechanism:length INTERVENTION.OFFSET");
  }

  @Test
  void shouldReplaceAFaultOfTheSensorByAnother() {
    // When
    history.fault(10, DARK);
    history.fault(10, TORN);
    // Then
    assertThat(history.log())
        .containsExactly(
            "sensor:dark OPENED", "sensor:torn OPENED", "sensor:dark CLOSED REDIAGNOSED");
    assertThat(history.published.get(1).follows()).isEqualTo(history.published.get(0).id());
  }

  @Test
  void shouldStayOpenWhileItFlapsBeyondTheLimit() {
    // When it comes and goes
    for (int i = 0; i < 6; i++) {
      history.fault(3, DARK);
      history.quiet(7);
    }
    // Then
    assertThat(history.log())
        .containsExactly(
            "sensor:dark OPENED",
            "sensor:dark RESOLVED",
            "sensor:dark OPENED",
            "sensor:dark RESOLVED",
            "sensor:dark OPENED",
            "sensor:dark RESOLVED",
            "sensor:dark FLAPPING");
    history.quiet(10);
    assertThat(history.log()).endsWith("sensor:dark RESOLVED");
  }

  @Test
  void shouldSuspendWhileMaintainedAndNeverResolveThen() {
    // Given
    history.alarm(10);
    // When
    for (int i = 0; i < 50; i++) {
      IncidentHistory.Frame frame = new IncidentHistory.Frame();
      frame.maintained = true;
      history.frame(frame);
    }
    // Then
    assertThat(history.log()).containsExactly("undetermined OPENED", "undetermined SUSPENDED");
    history.quiet(5);
    assertThat(history.log()).endsWith("undetermined UPDATED", "undetermined RESOLVED");
  }

  @Test
  void shouldSuspendTheOthersWhileTheSourceIsSilent() {
    // Given
    history.alarm(10);
    // When
    history.silent();
    history.silent();
    // Then
    assertThat(history.log())
        .containsExactly("undetermined OPENED", "silence OPENED", "undetermined SUSPENDED");
    history.alarm(1);
    assertThat(history.log()).endsWith("silence RESOLVED", "undetermined UPDATED");
  }

  @Test
  void shouldCloseWhatAnOperatorResolvesUntilItsAlarmHasEnded() {
    // Given
    history.alarm(10);
    // When
    history.close(history.published.get(0).id(), Reason.RESOLVED_BY_OPERATOR);
    history.alarm(30);
    // Then
    assertThat(history.log())
        .containsExactly("undetermined OPENED", "undetermined CLOSED RESOLVED_BY_OPERATOR");
    assertThat(history.published.get(1).note()).isEqualTo("by kim");
    history.quiet(3);
    history.alarm(1);
    assertThat(history.log()).endsWith("undetermined OPENED");
    assertThat(history.published.get(2).id()).isNotEqualTo(history.published.get(0).id());
  }

  @Test
  void shouldOpenAnotherSubjectDuringAnAlarmThatAnOperatorHasDealtWith() {
    // Given an incident that was resolved, and diagnoses of the same problem after it
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.close(history.published.get(0).id(), Reason.RESOLVED_BY_OPERATOR);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.diagnosis(Severity.WARNING, LENGTH, LIGHT);
    history.laterDiagnosis(false, LIGHT);
    history.diagnosis(Severity.WARNING, LENGTH);
    assertThat(history.log()).endsWith("mechanism:length CLOSED RESOLVED_BY_OPERATOR");
    // When two diagnoses in a row name another subject
    history.laterDiagnosis(false, LIGHT);
    history.alarm(5);
    assertThat(history.log()).endsWith("mechanism:length CLOSED RESOLVED_BY_OPERATOR");
    history.diagnosis(Severity.WARNING, LIGHT, LENGTH);
    // Then
    assertThat(history.log())
        .endsWith("mechanism:length CLOSED RESOLVED_BY_OPERATOR", "root:light OPENED");
    history.quiet(6);
    assertThat(history.incidents.open()).isEmpty();
  }

  @Test
  void shouldTakeTheFirstDiagnosisAfterAnOrderAsWhatItDealtWith() {
    // Given
    history.alarm(10);
    history.close(history.published.get(0).id(), Reason.FALSE_ALARM);
    // When
    history.diagnosis(Severity.WARNING, LENGTH);
    history.diagnosis(Severity.WARNING, LENGTH);
    // Then
    assertThat(history.log()).endsWith("undetermined CLOSED FALSE_ALARM");
    history.diagnosis(Severity.WARNING, LIGHT);
    history.diagnosis(Severity.WARNING, LIGHT);
    assertThat(history.log()).endsWith("root:light OPENED");
  }

  @Test
  void shouldNotReportASilenceAgainThatAnOperatorResolved() {
    // Given
    history.quiet(10);
    history.silent();
    history.close(history.published.get(0).id(), Reason.RESOLVED_BY_OPERATOR);
    // When
    history.silent();
    // Then
    assertThat(history.log())
        .containsExactly("silence OPENED", "silence CLOSED RESOLVED_BY_OPERATOR");
    history.quiet(1);
    history.silent();
    assertThat(history.incidents.open())
        .extracting(Incident::subject)
        .containsExactly(Subject.SILENCE);
  }

  @Test
  void shouldReportASourceOnceThatSendsAFrameNowAndThen() {
    // When a frame comes after each silence
    for (int i = 0; i < 20; i++) {
      history.silent();
      history.quiet(1);
    }
    // Then it flaps beyond the limit, and stays open
    assertThat(history.log())
        .containsExactly(
            "silence OPENED",
            "silence RESOLVED",
            "silence OPENED",
            "silence RESOLVED",
            "silence OPENED",
            "silence RESOLVED",
            "silence FLAPPING");
    assertThat(history.published)
        .extracting(Incident::id)
        .containsOnly(history.published.get(0).id());
    history.quiet(10);
    assertThat(history.log()).hasSize(8).endsWith("silence RESOLVED");
  }

  @Test
  void shouldCloseOnlyWhatTheDetectorsFollowAndNoteWhyNotTheOthers() {
    // Given
    history.alarm(10);
    history.diagnosis(Severity.WARNING, LENGTH);
    history.fault(3, DARK);
    assertThat(history.incidents.open()).hasSize(2);
    // When
    history.accept(i -> i.subject().equals(DARK) ? "a camera is never dark" : null);
    // Then
    assertThat(history.log())
        .endsWith("mechanism:length CLOSED ACCEPTED_AS_NORMAL", "sensor:dark UPDATED");
    assertThat(history.published.get(history.published.size() - 1).note())
        .isEqualTo("not accepted as normal (kim): a camera is never dark");
  }

  @Test
  void shouldContinueUnderANewIdAtTheMaximumAge() {
    // Given
    history.settings = IncidentHistory.SETTINGS.withMaximumAge(Duration.ofHours(1));
    history.alarm(10);
    // When
    history.at = history.at.plus(Duration.ofHours(2));
    history.alarm(1);
    // Then
    assertThat(history.log())
        .containsExactly(
            "undetermined OPENED", "undetermined OPENED", "undetermined CLOSED EXPIRED");
    assertThat(history.published.get(1).follows()).isEqualTo(history.published.get(0).id());
    assertThat(history.incidents.open()).hasSize(1);
  }

  @Test
  void shouldWaitForKOfNFrames() {
    // Given
    history.settings = IncidentHistory.SETTINGS.withOfFrames(5).withAlarmFrames(3);
    // When
    history.alarm(1);
    history.quiet(1);
    history.frames(1, Alarm.ON, Alarm.NONE);
    history.quiet(1);
    assertThat(history.published).isEmpty();
    history.frames(1, Alarm.ON, Alarm.NONE);
    // Then
    assertThat(history.log()).containsExactly("undetermined OPENED");
  }

  @Test
  void shouldOpenWithTheEarlierFindingWhenAnAlarmIsNoLongerSuppressed() {
    // Given
    history.frames(30, Alarm.SUPPRESSED, Alarm.NONE);
    assertThat(history.published).isEmpty();
    // When
    IncidentHistory.Frame frame = new IncidentHistory.Frame();
    frame.residuals = Alarm.ON;
    history.frame(frame);
    // Then
    assertThat(history.log()).containsExactly("undetermined OPENED");
    assertThat(history.published.get(0).openedSequence()).isEqualTo(97);
  }

  @Test
  void shouldCountSmallFindingsWithoutPublishingThem() {
    // When
    history.alarm(1);
    for (int i = 0; i < 8; i++) {
      IncidentHistory.Frame frame = new IncidentHistory.Frame();
      frame.residuals = Alarm.ON;
      frame.reports.add(
          history.report(Channel.RESIDUALS, Weight.FRAME, "ANOMALY.RESIDUAL", Severity.WARNING));
      history.frame(frame);
    }
    history.quiet(10);
    // Then
    assertThat(history.log()).containsExactly("undetermined OPENED", "undetermined RESOLVED");
    assertThat(history.published.get(1).events()).isEqualTo(9);
    assertThat(history.published.get(1).kind()).isEqualTo("DRIFT.RESIDUAL");
  }

  @Test
  void shouldNotOpenForSingleUnusualFrames() {
    // When
    for (int i = 0; i < 20; i++) {
      IncidentHistory.Frame frame = new IncidentHistory.Frame();
      frame.reports.add(
          history.report(Channel.RESIDUALS, Weight.FRAME, "ANOMALY.RESIDUAL", Severity.WARNING));
      history.frame(frame);
    }
    // Then
    assertThat(history.published).isEmpty();
  }
}
