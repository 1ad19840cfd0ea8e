package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SceneReviewTest {
  private static final SourceRules RULES =
      new SourceRules(
          List.of(
              SourceRule.of("press", "press/*").with(r -> r.revision(1).scene("machines")),
              SourceRule.of("lathe", "lathe/*").with(r -> r.revision(1).scene("machines")),
              SourceRule.of("tank", "tank/*").with(r -> r.revision(1)),
              SourceRule.of("off", "old/*")
                  .with(r -> r.revision(1).scene("removed").enabled(false))));

  @Test
  void shouldReportAnErrorForASceneOfRulesThatHasNoModel() {
    // When
    List<Finding> findings = SceneReview.withoutModel(RULES, Set.of("default"));
    // Then
    assertThat(findings).hasSize(1);
    Finding finding = findings.get(0);
    assertThat(finding.level()).isEqualTo(Level.ERROR);
    assertThat(finding.text()).contains("machines", "press (press/*)", "lathe (lathe/*)");
    assertThat(finding.next()).endsWith("--scene machines");
  }

  @Test
  void shouldReportNothingIfEverySceneHasAModel() {
    assertThat(SceneReview.withoutModel(RULES, Set.of("default", "machines"))).isEmpty();
  }
}
