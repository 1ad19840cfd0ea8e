package dev.residua.source;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides the false-alarm budgets that several sources share, equally and rounded down in steps of
 * two. Expected numbers of alarms add however the sources depend on each other, so the sum stays
 * within the budget. Pure.
 */
public final class SharedBudgets {
  private SharedBudgets() {}

  /**
   * Number among which a budget is divided: the smallest power of two that is at least the number
   * of sources. It follows more sources at once, and fewer only once they use at most three
   * quarters of half of it, so that a source that comes and goes changes nothing.
   *
   * @param before number so far, 0 for none
   * @param sources number of sources, at least 0
   */
  static int divisor(int before, long sources) {
    int needed = 1;
    while (needed < sources && needed < SharedBudget.MAX_SHARED) {
      needed *= 2;
    }
    return needed >= before || before == 0 || 8 * sources <= 3L * before ? needed : before;
  }

  /** Returns true if a rule in force has a budget that its sources share. */
  public static boolean isAny(SourceRules rules) {
    return rules.rules().stream().anyMatch(rule -> rule.enabled() && rule.budget() != null);
  }

  /**
   * The revisions that divide the shared budgets among the sources that there are.
   *
   * @param sources names of all sources
   * @param now time of the revisions
   */
  public static List<SourceRule> changes(
      SourceRules rules, Collection<String> sources, Instant now) {
    Map<String, Long> counts = new HashMap<>();
    for (String source : sources) {
      counts.merge(rules.of(source).id(), 1L, Long::sum);
    }
    List<SourceRule> changes = new ArrayList<>();
    for (SourceRule rule : rules.rules()) {
      SharedBudget before = rule.budget();
      if (before != null && rule.enabled()) {
        int among = divisor(before.among(), counts.getOrDefault(rule.id(), 0L));
        if (among != before.among()) {
          SharedBudget divided = new SharedBudget(among);
          changes.add(rule.with(r -> r.budget(divided).by(SourceRule.BY_RESIDUA).changedAt(now)));
        }
      }
    }
    return changes;
  }

  /** A rule that a person writes, with the number of sources that is known of it. */
  public static SourceRule kept(SourceRule written, SourceRule before) {
    SharedBudget known = before.removed() ? null : before.budget();
    return written.budget() != null && written.budget().among() == 0 && known != null
        ? written.withBudget(known)
        : written;
  }
}
