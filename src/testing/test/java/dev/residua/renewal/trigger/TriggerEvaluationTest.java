package dev.residua.renewal.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftEvent;
import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.renewal.gate.Incidents;
import dev.residua.renewal.trigger.SuppressedTrigger.Reason;
import dev.residua.renewal.trigger.TriggerObservation.AcceptanceTakenBack;
import dev.residua.renewal.trigger.TriggerObservation.Calibration;
import dev.residua.renewal.trigger.TriggerObservation.Commanded;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameEvaluated;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.Tick;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TriggerEvaluationTest {
  private static final Calibration CALIBRATION = new Calibration("m1", CalibrationPhase.MODEL, 0);
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String ROOT = TriggerSettings.ROOT_MOVED;
  private static final String BROKEN = "INTERVENTION.MECHANISM_CHANGE";
  private static final TriggerSettings SETTINGS =
      TriggerSettings.DEFAULTS.with(
          c -> {
            c.lastingDrift(Duration.ofHours(2));
            c.evidenceWait(Duration.ofMinutes(30));
            c.cooldown(Duration.ofHours(3));
            c.budget(2);
            c.budgetPeriod(Duration.ofDays(1));
            c.uniformity(new UniformitySettings(50, 10, 0.01, 0.01));
          });

  /** An evaluation, and the result of its last observation. */
  private static final class Evaluation {
    TriggerEvaluation state;
    Optional<RetrainTrigger> trigger = Optional.empty();
    List<SuppressedTrigger> suppressed = List.of();
    final List<RetrainTrigger> all = new ArrayList<>();

    Evaluation(TriggerSettings settings) {
      state = TriggerEvaluation.start(settings, START);
    }

    Evaluation observe(TriggerObservation observation) {
      TriggerEvaluation.Step step = state.next(observation);
      state = step.next();
      trigger = step.trigger();
      suppressed = step.suppressed();
      trigger.ifPresent(all::add);
      return this;
    }

    Evaluation tick(String after) {
      return observe(new Tick(at(after)));
    }

    Evaluation training(String from, String to) {
      return observe(new TrainingStarted("t", at(from))).observe(new TrainingEnded("t", at(to)));
    }
  }

  private static Instant at(String after) {
    return START.plus(Duration.parse(after));
  }

  private static IncidentChanged opened(String id, String source, String kind, String after) {
    return new IncidentChanged(Incidents.open(id, source, kind, at(after)), at(after));
  }

  private static IncidentChanged resolved(
      String id, String source, String kind, String opened, String after) {
    return new IncidentChanged(
        Incidents.resolved(id, source, kind, at(opened), at(after)), at(after));
  }

  private static NormalAccepted accepted(String sources, String after) {
    return new NormalAccepted(
        new AcceptNormal(new Order("c1", sources, "ann", "the lamp stays", at(after))));
  }

  @Test
  void shouldTrainOnceARootHasMovedForTheWholeTime() {
    // Given an incident of a root that moved
    Evaluation evaluation = new Evaluation(SETTINGS).observe(opened("i1", "cam1", ROOT, "PT0S"));

    // When it is open for a moment less than two hours, and for two hours
    assertThat(evaluation.tick("PT1H59M59.999S").trigger).isEmpty();
    evaluation.tick("PT2H");

    // Then
    RetrainTrigger trigger = evaluation.trigger.orElseThrow();
    assertThat(trigger.kind()).isEqualTo("lasting-drift");
    assertThat(trigger.at()).isEqualTo(at("PT2H"));
    assertThat(trigger.sources()).containsExactly("cam1");
    assertThat(trigger.incidents()).containsExactly("i1");
    assertThat(trigger.reason())
        .isEqualTo(
            "incident i1 (intervention.covariate_drift) of cam1 is open since 2026-03-01T12:00:00Z, for longer than PT2H: what it shows is the new normal");
    // And it is asked for once
    assertThat(evaluation.tick("PT2H1M").trigger).isEmpty();
  }

  @Test
  void shouldIncludeIncidentsThatLastedHalfAsLong() {
    // Given the same move at three cameras, and a fault at a fourth
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", ROOT, "PT0S"))
            .observe(opened("i2", "cam2", ROOT, "PT1H"))
            .observe(opened("i3", "cam3", ROOT, "PT1H0.001S"))
            .observe(opened("i4", "cam4", "INTERVENTION.OFFSET", "PT0S"));
    // When
    evaluation.tick("PT2H");
    // Then
    assertThat(evaluation.trigger.orElseThrow().incidents()).containsExactly("i1", "i2");
  }

  @Test
  void shouldNotTrainOnADriftThatIsResolvedInTime() {
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", ROOT, "PT0S"))
            .observe(resolved("i1", "cam1", ROOT, "PT0S", "PT1H"))
            .tick("PT5H");

    assertThat(evaluation.all).isEmpty();
  }

  @Test
  void shouldNeverLearnABrokenMechanismAutomatically() {
    Evaluation evaluation =
        new Evaluation(SETTINGS).observe(opened("i1", "cam1", BROKEN, "PT0S")).tick("P30D");

    assertThat(evaluation.all).isEmpty();
  }

  @Test
  void shouldUseTheLatestKindOfAnIncident() {
    // Given an incident that is diagnosed as a broken mechanism later
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", ROOT, "PT0S"))
            .observe(new IncidentChanged(Incidents.open("i1", "cam1", BROKEN, START), at("PT1H")))
            .tick("PT5H");

    assertThat(evaluation.all).isEmpty();
  }

  @Test
  void shouldLearnABrokenMechanismThatAnOperatorAccepted() {
    // Given an incident that the order resolves, and one of another source
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", BROKEN, "PT0S"))
            .observe(opened("i2", "hall1", BROKEN, "PT0S"))
            .observe(accepted("cam.*", "PT30M"))
            .observe(resolved("i1", "cam1", BROKEN, "PT0S", "PT30M1S"))
            .tick("PT1H59M");
    assertThat(evaluation.all).isEmpty();

    evaluation.tick("PT2H");

    assertThat(evaluation.trigger.orElseThrow().incidents()).containsExactly("i1");
    assertThat(evaluation.trigger.orElseThrow().reason())
        .contains("was accepted as normal and is in force");
  }

  @Test
  void shouldApplyAcceptNormalThatArrivesAfterItsEffect() {
    // Given an incident that was resolved a second before the order became known
    Evaluation known =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", BROKEN, "PT0S"))
            .observe(resolved("i1", "cam1", BROKEN, "PT0S", "PT30M"))
            .observe(accepted("cam1", "PT30M1S"))
            .tick("PT3H");
    // And one that was over ten minutes before
    Evaluation over =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", BROKEN, "PT0S"))
            .observe(resolved("i1", "cam1", BROKEN, "PT0S", "PT20M"))
            .observe(accepted("cam1", "PT30M1S"))
            .tick("PT3H");

    assertThat(known.all).hasSize(1);
    assertThat(over.all).isEmpty();
  }

  @Test
  void shouldLearnWhatAnotherAcceptanceCoversWhenOneIsTakenBack() {
    // Given two broken mechanisms, each accepted by a command of its own
    NormalAccepted first = accepted("cam1", "PT10M");
    NormalAccepted second = accepted("cam1", "PT40M");
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", BROKEN, "PT0S"))
            .observe(first)
            .observe(resolved("i1", "cam1", BROKEN, "PT0S", "PT10M1S"))
            .observe(opened("i2", "cam1", BROKEN, "PT30M"))
            .observe(second)
            .observe(resolved("i2", "cam1", BROKEN, "PT30M", "PT40M1S"));

    // When
    evaluation.observe(new AcceptanceTakenBack(List.of(first.command()), at("PT50M"))).tick("PT4H");

    // Then
    assertThat(evaluation.trigger.orElseThrow().incidents()).containsExactly("i1");

    // When the first is taken back too
    Evaluation none =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", BROKEN, "PT0S"))
            .observe(first)
            .observe(resolved("i1", "cam1", BROKEN, "PT0S", "PT10M1S"))
            .observe(new AcceptanceTakenBack(List.of(), at("PT50M")))
            .tick("PT4H");

    // Then
    assertThat(none.all).isEmpty();
  }

  @Test
  void shouldKeepADriftUntilTheCooldownIsOver() {
    // Given a training that ended at one o'clock, and a drift that lasts since noon
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", ROOT, "PT0S"))
            .training("PT30M", "PT1H")
            .tick("PT2H");
    assertThat(evaluation.suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.COOLDOWN);
    assertThat(evaluation.suppressed.get(0).sentence())
        .startsWith("no training although incident i1")
        .endsWith(
            ": the last training ended at 2026-03-01T13:00:00Z, the next may start PT3H later");

    // When time goes on, it is evaluation no second time, and begins when the cooldown is over
    assertThat(evaluation.tick("PT3H59M59S").suppressed).isEmpty();
    assertThat(evaluation.trigger).isEmpty();
    assertThat(evaluation.tick("PT4H").trigger).isPresent();
  }

  @Test
  void shouldReportAnIncidentOnceWhileATrainingRuns() {
    // Given a training that runs while a drift lasts
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", ROOT, "PT0S"))
            .observe(new TrainingStarted("t", at("PT1H")))
            .tick("PT2H");
    assertThat(evaluation.suppressed).hasSize(1);

    // When its kind changes and changes back
    evaluation.observe(
        new IncidentChanged(Incidents.open("i1", "cam1", BROKEN, at("PT0S")), at("PT2H1M")));
    assertThat(evaluation.suppressed).isEmpty();
    evaluation.observe(
        new IncidentChanged(Incidents.open("i1", "cam1", ROOT, at("PT0S")), at("PT2H2M")));
    assertThat(evaluation.suppressed).isEmpty();

    // When another one joins it, and leaves it
    evaluation.observe(opened("i2", "cam2", ROOT, "PT2H3M")).tick("PT3H3M");
    assertThat(evaluation.suppressed).hasSize(1);
    assertThat(evaluation.suppressed.get(0).trigger().incidents()).containsExactly("i1", "i2");
    evaluation.observe(resolved("i2", "cam2", ROOT, "PT2H3M", "PT3H4M"));
    assertThat(evaluation.suppressed).isEmpty();

    // Then the end of the training reports it again, for another reason
    evaluation.observe(new TrainingEnded("t", at("PT3H5M"))).tick("PT3H6M");
    assertThat(evaluation.suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.COOLDOWN);
  }

  @Test
  void shouldKeepToTheBudgetOfAPeriod() {
    // Given two trainings within a day, which is all that there may be
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .training("PT0S", "PT1M")
            .training("PT5H", "PT5H1M")
            .observe(opened("i1", "cam1", ROOT, "PT6H"))
            .tick("PT9H");
    assertThat(evaluation.trigger).isEmpty();
    assertThat(evaluation.suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.BUDGET);
    assertThat(evaluation.suppressed.get(0).detail())
        .isEqualTo(
            "2 trainings started within PT24H, the first of them at 2026-03-01T12:00:00Z, and 2 are allowed");

    // When the first of them is a day old
    assertThat(evaluation.tick("PT23H59M59S").trigger).isEmpty();
    assertThat(evaluation.tick("PT24H").trigger).isPresent();
  }

  @Test
  void shouldObeyACommandInCooldownAndBeyondTheBudgetButNotDuringATraining() {
    Commanded command = new Commanded("c9", at("PT5H2M"), "ann", "new lens");
    Evaluation evaluation =
        new Evaluation(SETTINGS).training("PT0S", "PT1M").training("PT5H", "PT5H1M");

    evaluation.observe(command);
    assertThat(evaluation.trigger.orElseThrow().reason()).isEqualTo("ann asked for it: new lens");
    evaluation.observe(new TrainingStarted("t3", at("PT5H3M")));
    evaluation.observe(new Commanded("c10", at("PT5H4M"), "bob", "again"));

    assertThat(evaluation.trigger).isEmpty();
    assertThat(evaluation.suppressed.get(0).sentence())
        .isEqualTo(
            "no training although bob asked for it: again: training t3, which started at 2026-03-01T17:03:00Z, has not ended");
  }

  @Test
  void shouldFollowTheSchedule() {
    // Given every full hour
    Schedule hours =
        new Schedule(
            "hourly",
            t -> Optional.of(t.truncatedTo(java.time.temporal.ChronoUnit.HOURS).plusSeconds(3600)));
    Evaluation evaluation =
        new Evaluation(
            SETTINGS.with(
                c -> {
                  c.schedule(hours);
                  c.cooldown(Duration.ofMinutes(90));
                }));

    assertThat(evaluation.tick("PT59M59S").trigger).isEmpty();
    assertThat(evaluation.tick("PT1H2S").trigger)
        .map(RetrainTrigger::reason)
        .contains("the schedule hourly includes 2026-03-01T13:00:00Z");
    evaluation.training("PT1H2S", "PT1H30M");

    // Then a moment within the cooldown is passed over, said once, and not caught up
    assertThat(evaluation.tick("PT2H1S").suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.COOLDOWN);
    assertThat(evaluation.tick("PT2H30M").suppressed).isEmpty();
    assertThat(evaluation.tick("PT2H59M").trigger).isEmpty();
    assertThat(evaluation.tick("PT3H").trigger)
        .hasValueSatisfying(t -> assertThat(t.reason()).contains("2026-03-01T15:00:00Z"));
  }

  @Test
  void shouldCatchUpOneMissedMomentAfterARestart() {
    Schedule hours =
        new Schedule(
            "hourly",
            t -> Optional.of(t.truncatedTo(java.time.temporal.ChronoUnit.HOURS).plusSeconds(3600)));
    Evaluation evaluation = new Evaluation(SETTINGS.with(c -> c.schedule(hours))).tick("PT7H30M");

    assertThat(evaluation.trigger).isPresent();
    evaluation.training("PT7H30M", "PT7H31M");
    assertThat(evaluation.tick("PT7H40M").suppressed).isEmpty();
  }

  @Test
  void shouldTrainOnEvidenceWithoutAFault() {
    Evaluation evaluation =
        new Evaluation(SETTINGS).observe(new DriftSeen(evidence("cam1"), at("PT10M")));
    assertThat(evaluation.tick("PT39M59S").trigger).isEmpty();

    evaluation.tick("PT40M");

    assertThat(evaluation.trigger).map(RetrainTrigger::kind).contains("evidence");
    assertThat(evaluation.trigger.orElseThrow().reason())
        .isEqualTo(
            "at 2026-03-01T12:10:00Z the evidence that frames of cam1 do not follow the calibration reached exp(14.5), needed was exp(14.0), if frames are independent");
  }

  @Test
  void shouldTrainOnEvidenceAtOnceIfThereIsNoWait() {
    Evaluation evaluation =
        new Evaluation(SETTINGS.with(c -> c.evidenceWait(Duration.ZERO)))
            .observe(new DriftSeen(evidence("cam1"), at("PT10M")));

    assertThat(evaluation.trigger).map(RetrainTrigger::kind).contains("evidence");
  }

  @Test
  void shouldDropEvidenceThatAFaultExplains() {
    // Given evidence, and then an incident at the same source that names a broken mechanism
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(new DriftSeen(evidence("cam1"), at("PT10M")))
            .observe(opened("i1", "cam1", BROKEN, "PT20M"));
    assertThat(evaluation.suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.FAULT);
    assertThat(evaluation.suppressed.get(0).detail()).contains("learnt only after accept-normal");

    // When the fault is mended
    evaluation.observe(resolved("i1", "cam1", BROKEN, "PT20M", "PT1H")).tick("PT9H");

    // Then its evidence is not learnt afterwards
    assertThat(evaluation.all).isEmpty();
  }

  @Test
  void shouldWaitForADriftThatExplainsTheEvidence() {
    // Given evidence, and then an incident of a root that moved at the same source
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(new DriftSeen(evidence("cam1"), at("PT10M")))
            .observe(opened("i1", "cam1", ROOT, "PT20M"));
    assertThat(evaluation.suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.DRIFT);
    assertThat(evaluation.suppressed.get(0).detail())
        .isEqualTo("incident i1 of cam1 explains it and becomes a trigger once it has lasted PT2H");

    // Then what begins a training is the drift, when it has lasted
    assertThat(evaluation.tick("PT2H19M").trigger).isEmpty();
    assertThat(evaluation.tick("PT2H20M").trigger)
        .map(RetrainTrigger::kind)
        .contains("lasting-drift");
  }

  @Test
  void shouldKeepEvidenceOfOtherSourcesThanTheFaults() {
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(new DriftSeen(evidence("cam1"), at("PT10M")))
            .observe(opened("i1", "cam2", BROKEN, "PT20M"))
            .tick("PT1H");

    assertThat(evaluation.trigger.orElseThrow().sources()).containsExactly("cam1");
  }

  @Test
  void shouldIgnoreOtherDriftEvents() {
    DriftEvent residual = evidence("cam1");
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(
                new DriftSeen(
                    new DriftEvent(
                        residual.finding(),
                        DriftEvent.Kind.ONSET,
                        DriftEvent.Channel.RESIDUAL,
                        1,
                        1,
                        1,
                        1,
                        "",
                        1,
                        null),
                    START))
            .observe(new DriftSeen(evidence("cam2"), START))
            .tick("P1D");

    assertThat(evaluation.trigger.orElseThrow().sources()).containsExactly("cam2");
  }

  @Test
  void shouldFindADecayedCalibration() {
    // Given p-values that are all near one half, a window of 50 of them, one frame in ten
    Evaluation evaluation = new Evaluation(SETTINGS);
    for (int i = 0; i < 500; i++) {
      evaluation.observe(frame("cam1", i, 0.5));
      assertThat(evaluation.all).hasSize(i < 490 ? 0 : 1);
    }

    // Then the frame with sequence 490 fills it
    assertThat(evaluation.all.get(0).at()).isEqualTo(START.plusMillis(490 * 50));
    assertThat(evaluation.all.get(0).reason())
        .startsWith(
            "the p-values of a residual in 50 quiet frames of cam1 are 0.500 away from uniform");
  }

  @Test
  void shouldDropADecayThatTheNextWindowDoesNotShow() {
    // Given a decay that is found within the cooldown
    Evaluation evaluation = new Evaluation(SETTINGS).training("PT0S", "PT0S");
    for (int i = 0; i < 500; i++) {
      evaluation.observe(frame("cam1", i, 0.5));
    }
    // When the next window is uniform
    for (int i = 0; i < 50; i++) {
      evaluation.observe(frame("cam1", 10L * i, (i + 0.5) / 50));
    }
    evaluation.tick("PT4H");

    assertThat(evaluation.all).isEmpty();
  }

  @Test
  void shouldIgnoreFramesOfIncidentsAndNoisyOnes() {
    Evaluation evaluation = new Evaluation(SETTINGS).observe(opened("i1", "cam1", ROOT, "PT0S"));
    for (int i = 0; i < 1_000; i++) {
      evaluation.observe(frame("cam1", i, 0.5));
      evaluation.observe(
          new FrameEvaluated(
              "cam2", i, START.plusMillis(i), new float[] {0.5f}, false, 1_000, CALIBRATION));
    }

    assertThat(evaluation.all).isEmpty();
    assertThat(evaluation.state.incidentOpen("cam1")).isTrue();
    assertThat(evaluation.state.incidentOpen("cam2")).isFalse();
  }

  @Test
  void shouldServeEveryTriggerWithOneTraining() {
    // Given a lasting drift and evidence, both due at the same tick
    Evaluation evaluation =
        new Evaluation(SETTINGS)
            .observe(opened("i1", "cam1", ROOT, "PT0S"))
            .observe(new DriftSeen(evidence("cam2"), at("PT10M")));
    evaluation.state = evaluation.state.replayed(new TrainingStarted("t0", at("-PT10H")));
    evaluation.state = evaluation.state.replayed(new TrainingEnded("t0", at("-PT9H")));
    evaluation.observe(new DriftSeen(evidence("cam2"), at("PT10M"))).tick("PT2H");

    assertThat(evaluation.trigger).map(RetrainTrigger::kind).contains("lasting-drift");
    assertThat(evaluation.suppressed).isEmpty();
    evaluation.training("PT2H1M", "PT2H30M");
    evaluation.observe(resolved("i1", "cam1", ROOT, "PT0S", "PT2H40M")).tick("PT10H");
    assertThat(evaluation.all).hasSize(1);
  }

  @Test
  void shouldRestoreItsStateAfterARestart() {
    // Given a state that observed everything
    List<TriggerObservation> observations =
        List.of(
            new TrainingStarted("t1", at("-PT1H")),
            new TrainingEnded("t1", at("-PT30M")),
            opened("i1", "cam1", BROKEN, "PT0S"),
            accepted("cam1", "PT10M"),
            resolved("i1", "cam1", BROKEN, "PT0S", "PT10M1S"),
            opened("i2", "cam2", ROOT, "PT20M"));
    Evaluation evaluation = new Evaluation(SETTINGS);
    observations.forEach(evaluation::observe);
    evaluation.tick("PT1H");
    assertThat(evaluation.all).isEmpty();

    // When another one replays the compacted incidents, then the commands
    Evaluation again = new Evaluation(SETTINGS);
    for (int i : new int[] {4, 5, 0, 1, 3}) {
      again.state = again.state.replayed(observations.get(i));
    }

    // Then both decide the same
    assertThat(again.tick("PT2H29M").suppressed).isEqualTo(evaluation.tick("PT2H29M").suppressed);
    assertThat(evaluation.suppressed)
        .extracting(SuppressedTrigger::reason)
        .containsExactly(Reason.COOLDOWN);
    assertThat(again.tick("PT2H30M").trigger).isEqualTo(evaluation.tick("PT2H30M").trigger);
    assertThat(evaluation.trigger.orElseThrow().incidents()).containsExactly("i1", "i2");
  }

  @Test
  void shouldRejectInvalidSettings() {
    assertThatThrownBy(() -> TriggerSettings.DEFAULTS.with(c -> c.lastingDrift(Duration.ZERO)))
        .hasMessage("lastingDrift must be above zero but was PT0S");
    assertThatThrownBy(() -> TriggerSettings.DEFAULTS.with(c -> c.budget(0)))
        .hasMessage("budget must be at least 1 training in PT168H but was 0");
    assertThatThrownBy(() -> TriggerSettings.DEFAULTS.with(c -> c.cooldown(Duration.ofDays(-1))))
        .hasMessage("cooldown must be at least zero but was PT-24H");
  }

  private static FrameEvaluated frame(String source, long sequence, double pValue) {
    return new FrameEvaluated(
        source,
        sequence,
        START.plusMillis(50 * sequence),
        new float[] {(float) pValue},
        true,
        1_000,
        CALIBRATION);
  }

  private static DriftEvent evidence(String source) {
    return new DriftEvent(
        new Finding(
            "e1",
            "e1",
            source,
            1,
            1,
            START,
            START,
            "m1",
            "",
            Severity.INFO,
            new Summary("Frames differ from quiet frames", ""),
            List.of(),
            List.of(),
            new FramePosition("f", 0, 1),
            Map.of(),
            null),
        DriftEvent.Kind.ONSET,
        DriftEvent.Channel.EVIDENCE,
        14.5,
        14,
        1e6,
        1e6,
        "frames are independent",
        100,
        null);
  }
}
