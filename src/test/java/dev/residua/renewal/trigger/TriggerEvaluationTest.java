package dev.residua.renewal.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.drift.DriftEvent;
import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.renewal.gate.Incidents;
import dev.residua.renewal.trigger.SuppressionReason.Why;
import dev.residua.renewal.trigger.TriggerObservation.CapitalCrossed;
import dev.residua.renewal.trigger.TriggerObservation.Commanded;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameJudged;
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
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String ROOT = TriggerSettings.ROOT_MOVED;
  private static final String BROKEN = "INTERVENTION.MECHANISM_CHANGE";
  private static final TriggerSettings SETTINGS =
      TriggerSettings.DEFAULTS.with(
          c -> {
            c.lastingDrift = Duration.ofHours(2);
            c.evidenceWait = Duration.ofMinutes(30);
            c.cooldown = Duration.ofHours(3);
            c.budget = 2;
            c.budgetPeriod = Duration.ofDays(1);
            c.uniformity = new UniformitySettings(50, 10, 0.01, 0.01);
          });

  /** A watch that is told one thing after the other, and what it said last. */
  private static final class Told {
    TriggerEvaluation watch;
    Optional<RetrainTrigger> trigger = Optional.empty();
    List<SuppressionReason> suppressed = List.of();
    final List<RetrainTrigger> all = new ArrayList<>();

    Told(TriggerSettings settings) {
      watch = TriggerEvaluation.start(settings, START);
    }

    Told tell(TriggerObservation observation) {
      TriggerEvaluation.Step step = watch.next(observation);
      watch = step.next();
      trigger = step.trigger();
      suppressed = step.suppressed();
      trigger.ifPresent(all::add);
      return this;
    }

    Told tick(String after) {
      return tell(new Tick(at(after)));
    }

    Told training(String from, String to) {
      return tell(new TrainingStarted("t", at(from))).tell(new TrainingEnded("t", at(to)));
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
  void shouldTrainOnceARootHasStayedMovedForTheWholeTime() {
    // Given an incident of a root that moved
    Told told = new Told(SETTINGS).tell(opened("i1", "cam1", ROOT, "PT0S"));

    // When it is open for a moment less than two hours, and for two hours
    assertThat(told.tick("PT1H59M59.999S").trigger).isEmpty();
    told.tick("PT2H");

    // Then
    RetrainTrigger trigger = told.trigger.orElseThrow();
    assertThat(trigger.kind()).isEqualTo("lasting-drift");
    assertThat(trigger.at()).isEqualTo(at("PT2H"));
    assertThat(trigger.sources()).containsExactly("cam1");
    assertThat(trigger.incidents()).containsExactly("i1");
    assertThat(trigger.reason())
        .isEqualTo(
            "incident i1 (intervention.covariate_drift) of cam1 is open since 2026-03-01T12:00:00Z, for longer than PT2H: what it shows is the new normal");
    // And it is asked for once
    assertThat(told.tick("PT2H1M").trigger).isEmpty();
  }

  @Test
  void shouldTakeAlongWhatHasLastedHalfAsLong() {
    // Given the same move at three cameras, and a fault at a fourth
    Told told =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", ROOT, "PT0S"))
            .tell(opened("i2", "cam2", ROOT, "PT1H"))
            .tell(opened("i3", "cam3", ROOT, "PT1H0.001S"))
            .tell(opened("i4", "cam4", "INTERVENTION.OFFSET", "PT0S"));
    // When
    told.tick("PT2H");
    // Then
    assertThat(told.trigger.orElseThrow().incidents()).containsExactly("i1", "i2");
  }

  @Test
  void shouldNotTrainOnADriftThatIsResolvedInTime() {
    Told told =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", ROOT, "PT0S"))
            .tell(resolved("i1", "cam1", ROOT, "PT0S", "PT1H"))
            .tick("PT5H");

    assertThat(told.all).isEmpty();
  }

  @Test
  void shouldNeverLearnABrokenMechanismByItself() {
    Told told = new Told(SETTINGS).tell(opened("i1", "cam1", BROKEN, "PT0S")).tick("P30D");

    assertThat(told.all).isEmpty();
  }

  @Test
  void shouldFollowTheKindThatAnIncidentHasInTheEnd() {
    // Given an incident that is diagnosed as a broken mechanism later
    Told told =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", ROOT, "PT0S"))
            .tell(new IncidentChanged(Incidents.open("i1", "cam1", BROKEN, START), at("PT1H")))
            .tick("PT5H");

    assertThat(told.all).isEmpty();
  }

  @Test
  void shouldLearnABrokenMechanismThatAnOperatorAccepted() {
    // Given an incident that the order resolves, and one of another source
    Told told =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", BROKEN, "PT0S"))
            .tell(opened("i2", "hall1", BROKEN, "PT0S"))
            .tell(accepted("cam.*", "PT30M"))
            .tell(resolved("i1", "cam1", BROKEN, "PT0S", "PT30M1S"))
            .tick("PT1H59M");
    assertThat(told.all).isEmpty();

    told.tick("PT2H");

    assertThat(told.trigger.orElseThrow().incidents()).containsExactly("i1");
    assertThat(told.trigger.orElseThrow().reason()).contains("was accepted as normal and stands");
  }

  @Test
  void shouldTakeAnOrderThatArrivesAfterItsOwnEffect() {
    // Given an incident that was resolved a second before the order became known
    Told known =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", BROKEN, "PT0S"))
            .tell(resolved("i1", "cam1", BROKEN, "PT0S", "PT30M"))
            .tell(accepted("cam1", "PT30M1S"))
            .tick("PT3H");
    // And one that was over ten minutes before
    Told over =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", BROKEN, "PT0S"))
            .tell(resolved("i1", "cam1", BROKEN, "PT0S", "PT20M"))
            .tell(accepted("cam1", "PT30M1S"))
            .tick("PT3H");

    assertThat(known.all).hasSize(1);
    assertThat(over.all).isEmpty();
  }

  @Test
  void shouldKeepADriftUntilTheCooldownIsOver() {
    // Given a training that ended at one o'clock, and a drift that lasts since noon
    Told told =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", ROOT, "PT0S"))
            .training("PT30M", "PT1H")
            .tick("PT2H");
    assertThat(told.suppressed).extracting(SuppressionReason::why).containsExactly(Why.COOLDOWN);
    assertThat(told.suppressed.get(0).sentence())
        .startsWith("no training although incident i1")
        .endsWith(
            ": the last training ended at 2026-03-01T13:00:00Z, the next may begin PT3H later");

    // When time goes on, it is told no second time, and begins when the cooldown is over
    assertThat(told.tick("PT3H59M59S").suppressed).isEmpty();
    assertThat(told.trigger).isEmpty();
    assertThat(told.tick("PT4H").trigger).isPresent();
  }

  @Test
  void shouldKeepToTheBudgetOfAPeriod() {
    // Given two trainings within a day, which is all that there may be
    Told told =
        new Told(SETTINGS)
            .training("PT0S", "PT1M")
            .training("PT5H", "PT5H1M")
            .tell(opened("i1", "cam1", ROOT, "PT6H"))
            .tick("PT9H");
    assertThat(told.trigger).isEmpty();
    assertThat(told.suppressed).extracting(SuppressionReason::why).containsExactly(Why.BUDGET);
    assertThat(told.suppressed.get(0).detail())
        .isEqualTo(
            "2 trainings began within PT24H, the first of them at 2026-03-01T12:00:00Z, and 2 are allowed");

    // When the first of them is a day old
    assertThat(told.tick("PT23H59M59S").trigger).isEmpty();
    assertThat(told.tick("PT24H").trigger).isPresent();
  }

  @Test
  void shouldObeyACommandInCooldownAndBeyondTheBudgetButNotBesideATraining() {
    Commanded command = new Commanded("c9", at("PT5H2M"), "ann", "new lens");
    Told told = new Told(SETTINGS).training("PT0S", "PT1M").training("PT5H", "PT5H1M");

    told.tell(command);
    assertThat(told.trigger.orElseThrow().reason()).isEqualTo("ann asked for it: new lens");
    told.tell(new TrainingStarted("t3", at("PT5H3M")));
    told.tell(new Commanded("c10", at("PT5H4M"), "bob", "again"));

    assertThat(told.trigger).isEmpty();
    assertThat(told.suppressed.get(0).sentence())
        .isEqualTo(
            "no training although bob asked for it: again: training t3, which began at 2026-03-01T17:03:00Z, has not ended");
  }

  @Test
  void shouldFollowTheSchedule() {
    // Given every full hour
    Schedule hours =
        new Schedule(
            "hourly",
            t -> Optional.of(t.truncatedTo(java.time.temporal.ChronoUnit.HOURS).plusSeconds(3600)));
    Told told =
        new Told(
            SETTINGS.with(
                c -> {
                  c.schedule = hours;
                  c.cooldown = Duration.ofMinutes(90);
                }));

    assertThat(told.tick("PT59M59S").trigger).isEmpty();
    assertThat(told.tick("PT1H2S").trigger)
        .map(RetrainTrigger::reason)
        .contains("the schedule hourly names 2026-03-01T13:00:00Z");
    told.training("PT1H2S", "PT1H30M");

    // Then a moment within the cooldown is passed over, said once, and not caught up
    assertThat(told.tick("PT2H1S").suppressed)
        .extracting(SuppressionReason::why)
        .containsExactly(Why.COOLDOWN);
    assertThat(told.tick("PT2H30M").suppressed).isEmpty();
    assertThat(told.tick("PT2H59M").trigger).isEmpty();
    assertThat(told.tick("PT3H").trigger)
        .hasValueSatisfying(t -> assertThat(t.reason()).contains("2026-03-01T15:00:00Z"));
  }

  @Test
  void shouldCatchUpOneMissedMomentAfterARestart() {
    Schedule hours =
        new Schedule(
            "hourly",
            t -> Optional.of(t.truncatedTo(java.time.temporal.ChronoUnit.HOURS).plusSeconds(3600)));
    Told told = new Told(SETTINGS.with(c -> c.schedule = hours)).tick("PT7H30M");

    assertThat(told.trigger).isPresent();
    told.training("PT7H30M", "PT7H31M");
    assertThat(told.tick("PT7H40M").suppressed).isEmpty();
  }

  @Test
  void shouldTakeEvidenceThatStandsWithoutAFault() {
    Told told = new Told(SETTINGS).tell(new DriftSeen(evidence("cam1"), at("PT10M")));
    assertThat(told.tick("PT39M59S").trigger).isEmpty();

    told.tick("PT40M");

    assertThat(told.trigger).map(RetrainTrigger::kind).contains("evidence");
    assertThat(told.trigger.orElseThrow().reason())
        .isEqualTo(
            "at 2026-03-01T12:10:00Z the evidence that frames of cam1 do not follow the calibration reached exp(14.5), needed was exp(14.0), if frames are independent");
  }

  @Test
  void shouldTakeTheCapitalOfAMartingaleAsEvidence() {
    Told told =
        new Told(SETTINGS.with(c -> c.evidenceWait = Duration.ZERO))
            .tell(new CapitalCrossed("cam1", at("PT1M"), 7, 1e-3));

    assertThat(told.trigger).map(RetrainTrigger::kind).contains("evidence");
    assertThatThrownBy(() -> new CapitalCrossed("cam1", START, 6.9, 1e-3))
        .hasMessageContaining("has not crossed");
  }

  @Test
  void shouldDropEvidenceThatAFaultExplains() {
    // Given evidence, and then an incident at the same source that names a broken mechanism
    Told told =
        new Told(SETTINGS)
            .tell(new DriftSeen(evidence("cam1"), at("PT10M")))
            .tell(opened("i1", "cam1", BROKEN, "PT20M"));
    assertThat(told.suppressed).extracting(SuppressionReason::why).containsExactly(Why.FAULT);
    assertThat(told.suppressed.get(0).detail()).contains("learnt only after accept-normal");

    // When the fault is mended
    told.tell(resolved("i1", "cam1", BROKEN, "PT20M", "PT1H")).tick("PT9H");

    // Then its evidence is not learnt afterwards
    assertThat(told.all).isEmpty();
  }

  @Test
  void shouldWaitForADriftThatExplainsTheEvidence() {
    // Given evidence, and then an incident of a root that moved at the same source
    Told told =
        new Told(SETTINGS)
            .tell(new DriftSeen(evidence("cam1"), at("PT10M")))
            .tell(opened("i1", "cam1", ROOT, "PT20M"));
    assertThat(told.suppressed).extracting(SuppressionReason::why).containsExactly(Why.DRIFT);
    assertThat(told.suppressed.get(0).detail())
        .isEqualTo("incident i1 of cam1 explains it and counts itself once it has lasted PT2H");

    // Then what begins a training is the drift, when it has lasted
    assertThat(told.tick("PT2H19M").trigger).isEmpty();
    assertThat(told.tick("PT2H20M").trigger).map(RetrainTrigger::kind).contains("lasting-drift");
  }

  @Test
  void shouldKeepEvidenceOfOtherSourcesThanTheFaults() {
    Told told =
        new Told(SETTINGS)
            .tell(new DriftSeen(evidence("cam1"), at("PT10M")))
            .tell(opened("i1", "cam2", BROKEN, "PT20M"))
            .tick("PT1H");

    assertThat(told.trigger.orElseThrow().sources()).containsExactly("cam1");
  }

  @Test
  void shouldPassOverOtherDriftEvents() {
    DriftEvent residual = evidence("cam1");
    Told told =
        new Told(SETTINGS)
            .tell(
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
            .tell(new DriftSeen(evidence("cam2"), START))
            .tick("P1D");

    assertThat(told.trigger.orElseThrow().sources()).containsExactly("cam2");
  }

  @Test
  void shouldFindADecayedCalibration() {
    // Given p-values that are all near one half, a window of 50 of them, one frame in ten
    Told told = new Told(SETTINGS);
    for (int i = 0; i < 500; i++) {
      told.tell(frame("cam1", i, 0.5));
      assertThat(told.all).hasSize(i < 490 ? 0 : 1);
    }

    // Then the frame with sequence 490 fills it
    assertThat(told.all.get(0).at()).isEqualTo(START.plusMillis(490 * 50));
    assertThat(told.all.get(0).reason())
        .startsWith("the joint p-values of 50 quiet frames of cam1 are 0.500 away from uniform");
  }

  @Test
  void shouldForgetADecayThatTheNextWindowDoesNotShow() {
    // Given a decay that is found within the cooldown
    Told told = new Told(SETTINGS).training("PT0S", "PT0S");
    for (int i = 0; i < 500; i++) {
      told.tell(frame("cam1", i, 0.5));
    }
    // When the next window is uniform
    for (int i = 0; i < 50; i++) {
      told.tell(frame("cam1", 10L * i, (i + 0.5) / 50));
    }
    told.tick("PT4H");

    assertThat(told.all).isEmpty();
  }

  @Test
  void shouldNotLookAtFramesOfIncidentsNorAtNoisyOnes() {
    Told told = new Told(SETTINGS).tell(opened("i1", "cam1", ROOT, "PT0S"));
    for (int i = 0; i < 1_000; i++) {
      told.tell(frame("cam1", i, 0.5));
      told.tell(new FrameJudged("cam2", i, START.plusMillis(i), 0.5, false, 1_000, "m1"));
    }

    assertThat(told.all).isEmpty();
    assertThat(told.watch.incidentOpen("cam1")).isTrue();
    assertThat(told.watch.incidentOpen("cam2")).isFalse();
  }

  @Test
  void shouldServeEveryReasonWithOneTraining() {
    // Given a lasting drift and evidence, both due at the same tick
    Told told =
        new Told(SETTINGS)
            .tell(opened("i1", "cam1", ROOT, "PT0S"))
            .tell(new DriftSeen(evidence("cam2"), at("PT10M")));
    told.watch = told.watch.replayed(new TrainingStarted("t0", at("-PT10H")));
    told.watch = told.watch.replayed(new TrainingEnded("t0", at("-PT9H")));
    told.tell(new DriftSeen(evidence("cam2"), at("PT10M"))).tick("PT2H");

    assertThat(told.trigger).map(RetrainTrigger::kind).contains("lasting-drift");
    assertThat(told.suppressed).isEmpty();
    told.training("PT2H1M", "PT2H30M");
    told.tell(resolved("i1", "cam1", ROOT, "PT0S", "PT2H40M")).tick("PT10H");
    assertThat(told.all).hasSize(1);
  }

  @Test
  void shouldKnowTheSameAfterARestart() {
    // Given a watch that lives through it all
    List<TriggerObservation> life =
        List.of(
            new TrainingStarted("t1", at("-PT1H")),
            new TrainingEnded("t1", at("-PT30M")),
            opened("i1", "cam1", BROKEN, "PT0S"),
            accepted("cam1", "PT10M"),
            resolved("i1", "cam1", BROKEN, "PT0S", "PT10M1S"),
            opened("i2", "cam2", ROOT, "PT20M"));
    Told told = new Told(SETTINGS);
    life.forEach(told::tell);
    told.tick("PT1H");
    assertThat(told.all).isEmpty();

    // When another one reads the incidents as compaction left them, and then what was ordered
    Told again = new Told(SETTINGS);
    for (int i : new int[] {4, 5, 0, 1, 3}) {
      again.watch = again.watch.replayed(life.get(i));
    }

    // Then both decide alike
    assertThat(again.tick("PT2H29M").suppressed).isEqualTo(told.tick("PT2H29M").suppressed);
    assertThat(told.suppressed).extracting(SuppressionReason::why).containsExactly(Why.COOLDOWN);
    assertThat(again.tick("PT2H30M").trigger).isEqualTo(told.tick("PT2H30M").trigger);
    assertThat(told.trigger.orElseThrow().incidents()).containsExactly("i1", "i2");
  }

  @Test
  void shouldRefuseSettingsThatMakeNoSense() {
    assertThatThrownBy(() -> TriggerSettings.DEFAULTS.with(c -> c.lastingDrift = Duration.ZERO))
        .hasMessage("lastingDrift must be above zero but was PT0S");
    assertThatThrownBy(() -> TriggerSettings.DEFAULTS.with(c -> c.budget = 0))
        .hasMessage("budget must be at least 1 training in PT168H but was 0");
    assertThatThrownBy(() -> TriggerSettings.DEFAULTS.with(c -> c.cooldown = Duration.ofDays(-1)))
        .hasMessage("cooldown must be at least zero but was PT-24H");
  }

  private static FrameJudged frame(String source, long sequence, double pValue) {
    return new FrameJudged(
        source, sequence, START.plusMillis(50 * sequence), pValue, true, 1_000, "m1");
  }

  private static DriftEvent evidence(String source) {
    return new DriftEvent(
        new Finding(
            "e1",
            source,
            1,
            1,
            START,
            START,
            "m1",
            "",
            Severity.INFO,
            "",
            List.of(),
            List.of(),
            new FramePosition("f", 0, 1),
            Map.of()),
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
