package dev.residua.access;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rights of one person. A source is in a scope by the rule that is in force for it, so a changed
 * rule changes at once who sees the source.
 *
 * @param all at most {@value #MAX_GRANTS}; none allows nothing
 */
public record Grants(List<Grant> all) {
  /** Most grants of a person. */
  public static final int MAX_GRANTS = 100;

  /** Allows nothing. */
  public static final Grants NONE = new Grants(List.of());

  public Grants {
    all = all.stream().distinct().toList();
    if (all.size() > MAX_GRANTS) {
      throw new IllegalArgumentException(
          "a person may have %d grants but has %d".formatted(MAX_GRANTS, all.size()));
    }
  }

  /** A role for every source. */
  public static Grants everywhere(AccessRole role) {
    return new Grants(List.of(new Grant(role, Scope.ALL)));
  }

  /**
   * The grants of a text, with commas between them.
   *
   * @throws IllegalArgumentException with the grant that is wrong
   */
  public static Grants parse(String text) {
    return new Grants(
        Arrays.stream(text.split(",", -1)).map(one -> Grant.parse(one.strip())).toList());
  }

  /** These grants and others; the first {@value #MAX_GRANTS} of them. */
  public Grants and(Grants others) {
    List<Grant> both = new ArrayList<>(all);
    both.addAll(others.all);
    return new Grants(both.stream().distinct().limit(MAX_GRANTS).toList());
  }

  /** Returns true if a role is granted for the sources of a rule. */
  public boolean allow(AccessRole role, SourceRule rule) {
    return all.stream().anyMatch(one -> includes(one, role) && one.scope().covers(rule));
  }

  /** Returns true if frames of a source with a rule may be sent. */
  boolean allowSending(String source, SourceRule rule) {
    return all.stream()
        .anyMatch(one -> includes(one, AccessRole.SENDER) && one.scope().covers(source, rule));
  }

  /** Returns true if a role is granted for every source, also for those that are not known yet. */
  public boolean allowEverywhere(AccessRole role) {
    return all.stream().anyMatch(one -> includes(one, role) && one.scope() instanceof Scope.All);
  }

  /** Returns true if a role is granted in any scope. */
  public boolean allowAnywhere(AccessRole role) {
    return all.stream().anyMatch(one -> includes(one, role));
  }

  /** Returns true if a role is granted for a whole scene with its models. */
  public boolean allowScene(AccessRole role, String scene) {
    return all.stream()
        .anyMatch(
            one ->
                includes(one, role)
                    && (one.scope() instanceof Scope.All
                        || (one.scope() instanceof Scope.Scene in && in.name().equals(scene))));
  }

  /** Returns true if the models of some scene may be changed. */
  public boolean administersAny() {
    return all.stream()
        .anyMatch(one -> includes(one, AccessRole.OWNER) && !(one.scope() instanceof Scope.Label));
  }

  /**
   * Returns true if some rule with these grants has sources in a scene, or the scene is granted.
   */
  boolean reachScene(AccessRole role, String scene, SourceRules rules) {
    return allowScene(role, scene)
        || rules.rules().stream().anyMatch(rule -> rule.scene().equals(scene) && allow(role, rule));
  }

  private static boolean includes(Grant grant, AccessRole role) {
    return grant.role().includes(role);
  }

  /** The grants, for a sentence. */
  public String held() {
    return all.isEmpty() ? "no grant" : toString();
  }

  /** As people write them. */
  @Override
  public String toString() {
    return all.stream().map(Grant::toString).collect(Collectors.joining(","));
  }
}
