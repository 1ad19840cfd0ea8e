package dev.residua.cli.ops;

import dev.residua.access.AccessRole;
import dev.residua.access.AccessTokens;
import dev.residua.access.Grant;
import dev.residua.access.Person;
import dev.residua.access.Scope;
import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import dev.residua.frame.SceneName;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Findings of {@code doctor} in a tokens file that can be read. */
final class TokensReview {
  static final String CHECK = "tokens";

  /** The group may read, as in volumes of Kubernetes. */
  private static final Set<PosixFilePermission> UNSAFE =
      EnumSet.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private TokensReview() {}

  /**
   * A finding if users other than the owner and the group of the file may read it, or others than
   * the owner may write it.
   */
  static List<Finding> permissions(Path file, Set<PosixFilePermission> permissions) {
    if (permissions.stream().noneMatch(UNSAFE::contains)) {
      return List.of();
    }
    return List.of(
        warning(
            "%s has the permissions %s: others can read who may do what, or give themselves grants"
                .formatted(file, PosixFilePermissions.toString(permissions)),
            "allow its owner only with: chmod 600 " + file));
  }

  /**
   * A finding for a file without tokens, and one if nobody owns everything.
   *
   * @param otherOwners whether another setting than the file makes somebody an owner
   */
  static List<Finding> people(AccessTokens tokens, boolean otherOwners) {
    if (tokens.size() == 0) {
      return List.of(
          warning("the file has no token", "make one with residua token NAME --grants GRANTS"));
    }
    boolean owned =
        tokens.people().stream().anyMatch(one -> one.grants().allowEverywhere(AccessRole.OWNER));
    return owned || otherOwners
        ? List.of()
        : List.of(
            warning(
                "nobody is an owner of every source, so nobody can add rules for several sources or"
                    + " read the whole audit log over HTTP",
                "give somebody the grant owner, without a scope"));
  }

  /** A finding for each grant in a scope in which no source can be. */
  static List<Finding> scopes(AccessTokens tokens, SourceRules rules) {
    Set<String> scenes = new TreeSet<>(Set.of(SceneName.DEFAULT));
    Set<String> labels = new TreeSet<>();
    for (SourceRule rule : rules.rules()) {
      scenes.add(rule.scene());
      rule.labels().forEach((name, value) -> labels.add(name + "=" + value));
    }
    List<Finding> findings = new ArrayList<>();
    for (Person person : tokens.people()) {
      for (Grant grant : person.grants().all()) {
        if (grant.scope() instanceof Scope.Scene scene && !scenes.contains(scene.name())) {
          findings.add(unknown(person, grant, "no rule has this scene", scenes));
        } else if (grant.scope() instanceof Scope.Label label && !labels.contains(label.text())) {
          findings.add(unknown(person, grant, "no rule has this label", labels));
        }
      }
    }
    return findings;
  }

  private static Finding unknown(Person person, Grant grant, String why, Set<String> known) {
    return warning(
        "%s has the grant %s, but %s".formatted(person.name(), grant, why),
        known.isEmpty()
            ? "give labels to sources with residua source set, or correct the grant"
            : "correct the grant, or add a rule; there are: " + String.join(", ", known));
  }

  private static Finding warning(String text, String next) {
    return new Finding(Level.WARNING, CHECK, text, next);
  }
}
