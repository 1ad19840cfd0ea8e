package dev.residua.feedback;

import static dev.residua.feedback.Reviews.NOW;
import static dev.residua.feedback.Reviews.REVIEWED_AT;
import static dev.residua.feedback.Reviews.reviewed;
import static dev.residua.feedback.Reviews.shifted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.feedback.Proposal.Basis;
import dev.residua.feedback.Proposal.LearnAgain;
import dev.residua.feedback.Proposal.LowerBudget;
import dev.residua.feedback.Proposal.Spared;
import dev.residua.feedback.Proposal.Suppress;
import dev.residua.feedback.Proposals.Budget;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static final Proposal.Author KIM = new Proposal.Author("kim", "checked", NOW);
  private static final SourceRules RULES =
      new SourceRules(
          List.of(SourceRule.of("line3", "line3/*").withFalseAlarmsPerWeek(2.0).withRevision(1)));

  private final List<ReviewedIncident> incidents = new ArrayList<>();
  private final List<ControlCommand> orders = new ArrayList<>();

  private List<Proposal> proposals() {
    return Proposals.of(incidents, NOW, orders, Proposals.budgets(RULES, 1));
  }

  private void shift(String source, double shift, Boolean verdict) {
    incidents.add(shifted("i" + incidents.size(), source, "level", shift, verdict));
  }

  private void picture(String source, Boolean verdict) {
    incidents.add(
        reviewed("i" + incidents.size(), source, Subject.PICTURE, IncidentAlarms.NONE, verdict));
  }

  @Test
  void shouldLetSmallShiftsPassThatWereCalledFalse() {
    // Given
    shift("cam1", 0.5, false);
    shift("cam2", -0.7, false);
    shift("cam1", 0.62, false);
    shift("cam2", 0.4, null);
    shift("cam2", 0.9, null);
    shift("cam1", 2.5, true);
    shift("cam3", 0.3, true);
    // When
    List<Proposal> found = proposals();
    // Then a tenth more than the largest, and no word of other sources
    assertThat(found).hasSize(1);
    Suppress proposal = (Suppress) found.get(0);
    assertThat(proposal.id()).isEqualTo("suppress:tank:level");
    assertThat(proposal.margin()).isCloseTo(0.8, within(1e-9));
    assertThat(proposal.basis().sources()).containsExactly("cam1", "cam2");
    assertThat(proposal.basis().incidents()).containsExactly("i0", "i1", "i2");
    assertThat(proposal.spared()).isEqualTo(new Spared(6, 3, 1, 1));
    assertThat(proposal.sentence())
        .isEqualTo("let shifts of level up to 0.8 standard deviations pass at cam1, cam2");
    assertThat(proposal.effect())
        .isEqualTo(
            "of 6 incidents known of these sources, 4 would not have opened: 3 false alarms and 1"
                + " that nobody reviewed; the 1 true alarm would have");
  }

  @Test
  void shouldStayBelowTheSmallestTrueShift() {
    shift("cam1", 0.5, false);
    shift("cam2", 0.52, false);
    shift("cam2", -0.55, false);
    shift("cam2", 1.4, false);
    shift("cam1", -1.0, true);
    Suppress proposal = (Suppress) proposals().get(0);
    assertThat(proposal.margin()).isCloseTo(0.9, within(1e-9));
    assertThat(proposal.spared().falseAlarms()).isEqualTo(3);
  }

  @Test
  void shouldProposeNoMarginWhereTrueShiftsAreAsSmall() {
    shift("cam1", 0.5, false);
    shift("cam2", 0.6, false);
    shift("cam2", -0.7, false);
    shift("cam1", 0.4, true);
    assertThat(proposals()).noneMatch(one -> one instanceof Suppress);
  }

  @Test
  void shouldLetASourceThatStandsOffLearnAgain() {
    // Given the same offset every time
    shift("cam1", -0.9, false);
    shift("cam1", -1.1, false);
    shift("cam1", -1.0, false);
    // When
    Proposal proposal = proposals().get(0);
    // Then
    assertThat(proposal).isInstanceOf(LearnAgain.class);
    assertThat(proposal.id()).isEqualTo("learn:cam1");
    assertThat(proposal.effect())
        .startsWith("all 3 false alarms found level about 1.0 standard deviations lower than");
    assertThat(proposal.commands(KIM)).hasSize(1).allMatch(one -> one instanceof Learn);
  }

  @Test
  void shouldNotProposeToLearnWhatWasLearnedSince() {
    for (int i = 0; i < 3; i++) {
      picture("cam1", false);
    }
    assertThat(proposals()).extracting(Proposal::kind).containsExactly("learn");
    orders.add(new Learn(new Order("l", "cam1", "kim", "repaired", REVIEWED_AT)));
    assertThat(proposals()).isEmpty();
  }

  @Test
  void shouldLowerTheBudgetOfSourcesThatShareNothingElse() {
    // Given
    for (String source : List.of("line3/a", "line3/b", "line3/c", "line3/d", "cam1")) {
      picture(source, false);
    }
    // When
    List<Proposal> found = proposals();
    // Then
    assertThat(found).hasSize(1);
    LowerBudget proposal = (LowerBudget) found.get(0);
    assertThat(proposal.id()).isEqualTo("budget:line3");
    assertThat(proposal.before()).isEqualTo(2);
    assertThat(proposal.after()).isEqualTo(0.5);
    assertThat(proposal.commands(KIM)).isEmpty();
    SourceRule rule = proposal.rules(RULES, KIM).get(0);
    assertThat(rule.falseAlarmsPerWeek()).isEqualTo(0.5);
    assertThat(rule.match()).isEqualTo(RULES.rule("line3").orElseThrow().match());
    assertThat(rule.by()).isEqualTo("kim");
  }

  @Test
  void shouldMakeARuleForAllWhereNoneHolds() {
    for (String source : List.of("cam1", "cam2", "cam3")) {
      picture(source, false);
    }
    LowerBudget proposal = (LowerBudget) proposals().get(0);
    assertThat(proposal.id()).isEqualTo("budget:all-sources");
    SourceRule rule = proposal.rules(SourceRules.EMPTY, KIM).get(0);
    assertThat(rule.falseAlarmsPerWeek()).isEqualTo(0.25);
    assertThat(rule.match().matches("cam9")).isTrue();
  }

  @Test
  void shouldCountNothingThatIsNoFaultOfTheDetectors() {
    for (int i = 0; i < 5; i++) {
      incidents.add(reviewed("s" + i, "cam1", Subject.SILENCE, IncidentAlarms.NONE, false));
      incidents.add(reviewed("m" + i, "cam1", Subject.MOVED, IncidentAlarms.NONE, false));
      picture("cam1", true);
      picture("cam1", null);
    }
    assertThat(proposals()).isEmpty();
  }

  @Test
  void shouldForgetVerdictsOfLongAgo() {
    for (int i = 0; i < 3; i++) {
      picture("cam1", false);
    }
    Instant later = REVIEWED_AT.plus(Proposals.SPAN).plus(Duration.ofSeconds(1));
    assertThat(Proposals.of(incidents, later, orders, source -> new Budget("", 1))).isEmpty();
  }

  @Test
  void shouldCountVerdictsFromBeforeADecisionNoMore() {
    // Given
    for (int i = 0; i < 3; i++) {
      picture("cam1", false);
    }
    Proposal proposal = proposals().get(0);
    // When
    orders.addAll(proposal.decisions(KIM, false));
    // Then
    assertThat(proposals()).isEmpty();
    // When one of another kind is dismissed
    orders.clear();
    orders.add(
        new ControlCommand.ProposalDecision(
            new Order("d", ".*", "kim", "checked", NOW), "suppress:tank:level", false));
    // Then
    assertThat(proposals()).hasSize(1);
  }

  /** Whatever the verdicts: what is applied spares what it says, and no true alarm. */
  @Test
  void shouldNeverSuppressATrueAlarm() {
    Random random = new Random(7);
    int proposed = 0;
    for (int run = 0; run < 500; run++) {
      incidents.clear();
      int n = 3 + random.nextInt(12);
      for (int i = 0; i < n; i++) {
        Boolean verdict = random.nextInt(3) == 0 ? null : Boolean.valueOf(random.nextInt(3) == 0);
        shift("cam" + random.nextInt(3), 2 * random.nextGaussian(), verdict);
      }
      for (Proposal proposal : proposals()) {
        if (proposal instanceof Suppress suppress) {
          proposed++;
          ActiveControls board = ActiveControls.EMPTY;
          for (ControlCommand command : suppress.commands(KIM)) {
            board = board.with(command);
          }
          int falseOnes = 0;
          int unreviewed = 0;
          for (ReviewedIncident one : incidents) {
            double shift = one.alarms().onlyShift("level").orElseThrow();
            if (board.suppressed(one.source(), "level", shift)) {
              assertThat(one.isTrue()).isFalse();
              falseOnes += one.isFalse() ? 1 : 0;
              unreviewed += one.verdict().isEmpty() ? 1 : 0;
            }
          }
          assertThat(falseOnes).isEqualTo(suppress.spared().falseAlarms());
          assertThat(unreviewed).isEqualTo(suppress.spared().unreviewed());
          assertThat(falseOnes).isGreaterThanOrEqualTo(Proposals.LEAST);
        }
      }
    }
    assertThat(proposed).isGreaterThan(100);
  }

  @Test
  void shouldReachManySourcesWithSeveralCommands() {
    // Given names that are regular expressions, and too long for one
    List<String> sources = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sources.add("plant(1).line+%02d/camera.of.a.long.name".formatted(i));
      shift(sources.get(i), i % 2 == 0 ? 0.5 : -0.5, false);
    }
    // When
    List<ControlCommand> commands = proposals().get(0).commands(KIM);
    // Then
    assertThat(commands).hasSizeGreaterThan(1).allMatch(one -> one instanceof Suppression);
    assertThat(commands).extracting(one -> one.order().id()).doesNotHaveDuplicates();
    for (String source : sources) {
      assertThat(commands.stream().filter(one -> one.order().covers(source)).count()).isEqualTo(1);
    }
    assertThat(commands).noneMatch(one -> one.order().covers("plant(1)xline+01/camera"));
    List<ControlCommand> decisions = proposals().get(0).decisions(KIM, true);
    assertThat(decisions).allMatch(one -> one instanceof ControlCommand.ProposalDecision);
    for (String source : sources) {
      assertThat(decisions.stream().filter(one -> one.order().covers(source)).count()).isOne();
    }
  }

  @Test
  void shouldCountTheFalseAlarmsOfSourcesThatNobodyDecidedAbout() {
    // Given
    for (int i = 0; i < 3; i++) {
      shift("cam1", i % 2 == 0 ? 0.5 : -0.5, false);
      shift("cam2", i % 2 == 0 ? 0.5 : -0.5, false);
    }
    // When a person who sees cam1 alone dismisses
    orders.add(
        new ControlCommand.ProposalDecision(
            new Order("d", "cam1", "kim", "checked", NOW), "suppress:tank:level", false));
    // Then
    assertThat(proposals())
        .anySatisfy(
            one -> {
              assertThat(one.id()).isEqualTo("suppress:tank:level");
              assertThat(one.basis().sources()).containsExactly("cam2");
            });
  }

  @Test
  void shouldNotLowerABudgetThatHasChangedSince() {
    // Given
    LowerBudget lower =
        new LowerBudget(
            new Basis("tank", new TreeSet<>(Set.of("cam1", "cam2")), List.of("i")),
            "line",
            1,
            0.25);
    LowerBudget forAll = new LowerBudget(lower.basis(), "", 1, 0.25);
    SourceRules made =
        new SourceRules(
            List.of(
                SourceRule.of("line", "cam*").with(r -> r.revision(1).falseAlarmsPerWeek(1.0))));
    // When
    List<SourceRule> once = lower.rules(made, KIM);
    SourceRules applied = new SourceRules(List.of(once.get(0).with(r -> r.revision(2))));
    SourceRules allOnce =
        new SourceRules(
            List.of(forAll.rules(SourceRules.EMPTY, KIM).get(0).with(r -> r.revision(1))));
    // Then
    assertThat(once.get(0).falseAlarmsPerWeek()).isEqualTo(0.25);
    assertThatThrownBy(() -> lower.rules(applied, KIM))
        .isInstanceOf(StaleProposalException.class)
        .hasMessageContaining("rule line allows 0.25 false alarms per week by now");
    assertThatThrownBy(() -> lower.rules(SourceRules.EMPTY, KIM))
        .isInstanceOf(StaleProposalException.class)
        .hasMessageContaining("was removed");
    assertThatThrownBy(() -> forAll.rules(allOnce, KIM)).isInstanceOf(StaleProposalException.class);
  }
}
