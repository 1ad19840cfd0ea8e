package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.FindingBuilder;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.dashboard.LiveViews.ReasonView;
import dev.residua.drift.CalibrationPhase;
import dev.residua.feedback.Proposal;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.source.MinimumEffect;
import dev.residua.source.SourceRule;
import dev.residua.testing.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SourceReasonsTest {
  private static final Instant NOW = Incidents.OPENED.plus(Duration.ofHours(3));

  /** A source that is armed and quiet, changed by a test. */
  private static final class Given {
    String source = "tank/cam1";
    SourceRule rule = SourceRule.DEFAULTS;
    @Nullable Instant lastFrame = NOW.minusSeconds(1);
    CommissioningStatus status = status(CalibrationPhase.ARMED);
    List<ControlCommand> commands = List.of();
    List<Incident> incidents = List.of();
    @Nullable Finding belowMinimum;
    List<String> latents = List.of();
    List<UnreadableLatent> unreadable = List.of();
    List<Proposal> proposals = List.of();
    List<ReasonView> models = List.of();
  }

  private static CommissioningStatus status(CalibrationPhase phase, String... reasons) {
    return new CommissioningStatus(phase, 1, 0.42, false, List.of(reasons));
  }

  private static List<ReasonView> reasons(Consumer<Given> change) {
    Given given = new Given();
    change.accept(given);
    return SourceReasons.of(
        new SourceReasons.Facts(
            given.source,
            "tank",
            NOW,
            given.rule,
            given.lastFrame,
            Duration.ofMinutes(2),
            given.status,
            0.43,
            given.commands,
            given.incidents,
            given.belowMinimum,
            given.latents,
            given.unreadable,
            1,
            given.proposals,
            given.models));
  }

  private static Order order(String id) {
    return new Order(id, "tank/.*", "kim", "lens cleaned", NOW.minusSeconds(60));
  }

  /** Incidents that have ended, the newest first. */
  private static List<Incident> ended(int number) {
    return IntStream.range(0, number)
        .mapToObj(
            i ->
                Incidents.with(
                    one -> {
                      one.id = "i" + i;
                      one.state = Incident.State.RESOLVED;
                      one.subject =
                          i == 0 ? Subject.PICTURE : Subject.latent("shadow_length", false);
                    }))
        .toList();
  }

  @Test
  void shouldSayThatNothingIsWrong() {
    assertThat(reasons(given -> {}))
        .containsExactly(
            new ReasonView(
                "quiet",
                "it is watched, and nothing keeps incidents from opening: its drift statistic is at 43 %"
                    + " of the threshold",
                List.of()));
    assertThat(reasons(given -> given.incidents = List.of(Incidents.opened())).get(0).sentence())
        .endsWith("; open now: Shadow length deviates more than usual from its causes");
  }

  @Test
  void shouldSayWhichLatentsCannotBeRead() {
    // Given
    UnreadableLatent level =
        new UnreadableLatent("water_level", NOW.minusSeconds(90), 32, "7.3", List.of("gauge"));
    UnreadableLatent valve =
        new UnreadableLatent("valve", NOW.minusSeconds(60), 9, "", List.of("water_level"));
    // When, Then
    assertThat(reasons(given -> given.unreadable = List.of(level)))
        .containsExactly(
            new ReasonView(
                "unreadable",
                "water level (in 32 of the last 32 frames, since %s, last value 7.3) cannot be read, so it, gauge and changes over several frames are not watched: check what covers or dazzles it; if it shows values that the training did not have, train with more frames"
                    .formatted(NOW.minusSeconds(90)),
                List.of("residua retrain --scene tank --reason TEXT")));
    assertThat(reasons(given -> given.unreadable = List.of(level, valve)).get(0).sentence())
        .contains(
            "and valve (in 9 of the last 32 frames, since %s, last value unknown) cannot be read, so they, gauge and"
                .formatted(NOW.minusSeconds(60)))
        .contains("check what covers or dazzles them; if they show values");
  }

  private static Finding below(Effect effect) {
    return FindingBuilder.builder()
        .lastAt(NOW.minusSeconds(60))
        .causes(List.of())
        .readings(List.of())
        .links(Map.of())
        .effect(effect)
        .build();
  }

  @Test
  void shouldSayThatChangesWereBelowTheMinimum() {
    // Given
    SourceRule rule =
        SourceRule.of("tank", "tank/*")
            .with(
                r -> r.minimumEffect(MinimumEffect.parse("level=3, lamp=0.2")).minimumPixels(0.1));
    // When
    List<ReasonView> ofLevel =
        reasons(
            given -> {
              given.rule = rule;
              given.belowMinimum = below(new Effect("level", 1.2, 3, Effect.Unit.FACTOR));
            });
    List<ReasonView> ofPicture =
        reasons(
            given -> {
              given.rule = rule;
              given.belowMinimum = below(new Effect("", 0.02, 0.1, Effect.Unit.PIXELS));
            });
    // Then
    assertThat(ofLevel)
        .containsExactly(
            new ReasonView(
                "minimum",
                "changes were below the minimum of rule tank and opened no incident, the last at"
                    + " 2026-05-01T12:59:00Z: level is off by 1.2, below the minimum of 3",
                List.of("residua source set tank --minimum-effect 'lamp=0.2'")));
    assertThat(ofPicture.get(0).sentence())
        .endsWith(": 2 % of the pixels are off, below the minimum of 10 %");
    assertThat(ofPicture.get(0).commands())
        .containsExactly("residua source set tank --minimum-pixels 0");
  }

  @Test
  void shouldSayThatAMinimumIsForAnUnknownLatent() {
    // When
    List<ReasonView> reasons =
        reasons(
            given -> {
              given.rule =
                  SourceRule.of("tank", "tank/*")
                      .with(r -> r.minimumEffect(MinimumEffect.parse("levl=3")));
              given.latents = List.of("level", "lamp");
            });
    // Then
    assertThat(reasons)
        .containsExactly(
            new ReasonView(
                "minimum",
                "minimumEffect of rule tank names levl, which is not a latent of its model: level, lamp",
                List.of("residua source set tank --unset minimumEffect")));
  }

  @Test
  void shouldSayThatARuleExcludesIt() {
    // When
    List<ReasonView> reasons =
        reasons(given -> given.rule = SourceRule.of("tank", "tank/*").with(r -> r.enabled(false)));
    // Then
    assertThat(reasons).extracting("topic").containsExactly("disabled");
    assertThat(reasons.get(0).commands()).containsExactly("residua source set tank --enabled true");
  }

  @Test
  void shouldSayThatNoFramesArrive() {
    // When
    ReasonView silent = reasons(given -> given.lastFrame = NOW.minusSeconds(7_500)).get(0);
    ReasonView never = reasons(given -> given.lastFrame = null).get(0);
    // Then
    assertThat(silent.sentence())
        .startsWith("no frame was scored since 2026-05-01T10:55:00Z, for 2 h 5 min");
    assertThat(silent.commands()).containsExactly("residua dead-letters list");
    assertThat(never.topic()).isEqualTo("silent");
    assertThat(reasons(given -> given.lastFrame = NOW.minusSeconds(120)))
        .extracting("topic")
        .containsExactly("quiet");
  }

  @Test
  void shouldNameCommandsThatKeepIncidentsFromOpening() {
    // When
    List<ReasonView> reasons =
        reasons(
            given ->
                given.commands =
                    List.of(
                        new Maintenance(
                            order("m1"), new Period(NOW.minusSeconds(9), NOW.plusSeconds(60))),
                        new Maintenance(
                            order("m2"), new Period(NOW.minusSeconds(9), NOW.minusSeconds(1))),
                        new Suppression(order("s1"), "water_height", 1.5)));
    // Then the one whose period is over is left out
    assertThat(reasons).extracting("topic").containsExactly("silenced", "suppressed");
    assertThat(reasons.get(0).sentence())
        .isEqualTo("no incident opens until 2026-05-01T13:01:00Z: silenced by kim (lens cleaned)");
    assertThat(reasons.get(0).commands())
        .containsExactly("residua silence --take-back m1 --reason TEXT");
    assertThat(reasons.get(1).sentence())
        .startsWith("shifts of water height up to 1.5 standard deviations open no incident");
  }

  @Test
  void shouldSayHowFarItIsCommissioned() {
    // When
    ReasonView learning =
        reasons(given -> given.status = status(CalibrationPhase.LEARNING, "600 frames are missing"))
            .get(0);
    ReasonView review =
        reasons(
                given -> {
                  given.source = "tank+1";
                  given.status = status(CalibrationPhase.NEEDS_REVIEW, "valve is far");
                })
            .get(0);
    // Then
    assertThat(learning.sentence())
        .isEqualTo(
            "it learns what is normal, 42 % done, and is not watched meanwhile: 600 frames are missing");
    assertThat(learning.commands())
        .containsExactly(
            "residua source status tank/cam1",
            "residua source set ID --match tank/cam1 --learn never");
    assertThat(review.sentence()).endsWith("waits for a person: valve is far");
    assertThat(review.commands().get(0))
        .isEqualTo("residua source arm --sources 'tank\\+1' --reason TEXT");
  }

  @Test
  void shouldProposeToLearnAgain() {
    // When
    List<ReasonView> reasons =
        reasons(
            given ->
                given.status =
                    given.status.with(
                        List.of(
                            new RecalibrationProposal(
                                "",
                                "water_height",
                                new NonUniformity(NOW, 900, 0.4, 0.3, 0.4, 1e-6)))));
    // Then
    assertThat(reasons).extracting("topic").containsExactly("recalibrate");
    assertThat(reasons.get(0).sentence()).contains("water height");
  }

  @Test
  void shouldCountIncidentsAgainstTheBudget() {
    // When at one false alarm per week, five have a chance of .004 and four of .019
    List<ReasonView> often = reasons(given -> given.incidents = ended(5));
    // Then
    assertThat(often).extracting("topic").containsExactly("often");
    assertThat(often.get(0).sentence())
        .startsWith(
            "5 incidents opened within 7 days, and the budget allows 1 per week: 4 of"
                + " them about shadow length; with a verdict on each");
    assertThat(often.get(0).commands())
        .containsExactly("residua feedback --incident i1 --verdict false --reason TEXT");
    assertThat(reasons(given -> given.incidents = ended(4)))
        .extracting("topic")
        .containsExactly("quiet");
  }

  @Test
  void shouldNameTheProposalThatSparesFalseAlarms() {
    // Given
    Proposal.Basis basis =
        new Proposal.Basis("default", new TreeSet<>(List.of("tank/cam1")), List.of("i1", "i2"));
    Proposal learn = new Proposal.LearnAgain(basis, "the lens was exchanged");
    // When
    ReasonView often =
        reasons(
                given -> {
                  given.incidents = ended(9);
                  given.proposals = List.of(learn);
                })
            .get(0);
    // Then
    assertThat(often.sentence()).endsWith(learn.sentence());
    assertThat(often.commands()).hasSize(2);
    assertThat(often.commands().get(1)).startsWith("residua proposals apply ").contains(learn.id());
  }

  @Test
  void shouldNameIncidentsThatAreOpenForLong() {
    // Given one that is open for three hours, and one for a day more
    Incident young = Incidents.opened();
    // When
    List<ReasonView> before = reasons(given -> given.incidents = List.of(young));
    List<ReasonView> later =
        SourceReasons.of(
            new SourceReasons.Facts(
                "tank/cam1",
                "tank",
                NOW.plus(Duration.ofDays(1)),
                SourceRule.DEFAULTS,
                NOW.plus(Duration.ofDays(1)),
                Duration.ZERO,
                status(CalibrationPhase.ARMED),
                Double.NaN,
                List.of(),
                List.of(young),
                null,
                List.of(),
                List.of(),
                1,
                List.of(),
                List.of()));
    // Then
    assertThat(before).extracting("topic").containsExactly("quiet");
    assertThat(later).extracting("topic").containsExactly("open");
    assertThat(later.get(0).commands())
        .containsExactly("residua resolve --incident incident-1 --reason TEXT");
  }

  @Test
  void shouldPutTheMostImportantReasonFirst() {
    // When
    List<ReasonView> reasons =
        reasons(
            given -> {
              given.lastFrame = null;
              given.commands =
                  List.of(
                      new Maintenance(
                          order("m1"), new Period(NOW.minusSeconds(9), NOW.plusSeconds(60))));
              given.models = List.of(new ReasonView("model", "it cannot read valve", List.of()));
              given.status = status(CalibrationPhase.LEARNING);
              given.incidents = ended(9);
            });
    // Then
    assertThat(reasons)
        .extracting("topic")
        .containsExactly("silent", "silenced", "model", "learning", "often");
  }

  /** Against sums that were written out: the mean is 1. */
  @Test
  void shouldKnowTheChanceOfSoManyEvents() {
    double e = Math.exp(-1);
    assertThat(SourceReasons.atLeast(0, 1)).isEqualTo(1);
    assertThat(SourceReasons.atLeast(1, 1)).isCloseTo(1 - e, within(1e-12));
    assertThat(SourceReasons.atLeast(4, 1))
        .isCloseTo(1 - e * (1 + 1 + 0.5 + 1 / 6.0), within(1e-12));
  }
}
