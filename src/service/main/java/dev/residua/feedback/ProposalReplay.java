package dev.residua.feedback;

import dev.residua.causal.ScoredFrame;
import dev.residua.feedback.Proposal.Author;
import dev.residua.feedback.Proposal.LearnAgain;
import dev.residua.feedback.Proposal.LowerBudget;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Standing;
import dev.residua.incident.Incident;
import dev.residua.monitor.Backtest;
import dev.residua.monitor.Backtest.Opening;
import dev.residua.monitor.BacktestComparison;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceSettings;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Stored scores of the sources of a proposal, evaluated twice: as things are, and as if the
 * proposal had been applied. A suppression and a budget apply from the first frame on; a source
 * learns again at the first of the proposal's false alarms. Suppressions, silences and
 * announcements that stand hold in both. Both begin without a past: sources that learn, learn from
 * the first frames. Mutable, for one thread.
 */
public final class ProposalReplay {
  private final Set<String> sources;
  private final List<ReviewedIncident> incidents;
  private final Map<String, Long> firstSequences = new HashMap<>();
  private final Map<String, Long> lastSequences = new HashMap<>();
  private final Backtest now;
  private final Backtest applied;

  /**
   * @param rules as they are now
   * @param installation budget if no rule sets one
   * @param learns whether sources learn their normal state if no rule says so
   * @param orders that stand, in their order
   * @param incidents all that are known
   */
  public ProposalReplay(
      Proposal proposal,
      MonitorThresholds limits,
      SourceRules rules,
      SourceSettings.Budget installation,
      boolean learns,
      Collection<ControlCommand> orders,
      List<ReviewedIncident> incidents) {
    this.sources = proposal.basis().sources();
    this.incidents = incidents;
    ActiveControls standing = ActiveControls.EMPTY;
    for (ControlCommand order : orders) {
      if (order instanceof Standing) {
        standing = standing.with(order);
      }
    }
    ActiveControls before = standing;
    ActiveControls after = standing;
    for (ControlCommand command :
        proposal.commands(new Author("replay", "replay", Instant.EPOCH))) {
      after = after.with(command);
    }
    ActiveControls then = after;
    Instant start = proposal instanceof LearnAgain ? first(proposal, incidents) : Instant.MIN;
    Function<SourceRule, SourceSettings> settings =
        rule -> SourceSettings.of(rule, installation, learns);
    this.now = new Backtest(limits, 0, source -> settings.apply(rules.of(source)), frame -> before);
    this.applied =
        new Backtest(
            limits,
            0,
            source -> settings.apply(changed(rules.of(source), proposal)),
            frame -> frame.capturedAt().isBefore(start) ? before : then);
  }

  private static Instant first(Proposal proposal, List<ReviewedIncident> incidents) {
    Set<String> basis = new HashSet<>(proposal.basis().incidents());
    return incidents.stream()
        .map(ReviewedIncident::incident)
        .filter(one -> basis.contains(one.id()))
        .map(Incident::openedAt)
        .min(Instant::compareTo)
        .orElse(Instant.MIN);
  }

  private static SourceRule changed(SourceRule rule, Proposal proposal) {
    return proposal instanceof LowerBudget lower && rule.id().equals(lower.rule())
        ? rule.with(r -> r.falseAlarmsPerWeek(lower.after()))
        : rule;
  }

  /** Returns true if a source is one of the proposal's. */
  public boolean concerns(String source) {
    return sources.contains(source);
  }

  /** Evaluates the next frame of one of these sources. */
  public void next(ScoredFrame frame) {
    firstSequences.merge(frame.source(), frame.sequence(), Math::min);
    lastSequences.merge(frame.source(), frame.sequence(), Math::max);
    now.next(frame);
    applied.next(frame);
  }

  /** Frames evaluated. */
  public long frames() {
    return now.frames();
  }

  /**
   * The change.
   *
   * @param framesPerSecond of each source, above 0
   */
  public BacktestComparison compare(double framesPerSecond) {
    return BacktestComparison.of(now, applied, List.of(), framesPerSecond);
  }

  /** Incidents that opened as things are. */
  public List<Opening> openings() {
    return now.openings();
  }

  /** Incidents that opened with the proposal. */
  public List<Opening> appliedOpenings() {
    return applied.openings();
  }

  /** Incidents of the service that opened at the frames that were evaluated. */
  public List<ReviewedIncident> known() {
    return incidents.stream()
        .filter(
            one ->
                firstSequences.getOrDefault(one.source(), Long.MAX_VALUE)
                        <= one.incident().openedSequence()
                    && one.incident().openedSequence()
                        <= lastSequences.getOrDefault(one.source(), Long.MIN_VALUE))
        .toList();
  }

  /** How many of them were open while one of these was. */
  public long found(List<Opening> openings) {
    return known().stream()
        .filter(one -> openings.stream().anyMatch(opening -> together(one, opening)))
        .count();
  }

  private static boolean together(ReviewedIncident one, Opening opening) {
    return one.source().equals(opening.source())
        && one.incident().openedSequence() <= opening.last()
        && one.incident().updatedSequence() >= opening.opened()
        && (!one.subject().isLatent()
            || opening.latent() == null
            || one.subject().name().equals(opening.latent()));
  }

  /** The incident of the service that was open at a frame of this one, reviewed ones first. */
  public Optional<ReviewedIncident> known(Opening opening) {
    List<ReviewedIncident> all = incidents.stream().filter(one -> together(one, opening)).toList();
    return all.stream()
        .filter(one -> one.verdict().isPresent())
        .findFirst()
        .or(() -> all.stream().findFirst());
  }

  /** How many incidents of the service that people called false, or true, are among these. */
  public long reviewed(List<Opening> openings, boolean trueAlarms) {
    return openings.stream()
        .map(this::known)
        .flatMap(Optional::stream)
        .filter(one -> trueAlarms ? one.isTrue() : one.isFalse())
        .map(one -> one.incident().id())
        .distinct()
        .count();
  }
}
