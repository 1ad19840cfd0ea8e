package dev.residua.access;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.Objects;
import java.util.Optional;

/**
 * Rights of a person to see and change under the rules of sources that are in force now.
 *
 * @param person who
 * @param rules the rules, which decide on the scopes of sources
 */
public record Visitor(Person person, SourceRules rules) {
  /** Returns true if a source, its incidents and its pictures may be seen. */
  public boolean maySee(String source) {
    return may(AccessRole.VIEWER, source);
  }

  /** Returns true if commands about a source may be given. */
  public boolean mayChange(String source) {
    return may(AccessRole.OPERATOR, source);
  }

  /** Decides about sending frames of a source, whether it is known or not. */
  public Decision onFrames(String source) {
    return person.grants().allowSending(source, rules.of(source))
        ? Decision.ALLOWED
        : new Decision.Denied(
            "frames of the source '%s' need the grant sender or owner for it, such as sender:source=%s; you have %s"
                .formatted(source, source, held()));
  }

  /** Returns true if the settings of a source may be changed. */
  public boolean mayConfigure(String source) {
    return may(AccessRole.OWNER, source);
  }

  /** Returns true if the models of a scene may be promoted and trained. */
  public boolean mayAdminister(String scene) {
    return person.grants().allowScene(AccessRole.OWNER, scene);
  }

  /** Returns true if the models of a scene may be seen: the scene, or some of its sources. */
  public boolean maySeeScene(String scene) {
    return person.grants().reachScene(AccessRole.VIEWER, scene, rules);
  }

  /** Returns true if everything may be seen, also data that belong to no source. */
  public boolean maySeeAll() {
    return person.grants().allowEverywhere(AccessRole.VIEWER);
  }

  /** Returns true if a rule of sources may be seen. */
  public boolean maySee(SourceRule rule) {
    return person.grants().allow(AccessRole.VIEWER, rule);
  }

  private boolean may(AccessRole role, String source) {
    Grants grants = person.grants();
    return grants.allowEverywhere(role) || grants.allow(role, rules.of(source));
  }

  /** Decides about a change of the model of a scene. */
  public Decision onModel(String scene) {
    if (mayAdminister(scene)) {
      return Decision.ALLOWED;
    }
    return maySeeScene(scene)
        ? new Decision.Denied(
            "models of the scene %s are changed with the grant owner:scene=%s or owner; you have %s"
                .formatted(scene, scene, held()))
        : Decision.HIDDEN;
  }

  /**
   * Decides about writing a rule. An owner of every source may write any. An owner of some may
   * change rules of these sources, and write one for a single source of them, but not the settings
   * that decide on scopes and reach: match, priority, scene, labels and camera. A source whose rule
   * has a camera gets no rule of its own that way, as it would lose the camera.
   *
   * @param next the rule to write
   */
  public Decision onRule(SourceRule next) {
    Grants grants = person.grants();
    if (grants.allowEverywhere(AccessRole.OWNER)) {
      return Decision.ALLOWED;
    }
    Optional<SourceRule> written = rules.rule(next.id());
    boolean single = next.match().literals() == next.match().text().length();
    SourceRule now = written.orElseGet(() -> rules.of(next.match().text()));
    if (!(written.isPresent() || single) || !grants.allow(AccessRole.OWNER, now)) {
      return new Decision.Denied(
          "rule %s needs the grant owner, for every source; with an owner grant in a scope you may change the rules of its sources, and write one for a single source; you have %s"
              .formatted(next.id(), held()));
    }
    boolean same =
        next.scene().equals(now.scene())
            && next.labels().equals(now.labels())
            && (written.isEmpty()
                ? next.priority() == 0 && next.camera() == null && now.camera() == null
                : next.priority() == now.priority()
                    && next.match().equals(now.match())
                    && Objects.equals(next.camera(), now.camera()));
    return same
        ? Decision.ALLOWED
        : new Decision.Denied(
            "match, priority, scene, labels and camera of rule %s are changed with the grant owner, for every source, since they decide about access; you have %s"
                .formatted(next.id(), held()));
  }

  /**
   * Decides about removing a rule; one that may not be seen is hidden. An owner of some sources may
   * remove the rule of a single one, if the rule that follows has the same scene, labels and
   * camera: they decide on scopes and reach.
   */
  public Decision onRemoval(SourceRule rule) {
    Grants grants = person.grants();
    if (grants.allowEverywhere(AccessRole.OWNER)) {
      return Decision.ALLOWED;
    }
    if (!maySee(rule)) {
      return Decision.HIDDEN;
    }
    boolean single = rule.match().literals() == rule.match().text().length();
    return single && grants.allow(AccessRole.OWNER, rule) && isReplacedAlike(rule)
        ? Decision.ALLOWED
        : new Decision.Denied(
            "rule %s is removed with the grant owner, for every source; with an owner grant in a scope you may remove the rule of a single source if the rule that follows has the same scene, labels and camera; you have %s"
                .formatted(rule.id(), held()));
  }

  private boolean isReplacedAlike(SourceRule rule) {
    SourceRule after =
        new SourceRules(
                rules.revisions().stream().filter(one -> !one.id().equals(rule.id())).toList())
            .of(rule.match().text());
    return after.scene().equals(rule.scene())
        && after.labels().equals(rule.labels())
        && Objects.equals(after.camera(), rule.camera());
  }

  /** The grants, for a sentence. */
  public String held() {
    return person.grants().held();
  }
}
