package dev.residua.feedback;

import dev.residua.feedback.Proposal.Basis;
import dev.residua.feedback.Proposal.LearnAgain;
import dev.residua.feedback.Proposal.LowerBudget;
import dev.residua.feedback.Proposal.Spared;
import dev.residua.feedback.Proposal.Suppress;
import dev.residua.feedback.ReviewedIncident.Verdict;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds changes that would have prevented the false alarms of the last four weeks. Each false alarm
 * counts for one proposal: a suppression of one latent, else learning again at one source, else a
 * smaller budget for several sources. A proposal needs {@value #LEAST} of them. Those of the
 * sources of a proposal that were reviewed before it was applied or dismissed count no more for it.
 */
public final class Proposals {
  /** Fewest false alarms that make a proposal. */
  public static final int LEAST = 3;

  /** Age beyond which a verdict does not count. */
  public static final Duration SPAN = Duration.ofDays(28);

  /** Part of the false alarms that a smaller budget is to leave. */
  private static final double PART_LEFT = 0.25;

  /** A suppression reaches this much beyond the largest false alarm, */
  private static final double BEYOND = 1.1;

  /** and stays this much below the smallest true one. */
  private static final double BELOW = 0.9;

  /** Largest ratio of shifts that one offset explains. */
  private static final double ALIKE = 2;

  private static final double STEP = 0.1;

  private final List<ReviewedIncident> incidents;
  private final Instant now;
  private final Collection<ControlCommand> orders;
  private final Function<String, Budget> budgets;
  private final ActiveControls active;
  private final Map<String, List<ProposalDecision>> decided = new HashMap<>();
  private final Set<String> used = new HashSet<>();
  private final List<Proposal> found = new ArrayList<>();

  /**
   * The budget of a source.
   *
   * @param rule that sets it; empty for the installation's
   * @param perWeek false alarms per week, above 0
   */
  public record Budget(String rule, double perWeek) {}

  /**
   * Budgets by the rules of sources.
   *
   * @param installation false alarms per week if no rule says so
   */
  public static Function<String, Budget> budgets(SourceRules rules, double installation) {
    return source -> {
      SourceRule rule = rules.of(source);
      Double own = rule.falseAlarmsPerWeek();
      return new Budget(rule.id(), own == null ? installation : own);
    };
  }

  private Proposals(
      List<ReviewedIncident> incidents,
      Instant now,
      Collection<ControlCommand> orders,
      Function<String, Budget> budgets) {
    this.incidents = incidents;
    this.now = now;
    this.orders = orders;
    this.budgets = budgets;
    ActiveControls standing = ActiveControls.EMPTY;
    for (ControlCommand order : orders) {
      standing = standing.with(order);
      if (order instanceof ProposalDecision decision) {
        decided.computeIfAbsent(decision.proposalId(), id -> new ArrayList<>()).add(decision);
      }
    }
    this.active = standing;
  }

  /**
   * All proposals, those with the most false alarms first.
   *
   * @param incidents all that are known
   * @param orders that stand, in their order
   * @param budgets budget of a source
   */
  public static List<Proposal> of(
      List<ReviewedIncident> incidents,
      Instant now,
      Collection<ControlCommand> orders,
      Function<String, Budget> budgets) {
    Proposals proposals = new Proposals(incidents, now, orders, budgets);
    proposals.suppress();
    proposals.learn();
    proposals.lower();
    proposals.found.sort(
        Comparator.comparingInt((Proposal one) -> -one.basis().incidents().size())
            .thenComparing(Proposal::id));
    return List.copyOf(proposals.found);
  }

  private void suppress() {
    record Key(String scene, String latent) {}
    Map<Key, List<ReviewedIncident>> byLatent =
        counted().stream()
            .filter(one -> one.subject().isLatent())
            .filter(one -> one.alarms().onlyShift(one.subject().name()).isPresent())
            .filter(one -> !active.suppressed(one.source(), one.subject().name(), shift(one)))
            .collect(
                Collectors.groupingBy(
                    one -> new Key(one.scene(), one.subject().name()),
                    () ->
                        new TreeMap<>(Comparator.comparing(Key::scene).thenComparing(Key::latent)),
                    Collectors.toList()));
    byLatent.forEach(
        (key, all) -> {
          List<ReviewedIncident> falseOnes = since(Suppress.id(key.scene(), key.latent()), all);
          if (falseOnes.size() >= LEAST && !isOffset(falseOnes)) {
            suppress(key.scene(), key.latent(), falseOnes);
          }
        });
  }

  private void suppress(String scene, String latent, List<ReviewedIncident> falseOnes) {
    double largest = falseOnes.stream().mapToDouble(Proposals::size).max().orElseThrow();
    double margin = Math.ceil(BEYOND * largest / STEP) * STEP;
    Set<String> sources = sources(falseOnes);
    List<ReviewedIncident> there =
        incidents.stream()
            .filter(one -> sources.contains(one.source()) && one.scene().equals(scene))
            .toList();
    double smallestTrue =
        there.stream()
            .filter(ReviewedIncident::isTrue)
            .filter(one -> one.alarms().onlyShift(latent).isPresent())
            .mapToDouble(one -> Math.abs(one.alarms().onlyShift(latent).orElseThrow()))
            .min()
            .orElse(Double.POSITIVE_INFINITY);
    if (margin >= smallestTrue) {
      margin = Math.floor(BELOW * smallestTrue / STEP) * STEP;
    }
    double passes = margin;
    List<ReviewedIncident> spared = falseOnes.stream().filter(one -> size(one) <= passes).toList();
    if (spared.size() < LEAST) {
      return; // their size does not set them apart from the true ones
    }
    Set<String> reached = sources(spared);
    List<ReviewedIncident> known =
        there.stream().filter(one -> reached.contains(one.source())).toList();
    List<ReviewedIncident> within =
        known.stream()
            .filter(one -> one.alarms().onlyShift(latent).isPresent())
            .filter(one -> Math.abs(one.alarms().onlyShift(latent).orElseThrow()) <= passes)
            .toList();
    propose(
        new Suppress(
            basis(scene, spared),
            latent,
            passes,
            new Spared(
                known.size(),
                (int) within.stream().filter(ReviewedIncident::isFalse).count(),
                (int) within.stream().filter(one -> one.verdict().isEmpty()).count(),
                (int) known.stream().filter(ReviewedIncident::isTrue).count())));
  }

  /** Returns true if a source that stands off by one amount explains all of them. */
  private static boolean isOffset(List<ReviewedIncident> falseOnes) {
    double largest = falseOnes.stream().mapToDouble(Proposals::size).max().orElseThrow();
    double smallest = falseOnes.stream().mapToDouble(Proposals::size).min().orElseThrow();
    return sources(falseOnes).size() == 1
        && falseOnes.stream().map(one -> Math.signum(shift(one))).distinct().count() == 1
        && largest <= ALIKE * smallest;
  }

  private void learn() {
    Map<String, List<ReviewedIncident>> bySource =
        counted().stream()
            .collect(
                Collectors.groupingBy(ReviewedIncident::source, TreeMap::new, Collectors.toList()));
    bySource.forEach(
        (source, all) -> {
          Instant learnt = learnt(source);
          List<ReviewedIncident> falseOnes =
              since(LearnAgain.id(source), all).stream()
                  .filter(one -> one.incident().openedAt().isAfter(learnt))
                  .toList();
          if (falseOnes.size() >= LEAST) {
            propose(
                new LearnAgain(basis(falseOnes.get(0).scene(), falseOnes), why(source, falseOnes)));
          }
        });
  }

  private static String why(String source, List<ReviewedIncident> falseOnes) {
    if (falseOnes.stream().allMatch(one -> one.subject().isLatent())
        && falseOnes.stream().map(ReviewedIncident::subject).distinct().count() == 1
        && falseOnes.stream()
            .allMatch(one -> one.alarms().onlyShift(one.subject().name()).isPresent())
        && isOffset(falseOnes)) {
      return "all %d false alarms found %s about %.1f standard deviations %s than the learned one"
          .formatted(
              falseOnes.size(),
              falseOnes.get(0).subject().spoken(),
              falseOnes.stream().mapToDouble(Proposals::size).average().orElseThrow(),
              shift(falseOnes.get(0)) > 0 ? "higher" : "lower");
    }
    return "%d false alarms at %s do not share one latent and one size, so that its calibration"
            .formatted(falseOnes.size(), source)
        + " is likely to be out of date";
  }

  private void lower() {
    Map<String, List<ReviewedIncident>> byRule =
        counted().stream()
            .collect(
                Collectors.groupingBy(
                    one -> budgets.apply(one.source()).rule(), TreeMap::new, Collectors.toList()));
    byRule.forEach(
        (rule, all) -> {
          List<ReviewedIncident> falseOnes = since(LowerBudget.id(rule), all);
          if (falseOnes.size() >= LEAST && sources(falseOnes).size() > 1) {
            double before = budgets.apply(falseOnes.get(0).source()).perWeek();
            propose(
                new LowerBudget(
                    basis(falseOnes.get(0).scene(), falseOnes), rule, before, PART_LEFT * before));
          }
        });
  }

  private void propose(Proposal proposal) {
    found.add(proposal);
    used.addAll(proposal.basis().incidents());
  }

  /** False alarms that a change could spare and that no proposal has. */
  private List<ReviewedIncident> counted() {
    return incidents.stream()
        .filter(ReviewedIncident::isFalse)
        .filter(one -> verdictAt(one).isAfter(now.minus(SPAN)))
        .filter(
            one ->
                switch (one.subject().kind()) {
                  case MECHANISM, ROOT, PICTURE, UNDETERMINED -> true;
                  case SENSOR, SILENCE -> false;
                })
        .filter(one -> !used.contains(one.incident().id()))
        .toList();
  }

  private List<ReviewedIncident> since(String proposal, List<ReviewedIncident> all) {
    List<ProposalDecision> decisions = decided.getOrDefault(proposal, List.of());
    return all.stream()
        .filter(
            one ->
                decisions.stream()
                    .filter(decision -> decision.order().covers(one.source()))
                    .noneMatch(decision -> !verdictAt(one).isAfter(decision.order().at())))
        .toList();
  }

  /** When a source was last made to learn again, or its present was accepted. */
  private Instant learnt(String source) {
    return orders.stream()
        .filter(order -> order instanceof Learn || order instanceof AcceptNormal)
        .filter(order -> order.order().covers(source))
        .map(order -> order.order().at())
        .max(Comparator.naturalOrder())
        .orElse(Instant.MIN);
  }

  private static Instant verdictAt(ReviewedIncident one) {
    return one.verdict().map(Verdict::at).orElse(Instant.MIN);
  }

  private static double shift(ReviewedIncident one) {
    return one.alarms().onlyShift(one.subject().name()).orElse(Double.NaN);
  }

  private static double size(ReviewedIncident one) {
    return Math.abs(shift(one));
  }

  private static Set<String> sources(List<ReviewedIncident> all) {
    return all.stream().map(ReviewedIncident::source).collect(Collectors.toSet());
  }

  private static Basis basis(String scene, List<ReviewedIncident> all) {
    return new Basis(
        scene, new TreeSet<>(sources(all)), all.stream().map(one -> one.incident().id()).toList());
  }
}
