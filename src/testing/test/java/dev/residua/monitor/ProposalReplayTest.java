package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.ScoredFrame;
import dev.residua.feedback.IncidentAlarms;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.Proposal.Basis;
import dev.residua.feedback.Proposal.LowerBudget;
import dev.residua.feedback.Proposal.Spared;
import dev.residua.feedback.Proposal.Suppress;
import dev.residua.feedback.ProposalReplay;
import dev.residua.feedback.ReviewedIncident;
import dev.residua.feedback.ReviewedIncident.Verdict;
import dev.residua.incident.ControlCommand;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Incidents;
import dev.residua.testing.Scored;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On the story of frames: residuals are shifted from 300 to 399, the picture is odd from 900. */
@Tag("slow")
class ProposalReplayTest {
  private static final double RATE = 20;
  private static final MonitorThresholds LIMITS =
      new MonitorThresholds(SourceMonitorTest.model("model-1", 3));
  private static final Basis BASIS =
      new Basis("default", new TreeSet<>(List.of("cam1")), List.of("shift"));
  private static final Suppress SUPPRESS =
      new Suppress(BASIS, "shadow_length", 20, new Spared(2, 1, 0, 1));

  private static ReviewedIncident incident(String id, long from, long to, boolean trueAlarm) {
    return new ReviewedIncident(
        Incidents.opened()
            .with(
                i -> i.id(id).openedSequence(from).updatedSequence(to).openedAt(Scored.time(from))),
        new IncidentAlarms(Map.of(), false),
        Optional.of(new Verdict(trueAlarm, Instant.EPOCH)));
  }

  private static ProposalReplay replay(
      Proposal proposal, SourceRules rules, List<ControlCommand> orders, boolean learns) {
    ProposalReplay replay =
        new ProposalReplay(
            proposal,
            LIMITS,
            rules,
            new SourceSettings.Budget(1, RATE),
            learns,
            orders,
            List.of(incident("shift", 310, 390, false), incident("picture", 910, 990, true)));
    for (ScoredFrame frame : SourceMonitorTest.story()) {
      replay.next(frame);
    }
    return replay;
  }

  @Test
  void shouldLeaveOutWhatASuppressionWouldHaveSpared() {
    // When
    ProposalReplay replay = replay(SUPPRESS, SourceRules.EMPTY, List.of(), false);
    BacktestComparison compared = replay.compare(RATE);
    // Then
    assertThat(replay.concerns("cam1")).isTrue();
    assertThat(replay.concerns("cam2")).isFalse();
    assertThat(replay.frames()).isEqualTo(1_400);
    assertThat(compared.onlyA()).extracting(Backtest.Opening::latent).contains("shadow_length");
    assertThat(compared.onlyA()).allMatch(one -> one.opened() >= 300 && one.opened() < 500);
    assertThat(compared.onlyB()).isEmpty();
    assertThat(compared.both()).hasSize(1);
    assertThat(compared.meanLater()).isZero();
    assertThat(replay.known()).hasSize(2);
    assertThat(replay.found(replay.openings())).isEqualTo(2);
    assertThat(replay.found(replay.appliedOpenings())).isEqualTo(1);
    assertThat(replay.reviewed(replay.openings(), false)).isEqualTo(compared.onlyA().size());
    assertThat(replay.reviewed(replay.openings(), true)).isEqualTo(1);
    assertThat(replay.reviewed(replay.appliedOpenings(), false)).isZero();
    assertThat(replay.reviewed(replay.appliedOpenings(), true)).isEqualTo(1);
  }

  @Test
  void shouldChangeNothingThatStandsAlready() {
    // Given the suppression stands
    List<ControlCommand> standing =
        SUPPRESS.commands(new Proposal.Author("kim", "a test", Instant.EPOCH));
    // When
    ProposalReplay replay = replay(SUPPRESS, SourceRules.EMPTY, standing, false);
    // Then
    assertThat(replay.compare(RATE).onlyA()).isEmpty();
    assertThat(replay.compare(RATE).both()).hasSize(1);
  }

  @Test
  void shouldLowerTheBudgetOfTheRuleAndOfNoOther() {
    // Given a rule that allows so many false alarms that there are some at quiet frames
    SourceRules rules =
        new SourceRules(
            List.of(
                SourceRule.of("line", "cam*")
                    .with(r -> r.revision(1).falseAlarmsPerWeek(60_000.0))));
    // When
    ProposalReplay lowered =
        replay(new LowerBudget(BASIS, "line", 60_000, 0.25), rules, List.of(), false);
    ProposalReplay other = replay(new LowerBudget(BASIS, "", 1, 0.25), rules, List.of(), false);
    // Then
    assertThat(lowered.openings()).hasSizeGreaterThan(lowered.appliedOpenings().size());
    assertThat(lowered.appliedOpenings())
        .extracting(Backtest.Opening::opened)
        .anyMatch(at -> at >= 300 && at < 400)
        .anyMatch(at -> at >= 900 && at < 1_000);
    assertThat(other.appliedOpenings()).isEqualTo(other.openings());
  }
}
