package dev.residua.source;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All known revisions of all rules, and the rule that applies to each source: of the latest
 * revisions that match its name, the one with most literal characters in its pattern, then with the
 * highest priority, then with the first id. Immutable, for any thread.
 */
public final class SourceRules {
  /** Most rules. More are ignored, those with the last ids first. */
  public static final int MAX_RULES = 1_000;

  /** Most revisions of all rules together that are kept. */
  public static final int MAX_REVISIONS = 20_000;

  /** Most sources whose rule is remembered; the rules of others are found again. */
  static final int CACHED_SOURCES = 50_000;

  private static final Comparator<SourceRule> PRECEDENCE =
      Comparator.comparingInt((SourceRule rule) -> rule.match().literals())
          .thenComparingInt(SourceRule::priority)
          .reversed()
          .thenComparing(SourceRule::id);

  /** No rules: the settings of the installation apply to every source. */
  public static final SourceRules EMPTY = new SourceRules(List.of());

  private final Map<String, SourceRule> revisions = new HashMap<>();
  private final Map<String, SourceRule> latest = new TreeMap<>(); // also removed ones
  private final List<SourceRule> rules; // by precedence
  private final Map<String, SourceRule> resolved = new ConcurrentHashMap<>();

  /**
   * @param revisions in any order; those beyond {@link #MAX_REVISIONS} are ignored
   */
  public SourceRules(Collection<SourceRule> revisions) {
    revisions.stream()
        .limit(MAX_REVISIONS)
        .forEach(
            rule -> {
              this.revisions.put(rule.key(), rule);
              latest.merge(
                  rule.id(), rule, (one, other) -> one.revision() > other.revision() ? one : other);
            });
    this.rules =
        latest.values().stream()
            .filter(rule -> !rule.removed())
            .limit(MAX_RULES)
            .sorted(PRECEDENCE)
            .toList();
  }

  /** The rule of a source; {@link SourceRule#DEFAULTS} if none matches. */
  public SourceRule of(String source) {
    SourceRule known = resolved.get(source);
    if (known != null) {
      return known;
    }
    SourceRule rule =
        rules.stream()
            .filter(candidate -> candidate.match().matches(source))
            .findFirst()
            .orElse(SourceRule.DEFAULTS);
    if (resolved.size() >= CACHED_SOURCES) {
      resolved.clear();
    }
    resolved.put(source, rule);
    return rule;
  }

  /** All rules that match a source; the first one holds. */
  public List<SourceRule> matching(String source) {
    return rules.stream().filter(rule -> rule.match().matches(source)).toList();
  }

  /** Latest revisions of all rules, by precedence. */
  public List<SourceRule> rules() {
    return rules;
  }

  /** The latest revision of a rule; empty if there is none of that id, or it was removed. */
  public Optional<SourceRule> rule(String id) {
    return rules.stream().filter(rule -> rule.id().equals(id)).findFirst();
  }

  /**
   * Returns a rule with changed settings, or a new rule.
   *
   * @param settings by name, as {@link SettingTable#apply} takes them
   * @throws IllegalArgumentException with the reason, if a setting is invalid or a new rule lacks
   *     {@code match}
   */
  public SourceRule changed(String id, Map<String, @Nullable Object> settings) {
    Optional<SourceRule> before = rule(id);
    if (id.isEmpty() || (before.isEmpty() && settings.get("match") == null)) {
      throw new IllegalArgumentException(
          "rule '%s' has no match, such as line3/*; a new rule needs one".formatted(id));
    }
    return SourceRule.SETTINGS.apply(before.orElseGet(() -> SourceRule.of(id, "*")), settings);
  }

  /** The revision of a {@link SourceRule#key}; {@link SourceRule#DEFAULTS} for an empty one. */
  public Optional<SourceRule> revision(String key) {
    return key.isEmpty()
        ? Optional.of(SourceRule.DEFAULTS)
        : Optional.ofNullable(revisions.get(key));
  }

  /** The latest revision of an id, also if it removes the rule. */
  public Optional<SourceRule> latest(String id) {
    return Optional.ofNullable(latest.get(id));
  }

  /**
   * Keys of revisions that nothing can refer to: those that were replaced, and removals, from
   * before a time.
   *
   * @param before time before which all frames and scores have expired
   */
  public List<String> expired(Instant before) {
    List<String> keys = new ArrayList<>();
    Map<String, NavigableMap<Long, SourceRule>> byId = new TreeMap<>();
    revisions
        .values()
        .forEach(
            rule ->
                byId.computeIfAbsent(rule.id(), id -> new TreeMap<>()).put(rule.revision(), rule));
    for (NavigableMap<Long, SourceRule> all : byId.values()) {
      for (SourceRule rule : all.values()) {
        Map.Entry<Long, SourceRule> next = all.higherEntry(rule.revision());
        SourceRule end = next == null ? rule : next.getValue();
        if ((next != null || rule.removed()) && end.changedAt().isBefore(before)) {
          keys.add(rule.key());
        }
      }
    }
    return keys;
  }

  /** All known revisions, also those of removed rules. */
  public Collection<SourceRule> revisions() {
    return List.copyOf(revisions.values());
  }

  /** Why a rule wins over another that matches the same source. */
  public static String whyBefore(SourceRule winner, SourceRule other) {
    int literals = winner.match().literals();
    if (literals != other.match().literals()) {
      return "%d literal characters in '%s', %d in '%s'"
          .formatted(literals, winner.match(), other.match().literals(), other.match());
    }
    return winner.priority() != other.priority()
        ? "priority %d, against %d".formatted(winner.priority(), other.priority())
        : "the first id, '%s' before '%s'".formatted(winner.id(), other.id());
  }
}
