package dev.residua.cli.ops;

import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Findings of {@code doctor} about scenes that rules of sources name. */
final class SceneReview {
  static final String CHECK = "scenes";

  private SceneReview() {}

  /**
   * A finding per scene that rules name and that has no active model: the frames of its sources
   * become dead letters.
   *
   * @param scenes those with an active model
   */
  static List<Finding> withoutModel(SourceRules rules, Set<String> scenes) {
    Map<String, List<SourceRule>> missing =
        rules.rules().stream()
            .filter(rule -> rule.enabled() && !scenes.contains(rule.scene()))
            .collect(Collectors.groupingBy(SourceRule::scene, TreeMap::new, Collectors.toList()));
    return missing.entrySet().stream()
        .map(
            scene ->
                new Finding(
                    Level.ERROR,
                    CHECK,
                    "the scene %s has no active model, so the frames of its sources become dead letters; rules that name it: %s"
                        .formatted(
                            scene.getKey(),
                            scene.getValue().stream()
                                .map(rule -> "%s (%s)".formatted(rule.id(), rule.match()))
                                .collect(Collectors.joining(", "))),
                    "activate one: residua model promote FILE --reason TEXT --scene "
                        + scene.getKey()))
        .toList();
  }
}
